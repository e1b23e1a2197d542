#include "actors/groups/groups_core.h"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <atomic>
#include <iterator>
#include <utility>

namespace florin::actors {
namespace {

domain::Refusal ShuttingDown() {
  return {domain::Reason::kShuttingDown, "the server is stopping; try again in a moment", {}};
}

domain::Refusal GroupNotFound(const std::string& group_id) {
  return {domain::Reason::kGroupNotFound,
          "there is no consumer group " + group_id + "; list the groups, or create it first",
          {{"group_id", group_id}}};
}

domain::Refusal GroupExists(const std::string& group_id) {
  return {domain::Reason::kGroupExists,
          "consumer group " + group_id +
              " exists with other settings; update it, or choose another group_id",
          {{"group_id", group_id}}};
}

domain::Refusal BeingDeleted(const std::string& group_id) {
  return {domain::Reason::kStorageUnavailable,
          "consumer group " + group_id + " is being deleted; try again in a moment",
          {{"group_id", group_id}}};
}

domain::Refusal TooManyGroups(std::size_t limit) {
  const std::string text = std::to_string(limit);
  return {domain::Reason::kOverloaded,
          "there are " + text +
              " consumer groups, which is the limit; delete one that is not needed, or raise "
              "--max-groups",
          {{"limit", text}}};
}

bool SameSettings(const domain::GroupSettings& a, const domain::GroupSettings& b) {
  return a.filter.stream_prefixes == b.filter.stream_prefixes &&
         a.filter.type_patterns == b.filter.type_patterns && a.filter.streams == b.filter.streams &&
         a.ack_timeout_ns == b.ack_timeout_ns && a.max_attempts == b.max_attempts &&
         a.min_backoff_ns == b.min_backoff_ns && a.max_backoff_ns == b.max_backoff_ns &&
         a.event_ttl_ns == b.event_ttl_ns && a.max_in_flight == b.max_in_flight &&
         a.order == b.order && a.max_parked_and_waiting == b.max_parked_and_waiting;
}

GroupActionView ViewOf(const storage::ActionRecord& record) {
  return {record.number,      static_cast<GroupActionKind>(record.kind),
          record.time,        record.principal,
          record.member_name, record.reason,
          record.position,    record.event_count};
}

/// A member's way back to the actor that it joined; that one gone, there is no way.
class ActorMembership final : public GroupMembership {
 public:
  ActorMembership(caf::actor group, std::uint64_t member)
      : group_(std::move(group)), member_(member) {}

  void Acknowledge(AcknowledgeRequest request) override {
    SendGroupTask(group_, [member = member_, request = std::move(request)](GroupRunner* runner) {
      runner->Acknowledge(member, request);
    });
  }
  void WriteDone() override {
    SendGroupTask(group_, [member = member_](GroupRunner* runner) { runner->WriteDone(member); });
  }
  void Leave(std::vector<std::string> unsent, std::function<void()> done) override {
    const Once<domain::Ok> once([done = std::move(done)](const domain::Status&) { done(); });
    SendGroupTask(group_,
                  [member = member_, unsent = std::move(unsent), once](GroupRunner* runner) {
                    runner->Leave(member, unsent);
                    once(domain::Ok{});
                  });
  }

 private:
  const caf::actor group_;
  const std::uint64_t member_;
};

/// The views of a list come in from each group's actor; whoever is last answers.
struct ViewGathering {
  explicit ViewGathering(std::size_t count) : views(count), left(count) {}
  std::vector<std::optional<GroupView>> views;
  std::atomic<std::size_t> left;
  std::function<void(std::vector<GroupView>)> done;

  void Put(std::size_t index, domain::Result<GroupView> view) {
    // Deleted or failed meanwhile: it is left out.
    if (view.ok()) views[index] = std::move(*view);
    if (left.fetch_sub(1) != 1) return;
    std::vector<GroupView> all;
    for (std::optional<GroupView>& one : views) {
      if (one) all.push_back(std::move(*one));
    }
    done(std::move(all));
  }
};

}  // namespace

domain::Result<caf::actor> GroupsCore::Find(const std::string& group_id) {
  const std::lock_guard lock(mutex_);
  if (stopping_) return ShuttingDown();
  const auto found = groups_.find(group_id);
  if (found == groups_.end()) return GroupNotFound(group_id);
  if (deleting_.contains(group_id)) return BeingDeleted(group_id);
  if (found->second) return found->second;
  ReadBack(group_id);
  return domain::Refusal{
      domain::Reason::kStorageUnavailable,
      "consumer group " + group_id + " failed and is being read back; try again in a moment",
      {{"group_id", group_id}}};
}

void GroupsCore::AnswerView(const GroupRunner& runner, bool with_members,
                            const Once<GroupView>& done) {
  GroupView view = runner.View(with_members);
  view.head_position = std::max(feed_->Head(), view.position);
  const std::int64_t next = runner.core().read_through() + 1;
  if (view.oldest_unacked_time || next > feed_->Head()) return done(std::move(view));
  // Nothing that was read is open, but not all was read.
  RunReader([feed = feed_, view = std::move(view), next, done]() mutable {
    const domain::Result<std::int64_t> time = feed->CommitTime(next);
    if (time.ok()) view.oldest_unacked_time = *time;
    done(std::move(view));
  });
}

GroupRunner::Done GroupsCore::ViewAfterStored(const GroupRunner* runner,
                                              const Once<GroupView>& done) {
  return GroupRunner::Done([this, runner, done](const domain::Status& stored) {
    if (!stored.ok()) return done(stored.refusal());
    AnswerView(*runner, true, done);
  });
}

void GroupsCore::Create(std::string group_id, domain::GroupSettings settings, StartFinder start,
                        std::string principal, GroupDone done) {
  const Once<GroupView> once(std::move(done));
  const domain::Result<caf::actor> existing = Find(group_id);
  if (existing.ok()) return AnswerExisting(*existing, group_id, settings, once);
  if (existing.refusal().reason != domain::Reason::kGroupNotFound) return once(existing.refusal());
  start([this, once, group_id, settings, principal](const domain::Result<std::int64_t>& after) {
    if (!after.ok()) return once(after.refusal());
    CreateAfter(*after, group_id, settings, principal, once);
  });
}

void GroupsCore::CreateAfter(std::int64_t after, const std::string& group_id,
                             const domain::GroupSettings& settings, const std::string& principal,
                             const Once<GroupView>& done) {
  caf::actor group;
  bool created = false;
  {
    const std::lock_guard lock(mutex_);
    const bool room = groups_.size() < options_.groups_max;
    if (!stopping_ && !groups_.contains(group_id) && room) {
      group = Spawn(GroupCore::Create(group_id, settings, after, principal, NewIncarnation(),
                                      limits_, Now()));
      groups_.emplace(group_id, group);
      created = true;
    }
  }
  if (created) {
    Watch(group_id, group);
    SendGroupTask(group, [this, done](GroupRunner* runner) {
      runner->AfterStored(ViewAfterStored(runner, done));
    });
    return;
  }
  const domain::Result<caf::actor> existing = Find(group_id);
  // Somebody was faster.
  if (existing.ok()) return AnswerExisting(*existing, group_id, settings, done);
  const bool no_room = existing.refusal().reason == domain::Reason::kGroupNotFound;
  done(no_room ? TooManyGroups(options_.groups_max) : existing.refusal());
}

void GroupsCore::AnswerExisting(const caf::actor& group, const std::string& group_id,
                                const domain::GroupSettings& settings,
                                const Once<GroupView>& done) {
  SendGroupTask(group, [this, done, group_id, settings](GroupRunner* runner) {
    if (!SameSettings(runner->core().settings(), settings)) return done(GroupExists(group_id));
    // The first call may not be stored yet, or never will be.
    runner->AfterStored(ViewAfterStored(runner, done));
  });
}

void GroupsCore::Update(std::string group_id, domain::GroupSettings settings, std::string principal,
                        GroupDone done) {
  const Once<GroupView> once(std::move(done));
  Send(group_id, once, [this, once, settings, principal](GroupRunner* runner) {
    runner->Update(settings, principal, ViewAfterStored(runner, once));
  });
}

void GroupsCore::Delete(std::string group_id, std::string principal,
                        std::function<void(domain::Status)> done) {
  const domain::Result<caf::actor> group = Find(group_id);
  if (!group.ok()) return done(group.refusal());
  bool mine = false;
  {
    const std::lock_guard lock(mutex_);
    mine = deleting_.insert(group_id).second;
  }
  if (!mine) return done(BeingDeleted(group_id));
  spdlog::info("deleting consumer group {}{}{}", group_id, principal.empty() ? "" : " by ",
               principal);
  const Once<domain::Ok> once([this, group_id, done](const domain::Status& stored) {
    {
      const std::lock_guard lock(mutex_);
      deleting_.erase(group_id);
      if (stored.ok()) groups_.erase(group_id);
    }
    done(stored);
  });
  SendGroupTask(*group, [once](GroupRunner* runner) { runner->Delete(once); });
}

void GroupsCore::Get(std::string group_id, GroupDone done) {
  const Once<GroupView> once(std::move(done));
  Send(group_id, once, [this, once](GroupRunner* runner) { AnswerView(*runner, true, once); });
}

void GroupsCore::List(std::string after_id, std::size_t limit, ListDone<GroupView> done) {
  ListOn({}, std::move(after_id), limit, std::move(done));
}

/// Until there are `limit`, or no more: whoever asks takes fewer for the end, so those that go
/// while they are asked leave their places to others.
void GroupsCore::ListOn(std::vector<GroupView> found, std::string after_id, std::size_t limit,
                        ListDone<GroupView> done) {
  std::vector<caf::actor> actors;
  {
    const std::lock_guard lock(mutex_);
    for (auto group = groups_.upper_bound(after_id);
         group != groups_.end() && found.size() + actors.size() < limit; ++group) {
      after_id = group->first;
      if (group->second) actors.push_back(group->second);
    }
  }
  if (actors.empty()) return done(std::move(found));
  const auto gathering = std::make_shared<ViewGathering>(actors.size());
  gathering->done = [this, found = std::move(found), after_id, limit,
                     done = std::move(done)](std::vector<GroupView> views) mutable {
    std::move(views.begin(), views.end(), std::back_inserter(found));
    ListOn(std::move(found), std::move(after_id), limit, std::move(done));
  };
  for (std::size_t i = 0; i < actors.size(); ++i) {
    const Once<GroupView> once(
        [gathering, i](domain::Result<GroupView> view) { gathering->Put(i, std::move(view)); });
    SendGroupTask(actors[i],
                  [this, once](GroupRunner* runner) { AnswerView(*runner, false, once); });
  }
}

void GroupsCore::Reset(std::string group_id, StartFinder start, std::string reason,
                       bool discard_parked, std::string principal, GroupDone done) {
  const Once<GroupView> once(std::move(done));
  const auto reset = [=, this](const domain::Result<std::int64_t>& after) {
    if (!after.ok()) return once(after.refusal());
    Send(group_id, once, [=, this, to = *after](GroupRunner* runner) {
      runner->Reset(to, reason, discard_parked, principal, ViewAfterStored(runner, once));
    });
  };
  Send(group_id, once, [once, start, discard_parked, reset](GroupRunner* runner) {
    const domain::Status allowed = runner->core().CheckReset(discard_parked);
    if (!allowed.ok()) return once(allowed.refusal());
    start(reset);
  });
}

void GroupsCore::ListParked(std::string group_id, std::int64_t after_position, std::size_t limit,
                            ListDone<ParkedEventView> done) {
  using Views = std::vector<ParkedEventView>;
  const Once<Views> once(std::move(done));
  Send(group_id, once, [this, once, after_position, limit](GroupRunner* runner) {
    Views views = runner->core().ListParked(after_position, limit);
    RunReader([feed = feed_, once, views = std::move(views)]() mutable {
      std::vector<std::int64_t> positions;
      for (const ParkedEventView& view : views) positions.push_back(view.position);
      // A page has few enough.
      domain::Result<std::vector<FeedEvent>> events =
          feed->Fetch(positions, std::numeric_limits<std::size_t>::max());
      if (!events.ok()) return once(events.refusal());
      auto view = views.begin();
      for (FeedEvent& event : *events) {
        while (view != views.end() && view->position < event.position) ++view;
        if (view != views.end() && view->position == event.position)
          view->event_bytes = std::move(event.bytes);
      }
      once(std::move(views));
    });
  });
}

void GroupsCore::Replay(std::string group_id, ParkedSelection selection, std::string reason,
                        std::string principal, CountDone done) {
  const Once<std::int64_t> once(std::move(done));
  Send(group_id, once, [once, selection, reason, principal](GroupRunner* runner) {
    runner->Replay(selection, reason, principal, once);
  });
}

void GroupsCore::Discard(std::string group_id, ParkedSelection selection, std::string reason,
                         std::string principal, CountDone done) {
  const Once<std::int64_t> once(std::move(done));
  Send(group_id, once, [once, selection, reason, principal](GroupRunner* runner) {
    runner->Discard(selection, reason, principal, once);
  });
}

void GroupsCore::ListActions(std::string group_id, std::int64_t after_number, std::size_t limit,
                             ListDone<GroupActionView> done) {
  const Once<std::vector<GroupActionView>> once(std::move(done));
  const domain::Result<caf::actor> group = Find(group_id);
  if (!group.ok()) return once(group.refusal());
  RunReader([store = store_, once, group_id, after_number, limit] {
    const auto records = store->ReadActions(group_id, after_number, limit);
    if (!records.ok()) return once(records.refusal());
    std::vector<GroupActionView> views;
    for (const storage::ActionRecord& record : *records) views.push_back(ViewOf(record));
    once(std::move(views));
  });
}

void GroupsCore::Join(std::string group_id, JoinRequest request, std::shared_ptr<MemberSink> sink,
                      std::function<void(domain::Result<std::shared_ptr<GroupMembership>>)> done) {
  using Joined = std::shared_ptr<GroupMembership>;
  const Once<Joined> once(std::move(done));
  const domain::Result<caf::actor> group = Find(group_id);
  if (!group.ok()) return once(group.refusal());
  if (ended_) return once(ShuttingDown());
  SendGroupTask(*group, [group = *group, once, request = std::move(request),
                         sink = std::move(sink)](GroupRunner* runner) {
    const domain::Result<std::uint64_t> member = runner->Join(request, sink);
    if (!member.ok()) return once(member.refusal());
    once(Joined(std::make_shared<ActorMembership>(group, *member)));
  });
}

}  // namespace florin::actors
