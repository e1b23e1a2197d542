#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "domain/result.h"
#include "storage/groups/records.h"

namespace florin::storage {

/// One group as it is stored, its actions aside.
struct GroupImage {
  std::string group_id;
  GroupState state;
  // Each in order of position.
  std::vector<ParkedRecord> parked;
  std::vector<WaitingRecord> waiting;
  std::vector<AttemptsRecord> attempts;
  std::vector<FinishedRecord> finished;
};

/// What one write does to one group: first what is cleared, then what goes, then what is put.
struct GroupChange {
  enum class Clear : std::uint8_t {
    kNothing,
    /// All but state and actions.
    kEvents,
    /// The group.
    kAll,
  };

  std::string group_id;
  Clear clear = Clear::kNothing;
  std::vector<std::int64_t> parked_gone;
  std::vector<std::int64_t> waiting_gone;
  std::vector<std::int64_t> attempts_gone;
  std::vector<std::int64_t> finished_gone;
  std::optional<GroupState> state;
  std::vector<ParkedRecord> parked;
  std::vector<WaitingRecord> waiting;
  std::vector<AttemptsRecord> attempts;
  std::vector<FinishedRecord> finished;
  std::vector<ActionRecord> actions;
};

/// Consumer groups on disk: state of its own, not derived from the log.
///
/// Threads: Write from one at a time; reads from any. All may block.
/// Errors of all: kStorageUnavailable, kDiskFull, kDataCorrupt.
class GroupStore {
 public:
  virtual ~GroupStore() = default;

  /// All groups, by id.
  virtual domain::Result<std::vector<GroupImage>> Load() = 0;
  /// Nothing: there is no such group.
  virtual domain::Result<std::optional<GroupImage>> LoadOne(const std::string& group_id) = 0;
  /// In order of number, those after it, at most `limit`.
  virtual domain::Result<std::vector<ActionRecord>> ReadActions(const std::string& group_id,
                                                                std::int64_t after_number,
                                                                std::size_t limit) = 0;

  /// All changes, in order, or none. Durability: after OK they survive a machine crash. After an
  /// error nothing more is written until the store is opened again.
  virtual domain::Status Write(std::span<const GroupChange> changes) = 0;
};

/// For tests: the same in memory.
class MemoryGroupStore final : public GroupStore {
 public:
  domain::Result<std::vector<GroupImage>> Load() override;
  domain::Result<std::optional<GroupImage>> LoadOne(const std::string& group_id) override;
  domain::Result<std::vector<ActionRecord>> ReadActions(const std::string& group_id,
                                                        std::int64_t after_number,
                                                        std::size_t limit) override;
  domain::Status Write(std::span<const GroupChange> changes) override;

  /// From now on every write fails.
  void Fail();
  /// The next so many calls of LoadOne fail.
  void FailLoads(int count);

 private:
  struct Group {
    GroupState state;
    std::map<std::int64_t, ParkedRecord> parked;
    std::map<std::int64_t, WaitingRecord> waiting;
    std::map<std::int64_t, AttemptsRecord> attempts;
    std::map<std::int64_t, FinishedRecord> finished;
    std::map<std::int64_t, ActionRecord> actions;
  };
  static GroupImage ImageOf(const std::string& group_id, const Group& group);
  void Apply(const GroupChange& change);

  std::mutex mutex_;
  // Guarded by mutex_.
  std::map<std::string, Group> groups_;
  bool failed_ = false;
  int loads_to_fail_ = 0;
};

}  // namespace florin::storage
