#pragma once

#include <atomic>
#include <caf/all.hpp>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <set>

#include "actors/groups/runner.h"
#include "actors/groups/writer.h"
#include "actors/reader_pool.h"

namespace florin::actors {

/// Gauges and sums of one group, or of all.
struct GroupGauges {
  std::atomic<std::int64_t> members{0};
  std::atomic<std::int64_t> in_flight{0};
  std::atomic<std::int64_t> parked{0};
  std::atomic<std::int64_t> held_bytes{0};
  std::atomic<std::int64_t> delivered{0};
  std::atomic<std::int64_t> redelivered{0};
  std::atomic<std::int64_t> acknowledged{0};
  std::atomic<std::int64_t> parked_total{0};
};

/// What all groups' actors share; outlives them.
class GroupsWorld {
 public:
  virtual ~GroupsWorld() = default;
  virtual std::int64_t Now() = 0;
  virtual GroupFeed* feed() = 0;
  virtual GroupWriter* writer() = 0;
  virtual ReaderPool* readers() = 0;
  /// Sends the actor a GroupHeadMessage once the head is beyond `head`.
  virtual void AwaitHead(const caf::actor& group, std::int64_t head) = 0;
  virtual GroupGauges* gauges() = 0;
  /// All groups together hold too many bytes.
  virtual bool Crowded() = 0;
};

/// Something to be done in a group's actor.
struct GroupTaskMessage {
  std::shared_ptr<std::function<void(GroupRunner*)>> task;
};
/// To a group: the log has grown.
struct GroupHeadMessage {};
/// A group to itself: it wanted to be woken at this time.
struct GroupWakeMessage {
  std::int64_t time = 0;
};

/// A consumer group's mailbox and its core.
class GroupActor : public caf::event_based_actor, private GroupHost {
 public:
  GroupActor(caf::actor_config& config, const std::shared_ptr<std::unique_ptr<GroupCore>>& core,
             GroupsWorld* world);
  const char* name() const override { return "florin.group"; }
  caf::behavior make_behavior() override;
  void on_exit() override;

 private:
  // GroupHost
  std::int64_t Now() override { return world_->Now(); }
  std::int64_t Head() override { return world_->feed()->Head(); }
  bool Crowded() override { return world_->Crowded(); }
  void Read(GroupOutput::Read read) override;
  void Fetch(GroupOutput::Fetch fetch) override;
  void Store(storage::GroupChange change) override;
  void AwaitHead(std::int64_t head) override;
  void WakeAt(std::int64_t time) override;

  void Settle();
  void CountChanges();
  [[nodiscard]] caf::actor Self() { return caf::actor_cast<caf::actor>(this); }

  GroupsWorld* const world_;
  std::unique_ptr<GroupRunner> runner_;
  /// The wake-ups of its own that are on their way.
  std::set<std::int64_t> wakes_;
  bool head_awaited_ = false;
  // As they stand in the gauges.
  GroupCounters counted_;
  std::int64_t members_counted_ = 0;
  std::int64_t in_flight_counted_ = 0;
  std::int64_t parked_counted_ = 0;
  std::int64_t held_bytes_counted_ = 0;
};

/// Has `task` run in the group's actor; dropped if that has ended.
void SendGroupTask(const caf::actor& group, std::function<void(GroupRunner*)> task);

}  // namespace florin::actors

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(florin::actors::GroupTaskMessage)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(florin::actors::GroupHeadMessage)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(florin::actors::GroupWakeMessage)
