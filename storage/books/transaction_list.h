#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "domain/result.h"
#include "domain/transaction.h"
#include "storage/books/commit_group_source.h"
#include "storage/books/history.h"
#include "storage/books/index.h"
#include "storage/store.h"

namespace florin::storage {

/// Create positions (low, high].
struct ListRange {
  std::int64_t low = 0;
  std::int64_t high = 0;
};

/// Fills one page of transactions in the order in which they were created.
///
/// Each stands where it was created and is judged and shown as it was at one
/// position, the same for all pages; so no page shifts as holds end, and none
/// loses what has another status meanwhile.
class TransactionList {
 public:
  /// `statuses`: bits 1 << TransactionStatus; 0: all but refused. `as_of`: the
  /// end of a command.
  TransactionList(Index* index, CommitGroupSource* commit_groups, std::uint32_t statuses,
                  std::int64_t as_of, const TransactionPageLimits& limits);

  /// The whole ledger, newest first or oldest first.
  domain::Status FillBackward(const ListRange& range);
  domain::Status FillForward(const ListRange& range);
  /// Those with a posting on one account, the refused ones among them by the
  /// index.
  domain::Status FillBackward(const ListRange& range, History* history,
                              const domain::AccountState& account);
  domain::Status FillForward(const ListRange& range, History* history,
                             const domain::AccountState& account);

  /// A limit is reached: the page ends here.
  [[nodiscard]] bool Done() const {
    return page_.items.size() >= limits_.items || page_.scanned >= limits_.scanned;
  }

  [[nodiscard]] TransactionPage Take();

 private:
  [[nodiscard]] bool WantsRefused() const;
  [[nodiscard]] bool Wants(domain::TransactionStatus status) const;
  /// Adds what the record created, if it is wanted as it stood.
  domain::Status AddCreatedBy(const RecordPtr& record);
  [[nodiscard]] domain::Result<domain::TransactionPtr> AsOf(const RecordPtr& created);
  domain::Status AddCommitGroup(const CommitGroup& commit_group, const ListRange& range,
                                bool ascending);
  domain::Status AddRefusedAt(std::int64_t position);
  /// All up to here has been looked at, in the order of the list.
  void Reach(std::int64_t position);

  Index* index_;
  CommitGroupSource* commit_groups_;
  std::uint32_t statuses_;
  std::int64_t as_of_;
  TransactionPageLimits limits_;
  std::int64_t reached_ = 0;
  TransactionPage page_;
};

}  // namespace florin::storage
