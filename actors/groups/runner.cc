#include "actors/groups/runner.h"

#include <utility>

namespace florin::actors {
namespace {

domain::Refusal GroupGone(const std::string& group_id) {
  return {domain::Reason::kGroupNotFound,
          "consumer group " + group_id + " was deleted; create it again, or join another",
          {{"group_id", group_id}}};
}

domain::Refusal GroupFailed(const std::string& group_id) {
  return {domain::Reason::kStorageUnavailable,
          "consumer group " + group_id + " failed and starts again from what is stored; join again",
          {{"group_id", group_id}}};
}

}  // namespace

GroupRunner::~GroupRunner() {
  for (const auto& [id, sink] : sinks_) sink->End(GroupFailed(core_->group_id()));
}

domain::Result<std::uint64_t> GroupRunner::Join(const JoinRequest& request,
                                                std::shared_ptr<MemberSink> sink) {
  if (failure_) return *failure_;
  if (refuses_members_) return *refuses_members_;
  domain::Result<std::uint64_t> member = core_->Join(request, host_->Now());
  if (member.ok()) sinks_.emplace(*member, std::move(sink));
  return member;
}

void GroupRunner::Leave(std::uint64_t member, const std::vector<std::string>& unsent) {
  sinks_.erase(member);
  core_->Leave(member, unsent, host_->Now());
}

void GroupRunner::WriteDone(std::uint64_t member) { core_->WriteDone(member, host_->Now()); }

void GroupRunner::Acknowledge(std::uint64_t member, const AcknowledgeRequest& request) {
  core_->Acknowledge(member, request, host_->Now());
}

void GroupRunner::EndMembers(const domain::Refusal& refusal, bool for_good) {
  if (for_good) refuses_members_ = refusal;
  core_->EndMembers(refusal);
}

void GroupRunner::OnPage(std::uint64_t generation, domain::Result<FeedPage> page) {
  core_->OnPage(generation, std::move(page), host_->Now());
}

void GroupRunner::OnFetched(std::uint64_t generation,
                            domain::Result<std::vector<FeedEvent>> events) {
  core_->OnFetched(generation, std::move(events), host_->Now());
}

void GroupRunner::OnStored(const domain::Status& stored) {
  --stores_open_;
  // What stood before a deletion is answered with it.
  if (deleted_ && stores_open_ > 0 && stored.ok()) return;
  const std::vector<Done> done = std::exchange(storing_, {});
  if (!stored.ok()) {
    Break(stored.refusal());
    for (const Done& caller : done) caller(*failure_);
    return;
  }
  if (!deleted_) core_->OnDurable();
  for (const Done& caller : done) caller(domain::Ok{});
}

/// What it knows is no longer what is stored: only a start makes them one again.
void GroupRunner::Break(const domain::Refusal& failure) {
  if (failure_) return;
  failure_ = domain::Refusal{
      domain::Reason::kStorageUnavailable,
      "consumer groups cannot be stored: " + failure.message + "; restart the server",
      {{"group_id", core_->group_id()}}};
  core_->EndMembers(*failure_);
  for (const Done& caller : std::exchange(waiting_, {})) caller(*failure_);
}

void GroupRunner::AfterStored(Done done) {
  if (failure_) {
    done(*failure_);
  } else if (core_->Changed()) {
    waiting_.push_back(std::move(done));
  } else if (stores_open_ > 0) {
    storing_.push_back(std::move(done));
  } else {
    done(domain::Ok{});
  }
}

void GroupRunner::Update(const domain::GroupSettings& settings, const std::string& principal,
                         Done done) {
  if (failure_) return done(*failure_);
  core_->Update(settings, principal, host_->Now());
  AfterStored(std::move(done));
}

void GroupRunner::Reset(std::int64_t after, const std::string& reason, bool discard_parked,
                        const std::string& principal, const Done& done) {
  if (failure_) return done(*failure_);
  const domain::Status reset = core_->Reset(after, reason, discard_parked, principal, host_->Now());
  if (!reset.ok()) return done(reset);
  AfterStored(done);
}

void GroupRunner::Replay(const ParkedSelection& selection, const std::string& reason,
                         const std::string& principal, const Once<std::int64_t>& done) {
  if (failure_) return done(*failure_);
  const std::int64_t count = core_->Replay(selection, reason, principal, host_->Now());
  AfterStored(Done([done, count](const domain::Status& stored) {
    done(stored.ok() ? domain::Result<std::int64_t>(count) : stored.refusal());
  }));
}

void GroupRunner::Discard(const ParkedSelection& selection, const std::string& reason,
                          const std::string& principal, const Once<std::int64_t>& done) {
  if (failure_) return done(*failure_);
  const std::int64_t count = core_->Discard(selection, reason, principal, host_->Now());
  AfterStored(Done([done, count](const domain::Status& stored) {
    done(stored.ok() ? domain::Result<std::int64_t>(count) : stored.refusal());
  }));
}

void GroupRunner::Delete(Done done) {
  if (failure_) return done(*failure_);
  EndMembers(GroupGone(core_->group_id()), true);
  // Before the callers of what it undoes: they are answered as if it had come a moment later.
  for (Done& caller : std::exchange(waiting_, {})) storing_.push_back(std::move(caller));
  storing_.push_back(std::move(done));
  deleted_ = true;
  ending_ = true;
  storage::GroupChange change;
  change.group_id = core_->group_id();
  change.clear = storage::GroupChange::Clear::kAll;
  ++stores_open_;
  host_->Store(std::move(change));
}

void GroupRunner::Stop() { ending_ = true; }

GroupView GroupRunner::View(bool with_members) const { return core_->View(with_members); }

void GroupRunner::Settle() {
  const std::int64_t now = host_->Now();
  core_->SetCrowded(host_->Crowded());
  Apply(core_->Advance(now, host_->Head()));
  StoreIfDirty(now);
  if (ending_) return;
  if (core_->WaitsForHead()) host_->AwaitHead(core_->read_through());
  host_->WakeAt(core_->NextTime());
}

void GroupRunner::Apply(GroupOutput output) {
  for (GroupOutput::Write& write : output.writes) {
    const auto sink = sinks_.find(write.member);
    if (sink != sinks_.end()) sink->second->Write(std::move(write.batch));
  }
  for (const GroupOutput::End& end : output.ends) {
    const auto sink = sinks_.find(end.member);
    if (sink == sinks_.end()) continue;
    sink->second->End(end.refusal);
    sinks_.erase(sink);
  }
  if (output.read) host_->Read(std::move(*output.read));
  if (output.fetch) host_->Fetch(std::move(*output.fetch));
}

/// One write of a group is on its way at a time: what happens meanwhile is the next.
void GroupRunner::StoreIfDirty(std::int64_t now) {
  if (deleted_ || failure_ || stores_open_ > 0) return;
  const bool last = ending_ && core_->Moved();
  if (!core_->Dirty(now) && !last) return;
  storage::GroupChange change = core_->TakeChange(now);
  for (Done& caller : std::exchange(waiting_, {})) storing_.push_back(std::move(caller));
  ++stores_open_;
  host_->Store(std::move(change));
}

}  // namespace florin::actors
