#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "domain/group.h"
#include "domain/result.h"

namespace florin::storage {
class GroupStore;
}  // namespace florin::storage

namespace florin::actors {

class GroupFeed;
class Ledger;

/// One member as GetGroup shows it. Times in UTC nanoseconds.
struct GroupMemberView {
  std::string member_name;
  std::string principal;
  std::int64_t join_time = 0;
  std::int64_t in_flight_count = 0;
  /// Commit time of the oldest event that it has not acknowledged.
  std::optional<std::int64_t> oldest_unacked_time;
  /// With something in flight, at most 100, sorted.
  std::vector<std::string> streams;
};

/// A group as it stands. Source: Group in group_service.proto.
struct GroupView {
  std::string group_id;
  domain::GroupSettings settings;
  /// Everything up to here is acknowledged, skipped, expired, parked, or waits behind a parked
  /// event of its stream.
  std::int64_t position = 0;
  std::int64_t head_position = 0;
  std::int64_t parked_count = 0;
  std::int64_t waiting_count = 0;
  /// Parked for their age, of parked_count.
  std::int64_t expired_count = 0;
  std::int32_t member_count = 0;
  bool blocked = false;
  /// Commit time of the oldest event that is not acknowledged (parked ones and those behind them
  /// aside); nothing when the group has caught up.
  std::optional<std::int64_t> oldest_unacked_time;
  /// Only of Get.
  std::vector<GroupMemberView> members;
};

struct ParkedEventView {
  std::int64_t position = 0;
  /// florin.v1.Event, encoded.
  std::string event_bytes;
  std::int32_t attempts = 0;
  std::string last_reason;
  std::int64_t park_time = 0;
  std::string member_name;
  std::string principal;
  std::int64_t waiting_count = 0;
};

/// What was done to a group by somebody; kept for ever with the group. Stored; never renumber.
enum class GroupActionKind : std::uint8_t {
  kCreated = 1,
  kUpdated = 2,
  kParked = 3,
  kExpired = 4,
  kReplayed = 5,
  kDiscarded = 6,
  kReset = 7,
};

struct GroupActionView {
  /// From 1, without gaps, in order.
  std::int64_t number = 0;
  GroupActionKind kind = GroupActionKind::kCreated;
  std::int64_t time = 0;
  std::string principal;
  std::string member_name;
  std::string reason;
  /// Of a park the event's; of a reset the new cursor; of replay and discard the first event's.
  std::int64_t position = 0;
  std::int64_t event_count = 0;
};

/// Which parked events: all, or those of these positions that are parked.
struct ParkedSelection {
  bool all = false;
  std::vector<std::int64_t> positions;
};

/// One event on its way to a member.
struct Delivery {
  std::int64_t position = 0;
  std::int32_t attempt = 0;
  /// At most 15 bytes of printable ASCII.
  std::string delivery_id;
  /// florin.v1.Event, encoded.
  std::string event_bytes;
};

struct AcknowledgeRefusal {
  std::string delivery_id;
  domain::Refusal refusal;
};

/// One response to a member; also the heartbeat, then without deliveries.
struct DeliveryBatch {
  std::vector<Delivery> deliveries;
  std::int64_t head_position = 0;
  /// Nothing more is there for any member now: the group has read to the head, and all it holds is
  /// in flight, in backoff or held back.
  bool caught_up = false;
  std::int64_t durable_acknowledge_count = 0;
  std::vector<AcknowledgeRefusal> refusals;
};

/// A member's connection, as gRPC (or a test) provides it. Calls come one at a time, from any
/// thread; none blocks.
class MemberSink {
 public:
  virtual ~MemberSink() = default;
  /// Not called again before GroupMembership::WriteDone.
  virtual void Write(DeliveryBatch batch) = 0;
  /// The last call. kMemberExists: another connection took the name over; kGroupNotFound: the group
  /// was deleted; kShuttingDown; kSubscriberStalled; kStorageUnavailable, kDataCorrupt.
  virtual void End(const domain::Refusal& refusal) = 0;
};

enum class NackAction : std::uint8_t { kRetry = 1, kPark = 2, kSkip = 3 };
struct NackRequest {
  std::string delivery_id;
  NackAction action = NackAction::kRetry;
  std::string reason;
};
struct AcknowledgeRequest {
  std::vector<std::string> delivery_ids;
  std::vector<NackRequest> nacks;
  std::vector<std::string> extend_delivery_ids;
};

struct JoinRequest {
  std::string member_name;
  std::string principal;
  /// 0: the group's.
  std::int32_t max_in_flight = 0;
  std::int64_t heartbeat_ns = 10'000'000'000;
  bool take_over = false;
  /// There is no room for one more: refused, unless it takes a name over.
  bool replaces_only = false;
};

/// A joined member's way back. Threads: any; none blocks. After End they do nothing.
class GroupMembership {
 public:
  virtual ~GroupMembership() = default;
  /// Counted by durable_acknowledge_count, in order.
  virtual void Acknowledge(AcknowledgeRequest request) = 0;
  virtual void WriteDone() = 0;
  /// The connection is gone, or said goodbye: what it had in flight goes to others at once. Of
  /// `unsent` deliveries the client never heard; they were no attempts. The sink is not called any
  /// more once `done` ran.
  virtual void Leave(std::vector<std::string> unsent, std::function<void()> done) = 0;
};

/// Finds the position after which a group is to start, or refuses, and hands it on once, on any
/// thread. Must not block. Called at most once, when nothing else stands against the request: a
/// group that is there, or is not there, is known by its id whatever the log's end is.
using FoundStart = std::function<void(domain::Result<std::int64_t>)>;
using StartFinder = std::function<void(FoundStart)>;

struct GroupsStats {
  std::int64_t groups = 0;
  std::int64_t members = 0;
  std::int64_t in_flight_events = 0;
  std::int64_t parked_events = 0;
  std::int64_t delivered_total = 0;
  std::int64_t redelivered_total = 0;
  std::int64_t acknowledged_total = 0;
  std::int64_t parked_total = 0;
  std::int64_t flushes_total = 0;
};

struct GroupsOptions {
  std::size_t groups_max = 1'000;
  std::int32_t members_max = 1'000;
  /// A member whose Write is not done for so long is ended.
  std::int64_t stall_timeout_ns = 60'000'000'000;
  /// Acknowledgements are synced at most so often. What a kill makes come again is what was
  /// acknowledged since the last sync, and what was in flight.
  std::int64_t flush_interval_ns = 5'000'000;
  /// Most bytes of events that all groups hold before each is content with little.
  std::size_t held_bytes_max = 256U << 20;
  /// Threads that read the log for the groups.
  std::size_t reader_threads = 2;
  /// UTC nanoseconds; tests bring their own. Empty: the ledger's.
  std::function<std::int64_t()> now;
};

/// All consumer groups: an actor for each, one writer that syncs their state.
///
/// Threads: every method from any; none blocks. Each callback runs exactly once, on a thread of the
/// groups' or within the call, and must not block. Durability: an outcome without a refusal is
/// synced. Errors of all: kGroupNotFound, kShuttingDown, kStorageUnavailable; besides, as said.
class Groups {
 public:
  using GroupDone = std::function<void(domain::Result<GroupView>)>;
  using CountDone = std::function<void(domain::Result<std::int64_t>)>;
  template <typename T>
  using ListDone = std::function<void(domain::Result<std::vector<T>>)>;

  virtual ~Groups() = default;

  /// Delivers what matches after the position that `start` finds. Again with the same settings: the
  /// group as it stands (a retry). Errors: kGroupExists, start's, kOverloaded (too many groups).
  virtual void Create(std::string group_id, domain::GroupSettings settings, StartFinder start,
                      std::string principal, GroupDone done) = 0;
  /// Replaces the settings whole. Another filter or order: the group starts again from what is
  /// durable, what is in flight comes again.
  virtual void Update(std::string group_id, domain::GroupSettings settings, std::string principal,
                      GroupDone done) = 0;
  virtual void Delete(std::string group_id, std::string principal,
                      std::function<void(domain::Status)> done) = 0;
  virtual void Get(std::string group_id, GroupDone done) = 0;
  /// By id, those after `after_id`, without members. Fewer than `limit`: the last.
  virtual void List(std::string after_id, std::size_t limit, ListDone<GroupView> done) = 0;
  /// The next to deliver is what matches after the position that `start` finds.
  /// Errors: kParkedEventsLeft, start's.
  virtual void Reset(std::string group_id, StartFinder start, std::string reason,
                     bool discard_parked, std::string principal, GroupDone done) = 0;

  /// In order of position, those after it.
  virtual void ListParked(std::string group_id, std::int64_t after_position, std::size_t limit,
                          ListDone<ParkedEventView> done) = 0;
  /// How many were parked and are now to be delivered again, at attempt 1.
  virtual void Replay(std::string group_id, ParkedSelection selection, std::string reason,
                      std::string principal, CountDone done) = 0;
  virtual void Discard(std::string group_id, ParkedSelection selection, std::string reason,
                       std::string principal, CountDone done) = 0;
  /// In order of number, those after it.
  virtual void ListActions(std::string group_id, std::int64_t after_number, std::size_t limit,
                           ListDone<GroupActionView> done) = 0;

  /// `sink` is called from then on, until the membership's Leave is done.
  /// Errors: kMemberExists, kOverloaded (too many members).
  virtual void Join(std::string group_id, JoinRequest request, std::shared_ptr<MemberSink> sink,
                    std::function<void(domain::Result<std::shared_ptr<GroupMembership>>)> done) = 0;

  [[nodiscard]] virtual GroupsStats Stats() const = 0;
  /// Ends every member with kShuttingDown, and those to come; does not wait.
  virtual void EndAll() = 0;
  /// Makes durable what was acknowledged and stops the threads. Again: nothing. Requires: before
  /// the ledger stops.
  virtual void Stop() = 0;

  /// With the groups that `store` holds. Runs on the ledger's workers.
  /// Requires: ledger, store and feed outlive it. Errors: as GroupStore::Load.
  static domain::Result<std::unique_ptr<Groups>> Start(Ledger* ledger, storage::GroupStore* store,
                                                       GroupFeed* feed,
                                                       const GroupsOptions& options);
};

}  // namespace florin::actors
