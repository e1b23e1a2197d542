#include "server/groups/feed.h"

#include <string>
#include <string_view>
#include <utility>

namespace florin::server {
namespace {

// What one Read looks at if nothing matches: a few milliseconds.
constexpr std::int64_t kEventsLookedAtMax = 16'384;
// Of records read from disk at once.
constexpr std::size_t kReadBytes = 128U << 10;
// Nearer than this to the head the log is in memory.
constexpr std::int64_t kLiveLag = 4'096;

// The event alone of an encoded field: without its tag and length.
std::string_view WithoutTag(std::string_view field) {
  std::size_t length_end = 1;
  while ((static_cast<unsigned char>(field[length_end]) & 0x80U) != 0) ++length_end;
  return field.substr(length_end + 1);
}

actors::FeedEvent EventAt(const CommitGroupEvents& commit_group, std::size_t index) {
  actors::FeedEvent event;
  event.position = commit_group.first_position() + static_cast<std::int64_t>(index);
  event.stream = commit_group.events()[index].stream;
  event.commit_time = commit_group.events()[index].time;
  event.bytes = WithoutTag(commit_group.Encoded(index));
  return event;
}

std::size_t IndexOf(const CommitGroupEvents& commit_group, std::int64_t position) {
  return static_cast<std::size_t>(position - commit_group.first_position());
}

// Fills one page. Types are few and their texts static, so each is matched once.
class PageFiller {
 public:
  PageFiller(std::int64_t after, const domain::EventFilter& filter, std::size_t events_max,
             std::size_t bytes_max)
      : filter_(filter),
        every_event_(filter.MatchesEverything()),
        events_max_(events_max),
        bytes_max_(bytes_max),
        look_until_(after + kEventsLookedAtMax) {
    page_.through = after;
  }

  [[nodiscard]] std::int64_t through() const { return page_.through; }
  [[nodiscard]] bool full() const {
    return page_.events.size() >= events_max_ || bytes_ >= bytes_max_ ||
           page_.through >= look_until_;
  }
  actors::FeedPage Release() { return std::move(page_); }

  // Requires: the commit group holds position through() + 1.
  void Take(const CommitGroupEvents& commit_group) {
    const auto& events = commit_group.events();
    for (std::size_t i = IndexOf(commit_group, page_.through + 1); i < events.size() && !full();
         ++i) {
      if (every_event_ ||
          (MatchesType(events[i].type) && filter_.MatchesStream(events[i].stream))) {
        page_.events.push_back(EventAt(commit_group, i));
        bytes_ += page_.events.back().bytes.size();
      }
      ++page_.through;
    }
  }

 private:
  bool MatchesType(std::string_view type) {
    for (const auto& [text, matches] : known_types_) {
      if (text == type.data()) return matches;
    }
    const bool matches = filter_.MatchesType(type);
    known_types_.emplace_back(type.data(), matches);
    return matches;
  }

  const domain::EventFilter& filter_;
  const bool every_event_;
  const std::size_t events_max_;
  const std::size_t bytes_max_;
  const std::int64_t look_until_;
  std::size_t bytes_ = 0;
  actors::FeedPage page_;
  std::vector<std::pair<const char*, bool>> known_types_;
};

domain::Refusal NotThere(std::int64_t position) {
  const std::string text = std::to_string(position);
  return {domain::Reason::kDataCorrupt,
          "the log has no event at position " + text + ", which a consumer group holds",
          {{"position", text}}};
}

}  // namespace

domain::Result<actors::FeedPage> TailGroupFeed::Read(std::int64_t after,
                                                     const domain::EventFilter& filter,
                                                     std::size_t events_max,
                                                     std::size_t bytes_max) {
  PageFiller page(after, filter, events_max, bytes_max);
  while (!page.full()) {
    const auto commit_groups = CommitGroupsAt(page.through() + 1);
    if (!commit_groups.ok()) {
      // What is sound before it goes out first; then it is met again.
      if (page.through() == after) return commit_groups.refusal();
      break;
    }
    if (commit_groups.value()->empty()) break;
    for (const CommitGroupEventsPtr& commit_group : *commit_groups.value()) {
      if (!page.full()) page.Take(*commit_group);
    }
  }
  return page.Release();
}

domain::Result<std::vector<actors::FeedEvent>> TailGroupFeed::Fetch(
    const std::vector<std::int64_t>& positions, std::size_t bytes_max) {
  std::vector<actors::FeedEvent> events;
  std::size_t bytes = 0;
  CommitGroupEventsPtr commit_group;
  for (const std::int64_t position : positions) {
    if (commit_group == nullptr || position > commit_group->last_position()) {
      auto found = CommitGroupOf(position);
      if (!found.ok()) return found.refusal();
      commit_group = std::move(*found);
    }
    events.push_back(EventAt(*commit_group, IndexOf(*commit_group, position)));
    bytes += events.back().bytes.size();
    if (bytes >= bytes_max) break;
  }
  return events;
}

domain::Result<std::int64_t> TailGroupFeed::CommitTime(std::int64_t position) {
  const auto commit_group = CommitGroupOf(position);
  if (!commit_group.ok()) return commit_group.refusal();
  const CommitGroupEvents& found = *commit_group.value();
  return found.events()[IndexOf(found, position)].time;
}

domain::Result<CommitGroupEventsList> TailGroupFeed::CommitGroupsAt(std::int64_t position) {
  if (Head() - position < kLiveLag) {
    auto recent = tail_->Recent(position);
    if (!recent.ok() || recent.value() != nullptr) return recent;
  }
  return tail_->Read(position, kReadBytes);
}

domain::Result<CommitGroupEventsPtr> TailGroupFeed::CommitGroupOf(std::int64_t position) {
  // One commit group: what follows is seldom wanted.
  const auto commit_groups = tail_->Read(position, 1);
  if (!commit_groups.ok()) return commit_groups.refusal();
  if (commit_groups.value()->empty() ||
      commit_groups.value()->front()->first_position() > position) {
    return NotThere(position);
  }
  return commit_groups.value()->front();
}

}  // namespace florin::server
