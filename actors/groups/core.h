#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <tuple>
#include <unordered_map>
#include <utility>
#include <vector>

#include "actors/group_feed.h"
#include "actors/groups.h"
#include "actors/groups/entry.h"
#include "actors/groups/finished_positions.h"
#include "storage/groups/group_store.h"

namespace florin::actors {

/// How much a group keeps in memory and hands over at once.
struct GroupLimits {
  /// Most events of the window with their bytes, and their bytes.
  std::size_t window_events = 8'192;
  std::size_t window_bytes = 8U << 20;
  /// The latter while all groups together hold too much; and when to look whether they still do.
  std::size_t crowded_bytes = 64U << 10;
  std::int64_t crowded_wait_ns = 100'000'000;
  /// Most events of the window with or without bytes, and blocks of 4,096 positions in which some
  /// are finished before others: how far the group goes on while one event hangs.
  std::size_t window_positions = 65'536;
  std::size_t finished_blocks = 4'096;
  /// Beyond so many events of one stream, only their positions are kept: a stream in which much
  /// waits leaves the room to others.
  std::int32_t stream_events = 64;
  std::size_t page_events = 1'024;
  std::size_t page_bytes = 512U << 10;
  std::size_t fetch_events = 128;
  std::size_t fetch_bytes = 512U << 10;
  std::size_t batch_events = 1'024;
  std::size_t batch_bytes = 256U << 10;
  std::int32_t members_max = 1'000;
  std::int64_t stall_timeout_ns = 60'000'000'000;
  /// After the log could not be read.
  std::int64_t feed_retry_ns = 5'000'000'000;
  /// The cursor is stored at least so often, also when it only passed what does not match.
  std::int64_t cursor_interval_ns = 1'000'000'000;
};

/// What is to be done for a group outside of it.
struct GroupOutput {
  struct Write {
    std::uint64_t member = 0;
    DeliveryBatch batch;
  };
  struct End {
    std::uint64_t member = 0;
    domain::Refusal refusal;
  };
  /// GroupFeed::Read, answered with OnPage.
  struct Read {
    std::uint64_t generation = 0;
    std::int64_t after = 0;
    std::size_t events_max = 0;
    std::size_t bytes_max = 0;
    std::shared_ptr<const domain::EventFilter> filter;
  };
  /// GroupFeed::Fetch, answered with OnFetched.
  struct Fetch {
    std::uint64_t generation = 0;
    std::vector<std::int64_t> positions;
    std::size_t bytes_max = 0;
  };
  std::vector<Write> writes;
  std::vector<End> ends;
  std::optional<Read> read;
  std::optional<Fetch> fetch;
};

/// Sums since the core was made.
struct GroupCounters {
  std::int64_t delivered = 0;
  std::int64_t redelivered = 0;
  std::int64_t acknowledged = 0;
  std::int64_t parked = 0;
};

/// One consumer group: what of the log is finished, who works on what, what is parked.
///
/// An event is read into the *window*, queues in its stream, is assigned to a member, and is
/// finished, fails, or is parked. The *cursor* stands before the window's first event; positions
/// finished above it are remembered one by one. What must not hold the cursor back (waiting behind
/// a parked event, or replayed) leaves the window and has a record of its own: a *side* entry.
///
/// Plain logic: one thread, no clock, no I/O. Each call says what time it is (UTC nanoseconds,
/// never back); after any number of calls, Advance says what is to be done now, and NextTime when
/// to call it again. Source: docs/adr/0006-consumer-groups.md.
class GroupCore {
 public:
  /// As stored. `incarnation`: six characters, never used before; the beginning of each
  /// delivery_id.
  GroupCore(const storage::GroupImage& image, std::string incarnation, const GroupLimits& limits);
  /// A new one; its first change is to be stored.
  static std::unique_ptr<GroupCore> Create(const std::string& group_id,
                                           const domain::GroupSettings& settings,
                                           std::int64_t after, const std::string& principal,
                                           std::string incarnation, const GroupLimits& limits,
                                           std::int64_t now);
  GroupCore(const GroupCore&) = delete;
  GroupCore& operator=(const GroupCore&) = delete;

  /// A number for the member, never used again. Errors: kMemberExists, kOverloaded.
  domain::Result<std::uint64_t> Join(const JoinRequest& request, std::int64_t now);
  /// `unsent`: deliveries that were handed over and never reached the client.
  void Leave(std::uint64_t member, const std::vector<std::string>& unsent, std::int64_t now);
  void WriteDone(std::uint64_t member, std::int64_t now);
  void Acknowledge(std::uint64_t member, const AcknowledgeRequest& request, std::int64_t now);
  /// What they have in flight is not a failed attempt: the server ends them.
  void EndMembers(const domain::Refusal& refusal);

  void OnPage(std::uint64_t generation, domain::Result<FeedPage> page, std::int64_t now);
  void OnFetched(std::uint64_t generation, domain::Result<std::vector<FeedEvent>> events,
                 std::int64_t now);

  /// Requires: the filter compiles.
  void Update(const domain::GroupSettings& settings, const std::string& principal,
              std::int64_t now);
  /// Errors: kParkedEventsLeft.
  [[nodiscard]] domain::Status CheckReset(bool discard_parked) const;
  /// The same, and does it.
  domain::Status Reset(std::int64_t after, const std::string& reason, bool discard_parked,
                       const std::string& principal, std::int64_t now);
  std::int64_t Replay(const ParkedSelection& selection, const std::string& reason,
                      const std::string& principal, std::int64_t now);
  std::int64_t Discard(const ParkedSelection& selection, const std::string& reason,
                       const std::string& principal, std::int64_t now);

  /// All groups together hold too much, or no more.
  void SetCrowded(bool crowded) { crowded_ = crowded; }
  GroupOutput Advance(std::int64_t now, std::int64_t head);
  /// When to call Advance again although nothing happens.
  [[nodiscard]] std::int64_t NextTime() const;
  /// A publish matters: the group has read to the head and wants more.
  [[nodiscard]] bool WaitsForHead() const { return WantsToRead() && read_through_ >= head_; }

  /// Something is to be stored soon.
  [[nodiscard]] bool Dirty(std::int64_t now) const;
  /// Something is to be stored that is more than a cursor that passed what does not match.
  [[nodiscard]] bool Changed() const { return changed_; }
  [[nodiscard]] bool Moved() const { return changed_ || Cursor() != stored_cursor_; }
  /// What has changed since the last call. Not again before OnDurable.
  storage::GroupChange TakeChange(std::int64_t now);
  /// The change taken last is synced.
  void OnDurable();

  [[nodiscard]] const std::string& group_id() const { return group_id_; }
  [[nodiscard]] const domain::GroupSettings& settings() const { return state_.settings; }
  [[nodiscard]] GroupView View(bool with_members) const;
  /// All that was read up to here is finished, parked, or has a record of its own. View's position
  /// is before it while some of the latter are to be done again.
  [[nodiscard]] std::int64_t cursor() const { return Cursor(); }
  /// The next one to be read; nothing is read and unacknowledged before it.
  [[nodiscard]] std::int64_t read_through() const { return read_through_; }
  /// Without event_bytes.
  [[nodiscard]] std::vector<ParkedEventView> ListParked(std::int64_t after,
                                                        std::size_t limit) const;
  [[nodiscard]] const GroupCounters& counters() const { return counters_; }
  [[nodiscard]] std::int64_t in_flight_count() const {
    return static_cast<std::int64_t>(in_flight_.size());
  }
  [[nodiscard]] std::int64_t parked_count() const {
    return static_cast<std::int64_t>(parked_.size());
  }
  /// Of events that are read and not done.
  [[nodiscard]] std::int64_t held_bytes() const { return static_cast<std::int64_t>(loaded_bytes_); }
  [[nodiscard]] std::int64_t member_count() const {
    return static_cast<std::int64_t>(members_.size());
  }

 private:
  using EntryState = GroupEntry::State;
  using Member = GroupMemberState;

  // core.cc
  [[nodiscard]] bool InOrder() const {
    return state_.settings.order == domain::GroupOrder::kStream;
  }
  [[nodiscard]] std::int64_t Cursor() const;
  [[nodiscard]] bool Blocked() const;
  GroupStream* StreamOf(const std::string& name);
  GroupEntry* NewEntry(std::int64_t position, GroupStream* stream, std::int64_t commit_time);
  void Enqueue(GroupEntry* entry);
  void DropBytes(GroupEntry* entry);
  void DropAllBytes();
  void Delete(GroupEntry* entry);
  void Record(GroupActionKind kind, std::int64_t now, storage::ActionRecord action);
  void Restart(std::int64_t cursor);
  void ForgetDeliveries();

  // window.cc
  [[nodiscard]] bool WantsToRead() const;
  [[nodiscard]] bool RoomToRead() const;
  [[nodiscard]] std::size_t BytesMax() const {
    return crowded_ ? std::min(limits_.crowded_bytes, limits_.window_bytes) : limits_.window_bytes;
  }
  void PlanRead(std::int64_t now, GroupOutput* output);
  void PlanFetch(std::int64_t now, GroupOutput* output);
  void AddEvent(FeedEvent event);
  void PromoteAside(std::int64_t after);
  void OnFeedFailure(const domain::Refusal& refusal, std::int64_t now);
  [[nodiscard]] bool AlreadyKnown(std::int64_t position) const;
  void MoveAside(GroupEntry* entry);
  void MoveHeldAside(GroupStream* stream);
  void MoveAllHeldAside();

  // dispatch.cc
  void MakeReady(GroupEntry* entry);
  void Unready(GroupEntry* entry);
  void Promote(GroupStream* stream);
  void Dispatch(std::int64_t now);
  [[nodiscard]] bool MayGoNow(const GroupEntry* entry) const;
  Member* ChooseMember(const GroupStream& stream);
  void Assign(GroupEntry* entry, Member* member, std::int64_t now);
  void SetRoom(Member* member);
  [[nodiscard]] bool CaughtUp() const;

  // members.cc
  Member* FindMember(std::uint64_t id);
  void Touch(Member* member);
  void RemoveMember(Member* member);
  void LoseMember(Member* member, std::int64_t now);
  void VisitMembers(std::int64_t now, GroupOutput* output);
  void VisitMember(Member* member, std::int64_t now, GroupOutput* output);
  [[nodiscard]] std::int64_t MemberDeadline(const Member& member) const;
  void SetTimer(Member* member);
  DeliveryBatch FillBatch(Member* member, std::int64_t now);
  void TellCaughtUp();
  [[nodiscard]] std::string DeliveryId(std::uint64_t delivery) const;
  GroupEntry* FindDelivery(const Member* member, const std::string& delivery_id) const;

  // attempts.cc
  void EndDelivery(GroupEntry* entry);
  void Withdraw(GroupEntry* entry);
  void Finish(GroupEntry* entry);
  void Fail(GroupEntry* entry, const std::string& reason, bool backoff, std::int64_t now);
  void Park(GroupEntry* entry, storage::ParkedRecord record, std::int64_t now);
  void Nack(Member* member, GroupEntry* entry, const NackRequest& nack, std::int64_t now);
  void TimeOut(std::int64_t now);
  void EndBackoffs(std::int64_t now);
  void Expire(std::int64_t now);
  void ExpireOne(GroupEntry* entry, std::int64_t now);
  [[nodiscard]] std::int64_t ExpiryOf(std::int64_t since) const;

  // parked.cc
  [[nodiscard]] std::vector<std::int64_t> Selected(const ParkedSelection& selection) const;
  void Recount(GroupStream* stream);
  void EraseParked(std::int64_t position);
  std::int64_t LetGo(const std::vector<std::int64_t>& positions,
                     const std::set<std::string>& streams, GroupActionKind kind, std::int64_t now,
                     storage::ActionRecord action);

  const std::string group_id_;
  const std::string incarnation_;
  const GroupLimits limits_;
  storage::GroupState state_;
  std::shared_ptr<const domain::EventFilter> filter_;
  GroupCounters counters_;

  // What is to be delivered.
  std::vector<std::unique_ptr<GroupEntry>> entries_;
  std::vector<GroupEntry*> free_;
  std::unordered_map<std::string, std::unique_ptr<GroupStream>> streams_;
  WindowChain window_;
  std::size_t window_count_ = 0;
  std::size_t loaded_count_ = 0;
  std::size_t loaded_bytes_ = 0;
  std::map<std::int64_t, GroupEntry*> side_;
  /// Of side entries: since, position.
  std::set<std::pair<std::int64_t, std::int64_t>> side_ages_;
  std::map<std::int64_t, storage::ParkedRecord> parked_;
  std::int64_t expired_ = 0;
  std::int64_t waiting_ = 0;
  FinishedPositions finished_;
  /// By position: attempts that failed.
  std::map<std::int64_t, storage::AttemptsRecord> failed_;
  /// Held entries are still in the window, for want of room.
  bool held_in_window_ = false;

  // Who goes next.
  WorkChain ready_;
  WorkChain again_;
  std::size_t ready_count_ = 0;
  WorkChain loading_;
  /// By deadline.
  WorkChain acks_;
  /// By end and position.
  std::map<std::pair<std::int64_t, std::int64_t>, GroupEntry*> backoffs_;
  std::unordered_map<std::uint64_t, GroupEntry*> in_flight_;
  std::uint64_t last_delivery_ = 0;

  // Members.
  std::map<std::uint64_t, std::unique_ptr<Member>> members_;
  std::uint64_t last_member_ = 0;
  /// Those with room: in flight, given, number.
  std::set<std::tuple<std::int64_t, std::int64_t, std::uint64_t>> room_;
  std::vector<std::uint64_t> touched_;
  /// Heartbeats and stalls; may come early.
  std::set<std::pair<std::int64_t, std::uint64_t>> member_timers_;
  std::vector<GroupOutput::End> ends_;
  bool told_caught_up_ = false;

  // Reading.
  std::int64_t now_ = 0;
  std::int64_t head_ = 0;
  std::int64_t read_through_ = 0;
  /// Up to here events may be known already.
  std::int64_t known_through_ = 0;
  std::uint64_t generation_ = 1;
  bool reading_ = false;
  bool fetch_out_ = false;
  std::map<std::int64_t, GroupEntry*> fetching_;
  std::int64_t feed_retry_time_ = 0;
  bool crowded_ = false;

  // What is to be stored.
  bool changed_ = false;
  std::int64_t stored_cursor_ = 0;
  std::int64_t take_time_ = 0;
  storage::GroupChange::Clear clear_ = storage::GroupChange::Clear::kNothing;
  std::set<std::int64_t> changed_parked_;
  std::set<std::int64_t> changed_waiting_;
  std::set<std::int64_t> changed_attempts_;
  std::vector<storage::ActionRecord> actions_;
};

}  // namespace florin::actors
