#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <variant>
#include <vector>

#include "reference/commands.h"
#include "tests/support/random_source.h"

namespace florin::test_support {

using AccountCommand =
    std::variant<reference::RegisterAsset, reference::OpenAccount, reference::UpdateAccount,
                 reference::SuspendAccount, reference::ReactivateAccount, reference::CloseAccount>;

/// What generators know of a transaction that one of them has sent.
struct KnownTransaction {
  std::string transaction_id;
  bool is_hold = false;
  std::vector<std::string> amounts;
};

/// What several generators share, so that their commands meet: the accounts,
/// and what was sent lately. Names at most 200 accounts. Thread-safe.
class CommandWorld {
 public:
  CommandWorld();

  /// What has to be done before the random commands: assets, then accounts.
  const std::vector<reference::RegisterAsset>& assets() const { return assets_; }
  const std::vector<reference::OpenAccount>& accounts() const { return accounts_; }
  /// Account ids by what they are used for.
  const std::vector<std::string>& Group(const std::string& name) const { return groups_.at(name); }
  bool IsDebitNormal(const std::string& account_id) const {
    return debit_normal_.count(account_id) > 0;
  }
  /// Accounts that only client `client` posts to, so that it knows their
  /// versions.
  const std::vector<std::string>& OwnAccounts(int client) const;
  static constexpr int kClientsMax = 8;

  void AddTransaction(const KnownTransaction& transaction);
  /// A hold that may still be pending; none before the first.
  std::optional<KnownTransaction> PickHold(RandomSource* random);
  std::optional<KnownTransaction> PickTransaction(RandomSource* random);
  /// One that was sent lately, to be sent again.
  void AddCommand(const reference::TransactionCommand& command);
  std::optional<reference::TransactionCommand> PickCommand(RandomSource* random);
  void AddAccountCommand(const AccountCommand& command);
  std::optional<AccountCommand> PickAccountCommand(RandomSource* random);
  /// Versions as last seen in an answer; 0: never seen.
  void SetVersion(const std::string& account_id, std::int64_t version);
  std::int64_t Version(const std::string& account_id);
  void SetSuspended(const std::string& account_id, bool suspended);
  std::optional<std::string> PickSuspended(RandomSource* random);
  /// Accounts that somebody has asked to close; most are closed.
  void AddClosing(const std::string& account_id);
  std::optional<std::string> PickClosing(RandomSource* random);

 private:
  void AddGroup(const std::string& group, int count, const std::string& asset, bool unlimited);

  std::vector<reference::RegisterAsset> assets_;
  std::vector<reference::OpenAccount> accounts_;
  std::map<std::string, std::vector<std::string>> groups_;
  std::set<std::string> debit_normal_;

  std::mutex mutex_;
  std::deque<KnownTransaction> holds_;
  std::deque<KnownTransaction> transactions_;
  std::deque<reference::TransactionCommand> commands_;
  std::deque<AccountCommand> account_commands_;
  std::map<std::string, std::int64_t> versions_;
  std::vector<std::string> suspended_;
  std::vector<std::string> closing_;
};

}  // namespace florin::test_support
