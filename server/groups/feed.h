#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <vector>

#include "actors/group_feed.h"
#include "domain/event_filter.h"
#include "domain/result.h"
#include "server/events/tail.h"
#include "storage/store.h"

namespace florin::server {

/// The log as consumer groups read it: through the decoded commit groups that
/// subscriptions share, so that each event is encoded once for all of them.
class TailGroupFeed final : public actors::GroupFeed {
 public:
  /// Both outlive it; `tail` reads from `reader`.
  TailGroupFeed(EventTail* tail, storage::Reader* reader) : tail_(tail), reader_(reader) {}

  [[nodiscard]] std::int64_t Head() const override { return tail_->Head(); }
  domain::Result<actors::FeedPage> Read(std::int64_t after, const domain::EventFilter& filter,
                                        std::size_t events_max, std::size_t bytes_max) override;
  domain::Result<std::vector<actors::FeedEvent>> Fetch(const std::vector<std::int64_t>& positions,
                                                       std::size_t bytes_max) override;
  domain::Result<std::int64_t> CommitTime(std::int64_t position) override;
  std::uint64_t Listen(std::function<void()> wake) override {
    return reader_->Listen(std::move(wake));
  }
  void Unlisten(std::uint64_t token) override { reader_->Unlisten(token); }

 private:
  /// The commit groups that hold `position` and what follows; empty beyond the head.
  domain::Result<CommitGroupEventsList> CommitGroupsAt(std::int64_t position);
  domain::Result<CommitGroupEventsPtr> CommitGroupOf(std::int64_t position);

  EventTail* const tail_;
  storage::Reader* const reader_;
};

}  // namespace florin::server
