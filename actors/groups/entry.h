#pragma once

#include <cstdint>
#include <deque>
#include <string>
#include <vector>

#include "actors/chain.h"
#include "actors/groups.h"

namespace florin::actors {

struct GroupStream;
struct GroupMemberState;

/// One event that a group has to deliver.
struct GroupEntry {
  enum class State : std::uint8_t {
    /// Behind another of its stream, or held back.
    kQueued,
    /// Goes to the next member with room.
    kReady,
    /// The same, once its bytes are read back from the log.
    kLoading,
    kInFlight,
    /// An attempt failed, the next is at `due`.
    kBackoff,
  };

  std::int64_t position = 0;
  std::int64_t commit_time = 0;
  /// Its time to live begins here: the commit, or the replay.
  std::int64_t since = 0;
  GroupStream* stream = nullptr;
  /// Without bytes: read, but put aside, because others of its stream come first.
  std::string bytes;
  bool loaded = false;
  bool fetching = false;
  State state = State::kQueued;
  /// Has a record of its own in the store, the cursor does not wait for it; else it is in the
  /// window.
  bool side = false;
  /// Of kReady: in the chain of those that were delivered, or read, before.
  bool again = false;
  /// Attempts that have failed.
  std::int32_t attempts = 0;

  // Of kInFlight.
  std::uint64_t delivery = 0;
  GroupMemberState* member = nullptr;
  /// Handed to the member's sink, not only assigned to it.
  bool sent = false;
  /// When the attempt times out, or the backoff ends.
  std::int64_t due = 0;

  Link<GroupEntry> stream_link;
  Link<GroupEntry> window_link;
  Link<GroupEntry> work_link;
  Link<GroupEntry> member_link;
};

using StreamChain = Chain<GroupEntry, &GroupEntry::stream_link>;
using WindowChain = Chain<GroupEntry, &GroupEntry::window_link>;
using WorkChain = Chain<GroupEntry, &GroupEntry::work_link>;
using MemberChain = Chain<GroupEntry, &GroupEntry::member_link>;

/// What a group knows of one stream while it has anything of it.
struct GroupStream {
  std::string name;
  /// Not finished and not parked, in order of position.
  StreamChain queue;
  /// In flight (GROUP_ORDER_STREAM: at most this one).
  GroupEntry* active = nullptr;
  /// Parked events that hold back what comes after the first of them; ascending, seldom more than
  /// one.
  std::vector<std::int64_t> holders;
  /// Entries with bytes.
  std::int32_t loaded = 0;
  /// Held entries with records of their own.
  std::int64_t waiting = 0;
  /// Who got its last event; 0: nobody.
  std::uint64_t last_member = 0;

  [[nodiscard]] bool Holds(std::int64_t position) const {
    return !holders.empty() && position > holders.front();
  }
};

/// One member while it is connected.
struct GroupMemberState {
  std::uint64_t id = 0;
  JoinRequest request;
  std::int64_t join_time = 0;
  std::int64_t in_flight = 0;
  /// Deliveries in all.
  std::int64_t given = 0;
  MemberChain deliveries;
  /// Assigned and not yet written.
  std::deque<std::uint64_t> outbox;
  bool in_room = false;

  /// A write is on its way since then.
  bool writing = false;
  std::int64_t write_time = 0;
  /// It does not read: what waited in the outbox has timed out.
  bool stuck = false;
  /// Heartbeat or stall, as it stands in the group's timers; 0: not there.
  std::int64_t timer = 0;
  bool touched = false;
  bool told_joined = false;
  bool told_caught_up = false;
  std::vector<AcknowledgeRefusal> refusals;

  // Acknowledge requests: received, handed to the store, durable, told.
  std::int64_t acks_received = 0;
  std::int64_t acks_taken = 0;
  std::int64_t acks_durable = 0;
  std::int64_t acks_told = 0;
};

}  // namespace florin::actors
