#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "actors/group_feed.h"

namespace florin::actors {

/// A log of events for groups to read, as a test writes it. The bytes of an event are its stream
/// and position. Threads: any.
class ScriptedLog final : public GroupFeed {
 public:
  /// Appends an event; every position has one.
  std::int64_t Append(const std::string& stream, const std::string& type = "account.opened",
                      std::int64_t time = 0) {
    {
      const std::lock_guard lock(mutex_);
      events_.push_back({stream, type, time});
    }
    const std::int64_t head = Head();
    const std::lock_guard lock(listeners_mutex_);
    for (const auto& [token, wake] : listeners_) wake();
    return head;
  }
  void Fail(std::optional<domain::Refusal> failure) {
    const std::lock_guard lock(mutex_);
    failure_ = std::move(failure);
  }
  static std::string BytesOf(const std::string& stream, std::int64_t position) {
    return stream + "@" + std::to_string(position);
  }
  [[nodiscard]] std::string StreamAt(std::int64_t position) const {
    const std::lock_guard lock(mutex_);
    return events_[static_cast<std::size_t>(position) - 1].stream;
  }
  [[nodiscard]] std::string TypeAt(std::int64_t position) const {
    const std::lock_guard lock(mutex_);
    return events_[static_cast<std::size_t>(position) - 1].type;
  }

  /// How many events each Fetch gave.
  [[nodiscard]] std::vector<std::size_t> fetches() const {
    const std::lock_guard lock(mutex_);
    return fetches_;
  }

  [[nodiscard]] std::int64_t Head() const override {
    const std::lock_guard lock(mutex_);
    return static_cast<std::int64_t>(events_.size());
  }
  domain::Result<FeedPage> Read(std::int64_t after, const domain::EventFilter& filter,
                                std::size_t events_max, std::size_t bytes_max) override {
    const std::lock_guard lock(mutex_);
    if (failure_) return *failure_;
    FeedPage page;
    page.through = after;
    std::size_t bytes = 0;
    while (page.through < static_cast<std::int64_t>(events_.size()) &&
           page.events.size() < events_max && bytes < bytes_max &&
           page.through < after + kLookedAtMax) {
      const std::int64_t position = ++page.through;
      const Event& event = events_[static_cast<std::size_t>(position) - 1];
      if (!filter.Matches(event.stream, event.type)) continue;
      page.events.push_back(FeedEventOf(position, event));
      bytes += page.events.back().bytes.size();
    }
    return page;
  }
  domain::Result<std::vector<FeedEvent>> Fetch(const std::vector<std::int64_t>& positions,
                                               std::size_t bytes_max) override {
    const std::lock_guard lock(mutex_);
    if (failure_) return *failure_;
    std::vector<FeedEvent> events;
    std::size_t bytes = 0;
    for (const std::int64_t position : positions) {
      if (!events.empty() && bytes >= bytes_max) break;
      events.push_back(FeedEventOf(position, events_[static_cast<std::size_t>(position) - 1]));
      bytes += events.back().bytes.size();
    }
    fetches_.push_back(events.size());
    return events;
  }
  domain::Result<std::int64_t> CommitTime(std::int64_t position) override {
    const std::lock_guard lock(mutex_);
    return events_[static_cast<std::size_t>(position) - 1].time;
  }
  std::uint64_t Listen(std::function<void()> wake) override {
    const std::lock_guard lock(listeners_mutex_);
    listeners_.emplace(++last_token_, std::move(wake));
    return last_token_;
  }
  void Unlisten(std::uint64_t token) override {
    const std::lock_guard lock(listeners_mutex_);
    listeners_.erase(token);
  }

 private:
  static constexpr std::int64_t kLookedAtMax = 4'096;
  struct Event {
    std::string stream;
    std::string type;
    std::int64_t time = 0;
  };
  static FeedEvent FeedEventOf(std::int64_t position, const Event& event) {
    return {position, event.stream, event.time, BytesOf(event.stream, position)};
  }

  mutable std::mutex mutex_;
  // Guarded by mutex_.
  std::vector<Event> events_;
  std::optional<domain::Refusal> failure_;
  std::vector<std::size_t> fetches_;
  std::mutex listeners_mutex_;
  // Guarded by listeners_mutex_.
  std::map<std::uint64_t, std::function<void()>> listeners_;
  std::uint64_t last_token_ = 0;
};

}  // namespace florin::actors
