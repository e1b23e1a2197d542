#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "domain/account.h"
#include "storage/books/commit_group_source.h"
#include "storage/books/index.h"
#include "storage/format/record.h"

namespace florin::storage {

/// A record of an account's history with the account's place in it.
struct HistoryStep {
  RecordPtr record;
  /// Into `record`.
  const AccountAfter* after = nullptr;
};

/// The history of one account: the sparse entries of the index lead near, the
/// back chain of the records to the place.
///
/// Cost: a few look-ups in the index and at most about `history_interval`
/// records, however long the history. Threads: any; may block on disk.
class History {
 public:
  History(Index* index, CommitGroupSource* commit_groups)
      : index_(index), commit_groups_(commit_groups) {}

  /// The record that wrote `version`. Requires: 1 <= version <= head.version.
  domain::Result<HistoryStep> AtVersion(const domain::AccountState& head, std::int64_t version);
  /// The last record that ends at or before `position`; `after` null: the
  /// account did not exist then.
  domain::Result<HistoryStep> AtPosition(const domain::AccountState& head, std::int64_t position);

  /// The record before; `after` null: `step` opened the account.
  domain::Result<HistoryStep> Before(const HistoryStep& step);

  /// The records in order from the first that begins after `position`, until
  /// `visit` returns false or the head is reached.
  domain::Status Forward(const domain::AccountState& head, std::int64_t position,
                         const std::function<bool(const HistoryStep&)>& visit);

 private:
  domain::Result<HistoryStep> Read(const std::string& account_id, std::int64_t position);
  /// Position of the first sparse entry beyond `position`, the head's if there
  /// is none.
  domain::Result<std::int64_t> EntryBeyond(const domain::AccountState& head, std::int64_t position);

  Index* index_;
  CommitGroupSource* commit_groups_;
};

}  // namespace florin::storage
