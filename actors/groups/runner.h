#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "actors/groups.h"
#include "actors/groups/core.h"
#include "actors/groups/once.h"

namespace florin::actors {

/// What a group needs from outside. Answers come back as calls of the runner, from the same thread
/// as all its calls.
class GroupHost {
 public:
  virtual ~GroupHost() = default;
  /// UTC nanoseconds, never back.
  virtual std::int64_t Now() = 0;
  virtual std::int64_t Head() = 0;
  /// All groups together hold too many bytes.
  virtual bool Crowded() = 0;
  virtual void Read(GroupOutput::Read read) = 0;
  virtual void Fetch(GroupOutput::Fetch fetch) = 0;
  /// Answered with OnStored, in order.
  virtual void Store(storage::GroupChange change) = 0;
  /// Settle is to be called when the head has moved beyond `head`.
  virtual void AwaitHead(std::int64_t head) = 0;
  /// Settle is to be called at this time.
  virtual void WakeAt(std::int64_t time) = 0;
};

/// A group's core with the connections of its members, and with the callers that wait for the
/// store.
///
/// Plain logic like the core; Settle is called after any number of calls. Once a write has failed
/// nothing is accepted any more, but View and ListParked.
class GroupRunner {
 public:
  using Done = Once<domain::Ok>;

  GroupRunner(std::unique_ptr<GroupCore> core, GroupHost* host)
      : core_(std::move(core)), host_(host) {}
  /// Ends the members that are left: the group failed.
  ~GroupRunner();
  GroupRunner(const GroupRunner&) = delete;
  GroupRunner& operator=(const GroupRunner&) = delete;

  domain::Result<std::uint64_t> Join(const JoinRequest& request, std::shared_ptr<MemberSink> sink);
  void Leave(std::uint64_t member, const std::vector<std::string>& unsent);
  void WriteDone(std::uint64_t member);
  void Acknowledge(std::uint64_t member, const AcknowledgeRequest& request);
  /// Ends them, and refuses those to come if `for_good`.
  void EndMembers(const domain::Refusal& refusal, bool for_good);

  void OnPage(std::uint64_t generation, domain::Result<FeedPage> page);
  void OnFetched(std::uint64_t generation, domain::Result<std::vector<FeedEvent>> events);
  void OnStored(const domain::Status& stored);

  // `done` runs once the outcome is stored.
  void AfterStored(Done done);
  void Update(const domain::GroupSettings& settings, const std::string& principal, Done done);
  void Reset(std::int64_t after, const std::string& reason, bool discard_parked,
             const std::string& principal, const Done& done);
  void Replay(const ParkedSelection& selection, const std::string& reason,
              const std::string& principal, const Once<std::int64_t>& done);
  void Discard(const ParkedSelection& selection, const std::string& reason,
               const std::string& principal, const Once<std::int64_t>& done);
  void Delete(Done done);
  /// Stores what is not stored yet; finished() says when.
  void Stop();

  [[nodiscard]] GroupView View(bool with_members) const;
  [[nodiscard]] const GroupCore& core() const { return *core_; }
  /// The group is deleted or stopped, and all of it is stored.
  [[nodiscard]] bool finished() const { return ending_ && stores_open_ == 0; }

  /// Does what is to be done now.
  void Settle();

 private:
  void Apply(GroupOutput output);
  void StoreIfDirty(std::int64_t now);
  void Break(const domain::Refusal& failure);

  const std::unique_ptr<GroupCore> core_;
  GroupHost* const host_;
  std::map<std::uint64_t, std::shared_ptr<MemberSink>> sinks_;
  /// Wait for the next change to be taken, and for one that is on its way.
  std::vector<Done> waiting_;
  std::vector<Done> storing_;
  int stores_open_ = 0;
  bool deleted_ = false;
  bool ending_ = false;
  std::optional<domain::Refusal> refuses_members_;
  std::optional<domain::Refusal> failure_;
};

}  // namespace florin::actors
