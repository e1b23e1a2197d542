#include "storage/books/transaction_list.h"

#include <algorithm>
#include <memory>

#include "storage/books/index_keys.h"
#include "storage/format/bytes.h"
#include "storage/format/record_codec.h"
#include "storage/rocks/from_rocks.h"

namespace florin::storage {
namespace {

using domain::TransactionStatus;

constexpr std::uint32_t Bit(TransactionStatus status) {
  return 1u << static_cast<unsigned>(status);
}

constexpr std::uint32_t kAllButRefused =
    Bit(TransactionStatus::kPending) | Bit(TransactionStatus::kPosted) |
    Bit(TransactionStatus::kVoided) | Bit(TransactionStatus::kExpired);

bool Creates(ChangeKind kind) {
  return kind == ChangeKind::kTransactionCreated || kind == ChangeKind::kTransactionReversed;
}

/// Walks the refusals of one account within a range, in either direction.
class Refusals {
 public:
  Refusals(const Index& index, const std::string& account_id, const ListRange& range,
           bool ascending, bool wanted)
      : prefix_(RefusalPrefix(account_id)),
        range_(range),
        ascending_(ascending),
        entry_(wanted ? index.Iterate(Family::kRefusals) : nullptr) {
    if (entry_ == nullptr) return;
    if (ascending_) {
      entry_->Seek(RefusalKey(account_id, range.low + 1));
    } else {
      entry_->SeekForPrev(RefusalKey(account_id, range.high));
    }
  }

  /// 0: no more.
  [[nodiscard]] std::int64_t Position() const {
    if (entry_ == nullptr || !entry_->Valid() || !entry_->key().starts_with(prefix_) ||
        entry_->key().size() != prefix_.size() + 8)
      return 0;
    const std::int64_t position = ReadBigEndian64(entry_->key().data() + prefix_.size());
    return position > range_.low && position <= range_.high ? position : 0;
  }

  void Next() {
    if (ascending_) {
      entry_->Next();
    } else {
      entry_->Prev();
    }
  }

  [[nodiscard]] domain::Status Error(const std::string& directory) const {
    if (entry_ == nullptr || entry_->status().ok()) return domain::Ok{};
    return FromRocks(entry_->status(), "listing refused transactions", directory);
  }

 private:
  std::string prefix_;
  ListRange range_;
  bool ascending_;
  std::unique_ptr<FamilyIterator> entry_;
};

}  // namespace

TransactionList::TransactionList(Index* index, CommitGroupSource* commit_groups,
                                 std::uint32_t statuses, std::int64_t as_of,
                                 const TransactionPageLimits& limits)
    : index_(index),
      commit_groups_(commit_groups),
      statuses_(statuses == 0 ? kAllButRefused : statuses),
      as_of_(as_of),
      limits_(limits) {}

TransactionPage TransactionList::Take() {
  if (Done()) page_.next = reached_;
  return std::move(page_);
}

void TransactionList::Reach(std::int64_t position) {
  reached_ = position;
  ++page_.scanned;
}

bool TransactionList::WantsRefused() const { return Wants(TransactionStatus::kRefused); }

bool TransactionList::Wants(TransactionStatus status) const {
  return (statuses_ & Bit(status)) != 0;
}

domain::Result<domain::TransactionPtr> TransactionList::AsOf(const RecordPtr& created) {
  const domain::TransactionPtr first = created->change.transaction;
  const auto entry = index_->FindTransaction(first->transaction_id, Tier::kDisk);
  if (!entry.ok()) return entry.refusal();
  if (!entry->value || entry->value->place.last_position <= created->last_position) return first;
  const auto at = [this, &first](std::int64_t position) -> domain::Result<domain::TransactionPtr> {
    const domain::Result<RecordPtr> record = commit_groups_->RecordAt(position);
    if (!record.ok()) return record.refusal();
    const Change& change = (*record)->change;
    const bool reversed =
        change.original != nullptr && change.original->transaction_id == first->transaction_id;
    return domain::TransactionPtr(reversed ? change.original : change.transaction);
  };
  auto latest = at(entry->value->place.last_position);
  if (!latest.ok() || (*latest)->position <= as_of_) return latest;
  // It changed since: it stood as its end left it, or else its creation.
  const std::int64_t end = (*latest)->end_position;
  return end > 0 && end <= as_of_ ? at(end) : first;
}

domain::Status TransactionList::AddCreatedBy(const RecordPtr& record) {
  domain::Result<domain::TransactionPtr> transaction = AsOf(record);
  if (!transaction.ok()) return transaction.refusal();
  if (Wants((*transaction)->status)) page_.items.push_back(std::move(*transaction));
  return domain::Ok{};
}

domain::Status TransactionList::AddRefusedAt(std::int64_t position) {
  domain::Result<RecordPtr> record = commit_groups_->RecordAt(position);
  if (!record.ok()) return record.refusal();
  page_.items.push_back((*record)->change.transaction);
  Reach(position);
  return domain::Ok{};
}

domain::Status TransactionList::AddCommitGroup(const CommitGroup& commit_group,
                                               const ListRange& range, bool ascending) {
  std::vector<std::int64_t> positions;
  domain::Status scanned = ScanCommitGroup(commit_group, [&](const FrameInfo& frame) {
    const bool wanted =
        Creates(frame.kind) || (frame.kind == ChangeKind::kTransactionRefused && WantsRefused());
    if (wanted && frame.last_position > range.low && frame.last_position <= range.high)
      positions.push_back(frame.last_position);
  });
  if (!scanned.ok()) return scanned;
  if (!ascending) std::reverse(positions.begin(), positions.end());
  for (const std::int64_t position : positions) {
    if (Done()) return domain::Ok{};
    const domain::Result<RecordPtr> record = FindRecord(commit_group, position);
    if (!record.ok()) return record.refusal();
    if (domain::Status added = AddCreatedBy(*record); !added.ok()) return added;
    Reach(position);
  }
  if (!Done()) Reach(ascending ? commit_group.last_position : commit_group.first_position);
  return domain::Ok{};
}

domain::Status TransactionList::FillBackward(const ListRange& range) {
  std::int64_t position = range.high;
  while (position > range.low && !Done()) {
    const domain::Result<CommitGroupPtr> commit_group = commit_groups_->Holding(position);
    if (!commit_group.ok()) return commit_group.refusal();
    if (domain::Status added = AddCommitGroup(**commit_group, range, false); !added.ok())
      return added;
    position = (*commit_group)->first_position - 1;
  }
  return domain::Ok{};
}

domain::Status TransactionList::FillForward(const ListRange& range) {
  std::int64_t position = range.low + 1;
  while (position <= range.high && !Done()) {
    const domain::Result<CommitGroupPtr> commit_group = commit_groups_->Holding(position);
    if (!commit_group.ok()) return commit_group.refusal();
    if (domain::Status added = AddCommitGroup(**commit_group, range, true); !added.ok())
      return added;
    position = (*commit_group)->last_position + 1;
  }
  return domain::Ok{};
}

domain::Status TransactionList::FillBackward(const ListRange& range, History* history,
                                             const domain::AccountState& account) {
  Refusals refusals(*index_, account.account_id, range, false, WantsRefused());
  domain::Result<HistoryStep> step = HistoryStep{};
  if (account.Exists()) step = history->AtPosition(account, range.high);
  while (!Done()) {
    if (!step.ok()) return step.refusal();
    const bool more = step->after != nullptr && step->record->last_position > range.low;
    const std::int64_t refused = refusals.Position();
    if (!more && refused == 0) break;
    if (more && step->record->last_position > refused) {
      if (Creates(step->record->change.kind)) {
        if (domain::Status added = AddCreatedBy(step->record); !added.ok()) return added;
      }
      Reach(step->record->last_position);
      step = history->Before(*step);
    } else {
      if (domain::Status added = AddRefusedAt(refused); !added.ok()) return added;
      refusals.Next();
    }
  }
  return refusals.Error(index_->directory());
}

domain::Status TransactionList::FillForward(const ListRange& range, History* history,
                                            const domain::AccountState& account) {
  Refusals refusals(*index_, account.account_id, range, true, WantsRefused());
  domain::Status status = domain::Ok{};
  // The refused ones before `limit`, as far as there is room.
  const auto add_refused_before = [&](std::int64_t limit) {
    while (status.ok() && !Done() && refusals.Position() > 0 && refusals.Position() < limit) {
      status = AddRefusedAt(refusals.Position());
      refusals.Next();
    }
  };
  const auto visit = [&](const HistoryStep& step) {
    if (step.record->last_position > range.high) return false;
    add_refused_before(step.record->last_position);
    if (!status.ok() || Done()) return false;
    if (Creates(step.record->change.kind)) status = AddCreatedBy(step.record);
    Reach(step.record->last_position);
    return status.ok() && !Done();
  };
  if (account.Exists()) {
    if (domain::Status walked = history->Forward(account, range.low, visit); !walked.ok())
      return walked;
  }
  add_refused_before(range.high + 1);
  if (!status.ok()) return status;
  return refusals.Error(index_->directory());
}

}  // namespace florin::storage
