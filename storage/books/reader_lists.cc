// Lists of accounts and transactions, in pages that do not shift.

#include <algorithm>
#include <limits>

#include "storage/books/index_keys.h"
#include "storage/books/store_reader.h"
#include "storage/books/transaction_list.h"
#include "storage/format/bytes.h"
#include "storage/format/record_codec.h"
#include "storage/rocks/from_rocks.h"

namespace florin::storage {
namespace {

/// One after every key that begins with `key` and nothing before it.
std::string AfterKey(const std::string& key) { return key + '\0'; }

std::int64_t TimeBefore(std::int64_t time) {
  return time == std::numeric_limits<std::int64_t>::min() ? time : time - 1;
}

}  // namespace

domain::Result<Page<domain::AccountState>> StoreReader::ListAccounts(const std::string& prefix,
                                                                     const std::string& owner_id,
                                                                     const std::string& after,
                                                                     int limit) {
  const bool by_owner = !owner_id.empty();
  // In the owners' family the account id follows the owner's.
  const std::string lead = by_owner ? OwnerKey(owner_id, {}) : std::string();
  const std::string bound = lead + prefix;
  const std::string start = after.empty() ? bound : std::max(bound, AfterKey(lead + after));
  const std::unique_ptr<FamilyIterator> entry =
      index_->Iterate(by_owner ? Family::kOwners : Family::kAccounts);
  Page<domain::AccountState> page;
  for (entry->Seek(start); entry->Valid() && entry->key().starts_with(bound); entry->Next()) {
    const std::string account_id = std::string(entry->key()).substr(lead.size());
    const auto head = HeadState(account_id);
    if (!head.ok()) return head.refusal();
    // Its owner may have changed since the iterator was made.
    if (!(*head)->Exists() || (by_owner && (*head)->owner_id != owner_id)) continue;
    if (static_cast<int>(page.items.size()) == limit) {
      page.next = page.items.empty() ? std::string() : page.items.back().account_id;
      break;
    }
    page.items.push_back(**head);
  }
  if (!entry->status().ok())
    return FromRocks(entry->status(), "listing accounts", index_->directory());
  return page;
}

domain::Result<TransactionPage> StoreReader::ListTransactions(const TransactionQuery& query,
                                                              std::int64_t head, std::int64_t after,
                                                              const TransactionPageLimits& limits) {
  const std::int64_t as_of = std::min(head, VisibleHead().position);
  ListRange range;
  range.high = as_of;
  if (query.start_time) {
    const domain::Result<std::int64_t> start =
        CommandEndAtOrBeforeTime(TimeBefore(*query.start_time));
    if (!start.ok()) return start.refusal();
    range.low = *start;
  }
  if (query.end_time) {
    const domain::Result<std::int64_t> end = CommandEndAtOrBeforeTime(TimeBefore(*query.end_time));
    if (!end.ok()) return end.refusal();
    range.high = std::min(range.high, *end);
  }
  if (after > 0 && query.ascending) range.low = std::max(range.low, after);
  if (after > 0 && !query.ascending) range.high = std::min(range.high, after - 1);

  TransactionList list(index_, &commit_groups_, query.statuses, as_of, limits);
  if (range.low < range.high && !list.Done()) {
    domain::Status filled = domain::Ok{};
    if (query.account_id.empty()) {
      filled = query.ascending ? list.FillForward(range) : list.FillBackward(range);
    } else {
      const auto account = HeadState(query.account_id);
      if (!account.ok()) return account.refusal();
      filled = query.ascending ? list.FillForward(range, &history_, **account)
                               : list.FillBackward(range, &history_, **account);
    }
    if (!filled.ok()) return filled.refusal();
  }
  return list.Take();
}

}  // namespace florin::storage
