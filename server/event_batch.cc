#include "server/event_batch.h"

#include <google/protobuf/io/coded_stream.h>

namespace florin::server {
namespace {

using google::protobuf::io::CodedOutputStream;

// Fields of SubscribeEventsResponse.
constexpr char kCheckpointTag = 0x12;
constexpr char kHeadPositionTag = 0x18;
constexpr char kCaughtUpTag = 0x20;

void AppendVarint(std::string* out, std::uint64_t value) {
  std::uint8_t buffer[10];
  std::uint8_t* const end = CodedOutputStream::WriteVarint64ToArray(value, buffer);
  out->append(buffer, end);
}

}  // namespace

domain::Status EventBatch::Take(EventGroup* group, const BatchLimits& limits) {
  const auto& events = group->events();
  auto begin = static_cast<std::size_t>(cursor_ + 1 - group->first_position());
  while (begin < events.size() && !full_) {
    std::size_t end = begin;
    while (!events[end].ends_command) ++end;
    ++end;
    const auto size = Collect(group, begin, end);
    if (!size.ok()) return size.refusal();
    const std::int64_t last_position = group->first_position() + static_cast<std::int64_t>(end) - 1;
    const bool fits = count_ + static_cast<int>(wanted_.size()) <= limits.events &&
                      bytes_.size() + *size <= limits.bytes_max;
    if (fits || wanted_.empty()) {
      AppendCommand(last_position);
      full_ = count_ >= limits.events || bytes_.size() >= limits.bytes;
    } else if (count_ > 0) {
      full_ = true;
    } else {
      AppendPart(group->first_position(), last_position, limits);
      full_ = true;
    }
    begin = end;
  }
  return domain::Ok{};
}

domain::Result<std::size_t> EventBatch::Collect(EventGroup* group, std::size_t begin,
                                                std::size_t end) {
  wanted_.clear();
  std::size_t size = 0;
  if (start_time_ && group->TimeOf(begin) < *start_time_) return size;
  for (std::size_t i = begin; i < end; ++i) {
    if (!every_event_ && !Matches(*group, i)) continue;
    const auto encoded = group->Encoded(i);
    if (!encoded.ok()) return encoded.refusal();
    wanted_.emplace_back(i, *encoded);
    size += encoded->size();
  }
  return size;
}

void EventBatch::AppendCommand(std::int64_t last_position) {
  for (const auto& [index, encoded] : wanted_) bytes_.append(encoded);
  count_ += static_cast<int>(wanted_.size());
  cursor_ = checkpoint_ = last_position;
}

void EventBatch::AppendPart(std::int64_t first_position, std::int64_t last_position,
                            const BatchLimits& limits) {
  std::size_t taken = 0;
  for (const auto& [index, encoded] : wanted_) {
    if (count_ > 0 &&
        (count_ >= limits.events || bytes_.size() + encoded.size() > limits.bytes_max))
      break;
    bytes_.append(encoded);
    ++count_;
    ++taken;
    cursor_ = first_position + static_cast<std::int64_t>(index);
  }
  if (taken == wanted_.size()) cursor_ = checkpoint_ = last_position;
}

bool EventBatch::Matches(const EventGroup& group, std::size_t index) {
  const EventGroup::Event& event = group.events()[index];
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
