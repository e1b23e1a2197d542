// How the groups' actors begin and end.

#include <spdlog/spdlog.h>

#include <chrono>
#include <exception>
#include <random>
#include <utility>

#include "actors/groups/groups_core.h"
#include "actors/ledger.h"
#include "actors/spawning_thread.h"

namespace florin::actors {
namespace {

domain::Refusal ShuttingDown() {
  return {domain::Reason::kShuttingDown, "the server is stopping; join again in a moment", {}};
}

/// The last position that the stored group knows of.
std::int64_t LastKnown(const storage::GroupImage& image) {
  std::int64_t last = image.state.cursor;
  if (!image.parked.empty()) last = std::max(last, image.parked.back().position);
  if (!image.waiting.empty()) last = std::max(last, image.waiting.back().position);
  return last;
}

/// Positions that come later would be taken for what the group has done.
domain::Refusal BeyondTheLog(const std::string& group_id, std::int64_t last, std::int64_t head) {
  return {domain::Reason::kDataCorrupt,
          "consumer group " + group_id + " stands at position " + std::to_string(last) +
              ", but the log ends at " + std::to_string(head) +
              ": groups/ is newer than journal/. Restore both from the same copy, or remove "
              "groups/ and create the groups again",
          {{"group_id", group_id}, {"position", std::to_string(last)}}};
}

GroupLimits LimitsOf(const GroupsOptions& options) {
  GroupLimits limits;
  limits.members_max = options.members_max;
  limits.stall_timeout_ns = options.stall_timeout_ns;
  return limits;
}

}  // namespace

domain::Result<std::unique_ptr<Groups>> Groups::Start(Ledger* ledger, storage::GroupStore* store,
                                                      GroupFeed* feed,
                                                      const GroupsOptions& options) {
  auto groups = std::make_unique<GroupsCore>(ledger, store, feed, options);
  if (domain::Status loaded = groups->Load(); !loaded.ok()) return loaded.refusal();
  return std::unique_ptr<Groups>(std::move(groups));
}

GroupsCore::GroupsCore(Ledger* ledger, storage::GroupStore* store, GroupFeed* feed,
                       const GroupsOptions& options)
    : system_(ledger->system()),
      store_(store),
      feed_(feed),
      options_(options),
      limits_(LimitsOf(options)),
      clock_([ledger] { return ledger->Now(); }, MachineClocks::Real().steady),
      writer_(store, std::chrono::nanoseconds(options.flush_interval_ns)),
      readers_(options.reader_threads, ReaderPool::kQueueMax) {
  listener_ = feed_->Listen([this] { OnPublish(); });
}

GroupsCore::~GroupsCore() { Stop(); }

domain::Status GroupsCore::Load() {
  const domain::Result<std::vector<storage::GroupImage>> images = store_->Load();
  if (!images.ok()) return images.refusal();
  for (const storage::GroupImage& image : *images) {
    const std::int64_t last = LastKnown(image);
    if (last > feed_->Head()) return BeyondTheLog(image.group_id, last, feed_->Head());
    caf::actor actor;
    {
      const std::lock_guard lock(mutex_);
      actor = Spawn(std::make_unique<GroupCore>(image, NewIncarnation(), limits_));
      groups_.emplace(image.group_id, actor);
    }
    Watch(image.group_id, actor);
  }
  return domain::Ok{};
}

void GroupsCore::RunReader(std::function<void()> job) {
  readers_.Run([job = std::move(job)] {
    try {
      job();
    } catch (const std::exception& failure) {
      spdlog::error("a read for a consumer group failed: {}", failure.what());
    }
  });
}

/// Six characters: thirty random bits, so that delivery ids of before a start are not taken for
/// new ones.
std::string GroupsCore::NewIncarnation() {
  constexpr char kDigits[] = "0123456789abcdefghjkmnpqrstvwxyz";
  std::random_device random;
  std::string incarnation;
  for (int i = 0; i < 6; ++i) incarnation.push_back(kDigits[random() & 31]);
  return incarnation;
}

/// Requires: mutex_ is held.
caf::actor GroupsCore::Spawn(std::unique_ptr<GroupCore> core) {
  const auto holder = std::make_shared<std::unique_ptr<GroupCore>>(std::move(core));
  auto actor = caf::actor_cast<caf::actor>(
      system_->spawn<GroupActor>(holder, static_cast<GroupsWorld*>(this)));
  LetGoOfLogger();
  ++actors_alive_;
  return actor;
}

/// Requires: mutex_ is not held, since an actor that has ended by now is told at once.
void GroupsCore::Watch(const std::string& group_id, const caf::actor& actor) {
  actor->attach_functor([this, group_id, id = actor.id()](const caf::error& reason) {
    OnDown(group_id, id, static_cast<bool>(reason));
  });
}

/// In the thread of the actor that ends.
void GroupsCore::OnDown(const std::string& group_id, caf::actor_id id, bool failed) {
  const std::lock_guard lock(mutex_);
  const auto found = groups_.find(group_id);
  const bool current = found != groups_.end() && found->second && found->second.id() == id;
  if (failed && current && !stopping_) {
    spdlog::warn("consumer group {} ended and is being read back", group_id);
    found->second = nullptr;
    ReadBack(group_id);
  }
  --actors_alive_;
  changed_.notify_all();
}

/// Behind what it had to write. Requires: mutex_ is held.
void GroupsCore::ReadBack(const std::string& group_id) {
  if (!reading_back_.insert(group_id).second) return;
  writer_.Run([this, group_id] { Restart(group_id); });
}

void GroupsCore::Restart(const std::string& group_id) {
  const auto image = store_->LoadOne(group_id);
  caf::actor actor;
  {
    const std::lock_guard lock(mutex_);
    reading_back_.erase(group_id);
    const auto found = groups_.find(group_id);
    if (stopping_ || found == groups_.end() || found->second) return;
    if (!image.ok()) {
      // Whoever asks for it next has it tried again.
      spdlog::error("consumer group {} cannot be read back: {}", group_id, image.refusal().message);
      return;
    }
    if (!image->has_value()) {
      // It failed before it was stored.
      groups_.erase(found);
      return;
    }
    actor = Spawn(std::make_unique<GroupCore>(**image, NewIncarnation(), limits_));
    found->second = actor;
  }
  Watch(group_id, actor);
}

std::vector<caf::actor> GroupsCore::AllActors() const {
  const std::lock_guard lock(mutex_);
  std::vector<caf::actor> actors;
  for (const auto& [group_id, actor] : groups_) {
    if (actor) actors.push_back(actor);
  }
  return actors;
}

void GroupsCore::AwaitHead(const caf::actor& group, std::int64_t head) {
  {
    const std::lock_guard lock(waiting_mutex_);
    waiting_.push_back(group);
  }
  // Published in between: nobody else would wake it.
  if (feed_->Head() > head) OnPublish();
}

void GroupsCore::OnPublish() {
  std::vector<caf::actor> woken;
  {
    const std::lock_guard lock(waiting_mutex_);
    woken.swap(waiting_);
  }
  for (const caf::actor& group : woken) caf::anon_send(group, GroupHeadMessage{});
}

void GroupsCore::CrashGroup(const std::string& group_id) {
  const domain::Result<caf::actor> group = Find(group_id);
  if (group.ok()) caf::anon_send_exit(*group, caf::exit_reason::kill);
}

GroupsStats GroupsCore::Stats() const {
  GroupsStats stats;
  {
    const std::lock_guard lock(mutex_);
    stats.groups = static_cast<std::int64_t>(groups_.size());
  }
  stats.members = gauges_.members;
  stats.in_flight_events = gauges_.in_flight;
  stats.parked_events = gauges_.parked;
  stats.delivered_total = gauges_.delivered;
  stats.redelivered_total = gauges_.redelivered;
  stats.acknowledged_total = gauges_.acknowledged;
  stats.parked_total = gauges_.parked_total;
  stats.flushes_total = writer_.flushes();
  return stats;
}

void GroupsCore::EndAll() {
  ended_ = true;
  for (const caf::actor& group : AllActors())
    SendGroupTask(group, [](GroupRunner* runner) { runner->EndMembers(ShuttingDown(), true); });
}

void GroupsCore::Stop() {
  if (stopped_.exchange(true)) return;
  feed_->Unlisten(listener_);
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  for (const caf::actor& group : AllActors()) {
    SendGroupTask(group, [](GroupRunner* runner) {
      runner->EndMembers(ShuttingDown(), true);
      runner->Stop();
    });
  }
  {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return actors_alive_ == 0; });
    groups_.clear();
  }
  readers_.Shutdown();
  writer_.Stop();
  const std::lock_guard lock(waiting_mutex_);
  waiting_.clear();
}

}  // namespace florin::actors
