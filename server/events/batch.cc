#include "server/events/batch.h"

#include <google/protobuf/io/coded_stream.h>

#include <algorithm>

namespace florin::server {
namespace {

using google::protobuf::io::CodedOutputStream;

// Fields of SubscribeEventsResponse.
constexpr char kCheckpointTag = 0x12;
constexpr char kHeadPositionTag = 0x18;
constexpr char kCaughtUpTag = 0x20;

/// For what follows the events, and the rest of the command that fills a response.
constexpr std::size_t kRoomAtTheEnd = 1024;

void AppendVarint(std::string* out, std::uint64_t value) {
  std::uint8_t buffer[10];
  std::uint8_t* const end = CodedOutputStream::WriteVarint64ToArray(value, buffer);
  out->append(buffer, end);
}

}  // namespace

void EventBatch::Take(const CommitGroupEvents& commit_group, const BatchLimits& limits) {
  const auto& events = commit_group.events();
  auto begin = static_cast<std::size_t>(cursor_ + 1 - commit_group.first_position());
  if (every_event_) {
    const std::size_t rest = commit_group.Encoded(begin, events.size()).size();
    bytes_.reserve(bytes_.size() + std::min(rest, limits.bytes) + kRoomAtTheEnd);
  }
  while (begin < events.size() && !full_) {
    std::size_t end = begin;
    while (!events[end].ends_command) ++end;
    ++end;
    const std::size_t size = Collect(commit_group, begin, end);
    const std::int64_t last_position =
        commit_group.first_position() + static_cast<std::int64_t>(end) - 1;
    const bool fits =
        count_ + wanted_count_ <= limits.events && bytes_.size() + size <= limits.bytes_max;
    if (fits || wanted_.empty()) {
      AppendCommand(commit_group, last_position);
      full_ = count_ >= limits.events || bytes_.size() >= limits.bytes;
    } else if (count_ > 0) {
      full_ = true;
    } else {
      AppendPart(commit_group, last_position, limits);
      full_ = true;
    }
    begin = end;
  }
}

std::size_t EventBatch::Collect(const CommitGroupEvents& commit_group, std::size_t begin,
                                std::size_t end) {
  wanted_.clear();
  wanted_count_ = 0;
  std::size_t size = 0;
  if (start_time_ && commit_group.events()[begin].time < *start_time_) return size;
  for (std::size_t i = begin; i < end; ++i) {
    if (!every_event_ && !Matches(commit_group.events()[i])) continue;
    ++wanted_count_;
    size += commit_group.Encoded(i).size();
    if (!wanted_.empty() && wanted_.back().second == i) {
      wanted_.back().second = i + 1;
    } else {
      wanted_.emplace_back(i, i + 1);
    }
  }
  return size;
}

void EventBatch::AppendCommand(const CommitGroupEvents& commit_group, std::int64_t last_position) {
  for (const auto& [begin, end] : wanted_) bytes_.append(commit_group.Encoded(begin, end));
  count_ += wanted_count_;
  cursor_ = checkpoint_ = last_position;
}

void EventBatch::AppendPart(const CommitGroupEvents& commit_group, std::int64_t last_position,
                            const BatchLimits& limits) {
  for (const auto& [begin, end] : wanted_) {
    for (std::size_t i = begin; i < end; ++i) {
      const std::string_view encoded = commit_group.Encoded(i);
      if (count_ > 0 &&
          (count_ >= limits.events || bytes_.size() + encoded.size() > limits.bytes_max))
        return;
      bytes_.append(encoded);
      ++count_;
      cursor_ = commit_group.first_position() + static_cast<std::int64_t>(i);
    }
  }
  cursor_ = checkpoint_ = last_position;
}

bool EventBatch::Matches(const CommitGroupEvents::Event& event) {
  return MatchesType(event.type) && filter_.MatchesStream(event.stream);
}

bool EventBatch::MatchesType(std::string_view type) {
  for (const auto& [text, matches] : known_types_) {
    if (text == type.data()) return matches;
  }
  const bool matches = filter_.MatchesType(type);
  known_types_.emplace_back(type.data(), matches);
  return matches;
}

std::string EventBatch::Release(std::string_view checkpoint, std::int64_t head_position,
                                bool caught_up) {
  bytes_.push_back(kCheckpointTag);
  AppendVarint(&bytes_, checkpoint.size());
  bytes_.append(checkpoint);
  bytes_.push_back(kHeadPositionTag);
  AppendVarint(&bytes_, static_cast<std::uint64_t>(head_position));
  if (caught_up) {
    bytes_.push_back(kCaughtUpTag);
    bytes_.push_back(1);
  }
  count_ = 0;
  full_ = false;
  return std::exchange(bytes_, {});
}

}  // namespace florin::server
