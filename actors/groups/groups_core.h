#pragma once

#include <atomic>
#include <caf/all.hpp>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "actors/groups.h"
#include "actors/groups/actor.h"
#include "actors/paced_clock.h"

namespace florin::actors {

/// The groups' actors by id, the thread that writes them, the threads that read for them.
class GroupsCore final : public Groups, private GroupsWorld {
 public:
  GroupsCore(Ledger* ledger, storage::GroupStore* store, GroupFeed* feed,
             const GroupsOptions& options);
  ~GroupsCore() override;

  /// Brings the stored groups to life.
  domain::Status Load();

  void Create(std::string group_id, domain::GroupSettings settings, StartFinder start,
              std::string principal, GroupDone done) override;
  void Update(std::string group_id, domain::GroupSettings settings, std::string principal,
              GroupDone done) override;
  void Delete(std::string group_id, std::string principal,
              std::function<void(domain::Status)> done) override;
  void Get(std::string group_id, GroupDone done) override;
  void List(std::string after_id, std::size_t limit, ListDone<GroupView> done) override;
  void Reset(std::string group_id, StartFinder start, std::string reason, bool discard_parked,
             std::string principal, GroupDone done) override;
  void ListParked(std::string group_id, std::int64_t after_position, std::size_t limit,
                  ListDone<ParkedEventView> done) override;
  void Replay(std::string group_id, ParkedSelection selection, std::string reason,
              std::string principal, CountDone done) override;
  void Discard(std::string group_id, ParkedSelection selection, std::string reason,
               std::string principal, CountDone done) override;
  void ListActions(std::string group_id, std::int64_t after_number, std::size_t limit,
                   ListDone<GroupActionView> done) override;
  void Join(std::string group_id, JoinRequest request, std::shared_ptr<MemberSink> sink,
            std::function<void(domain::Result<std::shared_ptr<GroupMembership>>)> done) override;
  [[nodiscard]] GroupsStats Stats() const override;
  void EndAll() override;
  void Stop() override;

  /// For tests: the group's actor ends as if it had crashed.
  void CrashGroup(const std::string& group_id);

 private:
  using Task = std::function<void(GroupRunner*)>;

  // GroupsWorld
  /// Log time, but no deadline is over because the machine's clock was set.
  std::int64_t Now() override { return options_.now ? options_.now() : clock_.Now(); }
  GroupFeed* feed() override { return feed_; }
  GroupWriter* writer() override { return &writer_; }
  ReaderPool* readers() override { return &readers_; }
  void AwaitHead(const caf::actor& group, std::int64_t head) override;
  GroupGauges* gauges() override { return &gauges_; }
  bool Crowded() override {
    return gauges_.held_bytes > static_cast<std::int64_t>(options_.held_bytes_max);
  }

  void OnPublish();
  /// The group's actor, or why there is none. One that could not be read back is tried again.
  domain::Result<caf::actor> Find(const std::string& group_id);
  /// Runs `task` in the group's actor; `done` is refused if there is none.
  template <typename T>
  void Send(const std::string& group_id, const Once<T>& done, Task task) {
    const domain::Result<caf::actor> group = Find(group_id);
    if (!group.ok()) return done.Refuse(group.refusal());
    SendGroupTask(*group, std::move(task));
  }
  void CreateAfter(std::int64_t after, const std::string& group_id,
                   const domain::GroupSettings& settings, const std::string& principal,
                   const Once<GroupView>& done);
  /// Creates nothing: the group as it stands, if its settings are these.
  void AnswerExisting(const caf::actor& group, const std::string& group_id,
                      const domain::GroupSettings& settings, const Once<GroupView>& done);
  void ListOn(std::vector<GroupView> found, std::string after_id, std::size_t limit,
              ListDone<GroupView> done);
  /// Answers with the group once what it is now is stored.
  GroupRunner::Done ViewAfterStored(const GroupRunner* runner, const Once<GroupView>& done);
  /// Answers with the group as it stands, from a reader thread if its age has to be read.
  void AnswerView(const GroupRunner& runner, bool with_members, const Once<GroupView>& done);

  /// Runs `job` where it may block. Should it throw, whoever waits for it is told by its Once.
  void RunReader(std::function<void()> job);

  // groups_life.cc
  caf::actor Spawn(std::unique_ptr<GroupCore> core);
  void Watch(const std::string& group_id, const caf::actor& actor);
  static std::string NewIncarnation();
  void OnDown(const std::string& group_id, caf::actor_id id, bool failed);
  void ReadBack(const std::string& group_id);
  void Restart(const std::string& group_id);
  [[nodiscard]] std::vector<caf::actor> AllActors() const;

  caf::actor_system* const system_;
  storage::GroupStore* const store_;
  GroupFeed* const feed_;
  const GroupsOptions options_;
  const GroupLimits limits_;
  PacedClock clock_;
  GroupGauges gauges_;
  GroupWriter writer_;
  ReaderPool readers_;
  std::uint64_t listener_ = 0;

  mutable std::mutex mutex_;
  std::condition_variable changed_;
  // Guarded by mutex_. Null until a group that failed is read back.
  std::map<std::string, caf::actor> groups_;
  /// Those that the writer's thread is to read back.
  std::set<std::string> reading_back_;
  /// Their deletion is on its way; the names are taken until it is stored, or it would take the
  /// records of a new group of that name with it.
  std::set<std::string> deleting_;
  std::int64_t actors_alive_ = 0;
  bool stopping_ = false;
  std::atomic<bool> ended_{false};
  std::atomic<bool> stopped_{false};

  std::mutex waiting_mutex_;
  // Guarded by waiting_mutex_: those that have read to the head.
  std::vector<caf::actor> waiting_;
};

}  // namespace florin::actors
