#include "actors/groups/actor.h"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <chrono>
#include <exception>
#include <limits>
#include <utility>

namespace florin::actors {
namespace {

constexpr std::int64_t kNever = std::numeric_limits<std::int64_t>::max();
/// No group looks at the clock more often, whatever it waits for.
constexpr std::int64_t kShortestWait = 1'000'000;

template <typename T, typename Read>
domain::Result<T> Guarded(const Read& read) {
  // The feed may fail in ways of its own; a reader thread must live on.
  try {
    return read();
  } catch (const std::exception& failure) {
    return domain::Refusal{domain::Reason::kStorageUnavailable,
                           "the log could not be read: " + std::string(failure.what()),
                           {}};
  }
}

}  // namespace

void SendGroupTask(const caf::actor& group, std::function<void(GroupRunner*)> task) {
  caf::anon_send(group, GroupTaskMessage{
                            std::make_shared<std::function<void(GroupRunner*)>>(std::move(task))});
}

GroupActor::GroupActor(caf::actor_config& config,
                       const std::shared_ptr<std::unique_ptr<GroupCore>>& core, GroupsWorld* world)
    : caf::event_based_actor(config),
      world_(world),
      runner_(std::make_unique<GroupRunner>(std::move(*core), static_cast<GroupHost*>(this))) {}

caf::behavior GroupActor::make_behavior() {
  // No exception leaves a handler: the actor ends, and starts again from what is stored.
  set_exception_handler([this](std::exception_ptr& thrown) -> caf::error {
    const std::string& id = runner_->core().group_id();
    try {
      std::rethrow_exception(thrown);
    } catch (const std::exception& failure) {
      spdlog::error("consumer group {} failed: {}", id, failure.what());
    } catch (...) {
      spdlog::error("consumer group {} failed: unknown exception", id);
    }
    return caf::sec::runtime_error;
  });
  Settle();
  return {
      [this](const GroupTaskMessage& message) {
        (*message.task)(runner_.get());
        Settle();
      },
      [this](const GroupHeadMessage&) {
        head_awaited_ = false;
        Settle();
      },
      [this](const GroupWakeMessage& message) {
        wakes_.erase(message.time);
        Settle();
      },
  };
}

void GroupActor::on_exit() {
  runner_.reset();
  GroupGauges* gauges = world_->gauges();
  gauges->members -= members_counted_;
  gauges->in_flight -= in_flight_counted_;
  gauges->parked -= parked_counted_;
  gauges->held_bytes -= held_bytes_counted_;
}

void GroupActor::Settle() {
  runner_->Settle();
  CountChanges();
  if (runner_->finished()) quit();
}

void GroupActor::CountChanges() {
  const GroupCounts counts = runner_->core().Counts();
  GroupGauges* gauges = world_->gauges();
  const auto add = [](std::atomic<std::int64_t>* sum, std::int64_t now, std::int64_t* before) {
    if (now == *before) return;
    sum->fetch_add(now - *before, std::memory_order_relaxed);
    *before = now;
  };
  add(&gauges->members, counts.members, &members_counted_);
  add(&gauges->in_flight, counts.in_flight, &in_flight_counted_);
  add(&gauges->parked, counts.parked, &parked_counted_);
  add(&gauges->held_bytes, counts.held_bytes, &held_bytes_counted_);
  add(&gauges->delivered, counts.sums.delivered, &counted_.delivered);
  add(&gauges->redelivered, counts.sums.redelivered, &counted_.redelivered);
  add(&gauges->acknowledged, counts.sums.acknowledged, &counted_.acknowledged);
  add(&gauges->parked_total, counts.sums.parked, &counted_.parked);
}

void GroupActor::Read(GroupOutput::Read read) {
  world_->readers()->Run([feed = world_->feed(), self = Self(), read = std::move(read)] {
    auto page = std::make_shared<domain::Result<FeedPage>>(Guarded<FeedPage>([&feed, &read] {
      return feed->Read(read.after, *read.filter, read.events_max, read.bytes_max);
    }));
    SendGroupTask(self, [page, generation = read.generation](GroupRunner* runner) {
      runner->OnPage(generation, std::move(*page));
    });
  });
}

void GroupActor::Fetch(GroupOutput::Fetch fetch) {
  using Events = std::vector<FeedEvent>;
  world_->readers()->Run([feed = world_->feed(), self = Self(), fetch = std::move(fetch)] {
    auto events = std::make_shared<domain::Result<Events>>(
        Guarded<Events>([&feed, &fetch] { return feed->Fetch(fetch.positions, fetch.bytes_max); }));
    SendGroupTask(self, [events, generation = fetch.generation](GroupRunner* runner) {
      runner->OnFetched(generation, std::move(*events));
    });
  });
}

void GroupActor::Store(storage::GroupChange change) {
  world_->writer()->Write(std::move(change), [self = Self()](const domain::Status& stored) {
    SendGroupTask(self, [stored](GroupRunner* runner) { runner->OnStored(stored); });
  });
}

void GroupActor::AwaitHead(std::int64_t head) {
  if (std::exchange(head_awaited_, true)) return;
  world_->AwaitHead(Self(), head);
}

void GroupActor::WakeAt(std::int64_t time) {
  if (time == kNever || (!wakes_.empty() && *wakes_.begin() <= time)) return;
  // One for a later time is still on its way, and will find little to do.
  const std::int64_t wait = std::max(time - Now(), kShortestWait);
  wakes_.insert(time);
  delayed_send(this, std::chrono::nanoseconds(wait), GroupWakeMessage{time});
}

}  // namespace florin::actors
