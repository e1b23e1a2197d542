#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "domain/group.h"
#include "domain/result.h"
#include "storage/format/errors.h"

namespace florin::storage {

/// What is kept of a consumer group, and how it is put into bytes.
/// Shape: docs/formats/groups.md. Times are UTC nanoseconds.

struct GroupState {
  domain::GroupSettings settings;
  std::int64_t created_time = 0;
  /// Creation or last reset: no event's time to live begins earlier.
  std::int64_t base_time = 0;
  /// Everything up to here is finished, or has a record of its own.
  std::int64_t cursor = 0;
  /// Number of the newest action.
  std::int64_t last_action = 0;
};

/// A parked event.
struct ParkedRecord {
  std::int64_t position = 0;
  std::string stream;
  std::int64_t commit_time = 0;
  std::int32_t attempts = 0;
  std::string last_reason;
  std::int64_t park_time = 0;
  std::string member_name;
  std::string principal;
  /// The stream's later events wait behind it.
  bool holds = false;
  /// Parked for its age.
  bool expired = false;
};

/// An event below the cursor, or above it, that is to be delivered and not acknowledged: it waits
/// behind a parked one of its stream, or did, or was parked itself and is replayed.
struct WaitingRecord {
  std::int64_t position = 0;
  std::string stream;
  std::int64_t commit_time = 0;
  /// Its time to live begins here: the commit, or the replay.
  std::int64_t since = 0;
};

/// Attempts at an event that have failed.
struct AttemptsRecord {
  std::int64_t position = 0;
  std::int32_t attempts = 0;
  std::string last_reason;
};

/// Which positions of one block of the log are finished, although the cursor has not passed them.
struct FinishedRecord {
  static constexpr std::int64_t kBlockPositions = 4'096;
  /// Of positions [number * kBlockPositions, (number + 1) * kBlockPositions).
  std::int64_t number = 0;
  /// First offset in the block and length of each run, ascending and apart.
  std::vector<std::pair<std::uint32_t, std::uint32_t>> runs;
};

/// What was done to the group. `kind` is actors::GroupActionKind.
struct ActionRecord {
  std::int64_t number = 0;
  std::uint8_t kind = 0;
  std::int64_t time = 0;
  std::string principal;
  std::string member_name;
  std::string reason;
  std::int64_t position = 0;
  std::int64_t event_count = 0;
};

[[nodiscard]] std::string EncodeState(const GroupState& state);
[[nodiscard]] std::string EncodeParked(const ParkedRecord& record);
[[nodiscard]] std::string EncodeWaiting(const WaitingRecord& record);
[[nodiscard]] std::string EncodeAttempts(const AttemptsRecord& record);
[[nodiscard]] std::string EncodeFinished(const FinishedRecord& record);
[[nodiscard]] std::string EncodeAction(const ActionRecord& record);

/// Errors of all: kDataCorrupt; `where` names the place. `number` is the key's.
[[nodiscard]] domain::Result<GroupState> DecodeState(std::string_view value,
                                                     const CorruptPlace& where);
[[nodiscard]] domain::Result<ParkedRecord> DecodeParked(std::int64_t number, std::string_view value,
                                                        const CorruptPlace& where);
[[nodiscard]] domain::Result<WaitingRecord> DecodeWaiting(std::int64_t number,
                                                          std::string_view value,
                                                          const CorruptPlace& where);
[[nodiscard]] domain::Result<AttemptsRecord> DecodeAttempts(std::int64_t number,
                                                            std::string_view value,
                                                            const CorruptPlace& where);
[[nodiscard]] domain::Result<FinishedRecord> DecodeFinished(std::int64_t number,
                                                            std::string_view value,
                                                            const CorruptPlace& where);
[[nodiscard]] domain::Result<ActionRecord> DecodeAction(std::int64_t number, std::string_view value,
                                                        const CorruptPlace& where);

}  // namespace florin::storage
