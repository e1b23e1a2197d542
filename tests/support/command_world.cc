#include "tests/support/command_world.h"

#include <algorithm>
#include <cstddef>

namespace florin::test_support {
namespace {

using domain::AccountType;

// Far enough back that a repeat often comes long after, near enough that it
// often meets the first in flight.
constexpr std::size_t kCommandsKept = 512;
constexpr std::size_t kTransactionsKept = 400;
constexpr std::size_t kHoldsKept = 200;

template <typename T>
void PushBounded(std::deque<T>* queue, const T& value, std::size_t size_max) {
  queue->push_back(value);
  if (queue->size() > size_max) queue->pop_front();
}

// One of the newest in half of all cases: those are still in flight.
template <typename T>
std::optional<T> PickRecent(const std::deque<T>& queue, RandomSource* random) {
  if (queue.empty()) return std::nullopt;
  const std::size_t window =
      random->Percent(50) ? std::min<std::size_t>(queue.size(), 16) : queue.size();
  return queue[queue.size() - 1 - random->Below(window)];
}

}  // namespace

CommandWorld::CommandWorld() {
  assets_ = {
      {"EUR", 2, "Euro"}, {"JPY", 0, "Yen"}, {"BTC", 8, "Bitcoin"}, {"BIG", 18, "Large numbers"}};
  AddGroup("world", 1, "EUR", true);
  AddGroup("world-jpy", 1, "JPY", true);
  AddGroup("world-btc", 1, "BTC", true);
  AddGroup("hot", 8, "EUR", false);
  AddGroup("eur", 90, "EUR", false);
  AddGroup("jpy", 20, "JPY", false);
  AddGroup("btc", 24, "BTC", false);
  AddGroup("big", 4, "BIG", true);
  AddGroup("end", 24, "EUR", false);
  for (int client = 0; client < kClientsMax; ++client)
    AddGroup("own" + std::to_string(client), 3, "EUR", true);
}

void CommandWorld::AddGroup(const std::string& group, int count, const std::string& asset,
                            bool unlimited) {
  const std::vector<AccountType> types = {
      AccountType::kLiability, AccountType::kEquity,    AccountType::kAsset,
      AccountType::kLiability, AccountType::kRevenue,   AccountType::kLiability,
      AccountType::kEquity,    AccountType::kLiability, AccountType::kExpense,
      AccountType::kLiability, AccountType::kLiability};
  for (int i = 0; i < count; ++i) {
    reference::OpenAccount account;
    account.account_id = group + ":" + std::to_string(i);
    account.owner_id = "owner-" + std::to_string(i % 7);
    account.asset = asset;
    account.type = types[static_cast<std::size_t>(i) % types.size()];
    account.limits.unlimited_overdraft = unlimited;
    if (!unlimited && i % 3 == 0) account.limits.overdraft_limit = "50";
    if (!unlimited && i % 4 == 1) account.limits.max_balance = "400";
    if (i % 5 == 0) account.metadata = {{"group", group}, {"n", std::to_string(i)}};
    if (account.type == AccountType::kAsset || account.type == AccountType::kExpense) {
      debit_normal_.insert(account.account_id);
    }
    groups_[group].push_back(account.account_id);
    accounts_.push_back(account);
  }
}

const std::vector<std::string>& CommandWorld::OwnAccounts(int client) const {
  return groups_.at("own" + std::to_string(client % kClientsMax));
}

void CommandWorld::AddTransaction(const KnownTransaction& transaction) {
  const std::lock_guard<std::mutex> lock(mutex_);
  PushBounded(&transactions_, transaction, kTransactionsKept);
  if (transaction.is_hold) PushBounded(&holds_, transaction, kHoldsKept);
}

std::optional<KnownTransaction> CommandWorld::PickHold(RandomSource* random) {
  const std::lock_guard<std::mutex> lock(mutex_);
  if (holds_.empty()) return std::nullopt;
  const std::size_t index = random->Below(holds_.size());
  const KnownTransaction hold = holds_[index];
  // Most holds are ended once; those that stay are ended again, by whoever
  // picks them.
  if (random->Percent(75)) holds_.erase(holds_.begin() + static_cast<std::ptrdiff_t>(index));
  return hold;
}

std::optional<KnownTransaction> CommandWorld::PickTransaction(RandomSource* random) {
  const std::lock_guard<std::mutex> lock(mutex_);
  return PickRecent(transactions_, random);
}

void CommandWorld::AddCommand(const reference::TransactionCommand& command) {
  const std::lock_guard<std::mutex> lock(mutex_);
  PushBounded(&commands_, command, kCommandsKept);
}

std::optional<reference::TransactionCommand> CommandWorld::PickCommand(RandomSource* random) {
  const std::lock_guard<std::mutex> lock(mutex_);
  return PickRecent(commands_, random);
}

void CommandWorld::AddAccountCommand(const AccountCommand& command) {
  const std::lock_guard<std::mutex> lock(mutex_);
  PushBounded(&account_commands_, command, kCommandsKept);
}

std::optional<AccountCommand> CommandWorld::PickAccountCommand(RandomSource* random) {
  const std::lock_guard<std::mutex> lock(mutex_);
  return PickRecent(account_commands_, random);
}

void CommandWorld::SetVersion(const std::string& account_id, std::int64_t version) {
  const std::lock_guard<std::mutex> lock(mutex_);
  std::int64_t& known = versions_[account_id];
  known = std::max(known, version);
}

std::int64_t CommandWorld::Version(const std::string& account_id) {
  const std::lock_guard<std::mutex> lock(mutex_);
  return versions_[account_id];
}

void CommandWorld::SetSuspended(const std::string& account_id, bool suspended) {
  const std::lock_guard<std::mutex> lock(mutex_);
  suspended_.erase(std::remove(suspended_.begin(), suspended_.end(), account_id), suspended_.end());
  if (suspended) suspended_.push_back(account_id);
}

std::optional<std::string> CommandWorld::PickSuspended(RandomSource* random) {
  const std::lock_guard<std::mutex> lock(mutex_);
  if (suspended_.empty()) return std::nullopt;
  return random->Pick(suspended_);
}

void CommandWorld::AddClosing(const std::string& account_id) {
  const std::lock_guard<std::mutex> lock(mutex_);
  if (std::find(closing_.begin(), closing_.end(), account_id) == closing_.end())
    closing_.push_back(account_id);
}

std::optional<std::string> CommandWorld::PickClosing(RandomSource* random) {
  const std::lock_guard<std::mutex> lock(mutex_);
  if (closing_.empty()) return std::nullopt;
  return random->Pick(closing_);
}

}  // namespace florin::test_support
