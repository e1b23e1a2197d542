#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "actors/ledger.h"
#include "tests/support/random_source.h"

namespace florin::actors {

/// Calls of one of several threads that meet on few accounts and few ids.
///
/// Every fourth of the first accounts may be overdrawn without limit, the others not at all.
class StressCommands {
 public:
  StressCommands(std::uint64_t seed, int thread, int accounts)
      : random_(seed + static_cast<std::uint64_t>(thread)), thread_(thread), accounts_(accounts) {}

  static std::string AccountId(int i) { return "acc" + std::to_string(i); }
  static bool MayBeOverdrawn(int i) { return i % 4 == 0; }

  enum class Kind : std::uint8_t { kAccounts, kAsset, kTransactions };
  /// Of the next call, which is the `i`-th.
  Kind NextKind(int i);
  std::vector<domain::AccountCommand> Accounts();
  domain::RegisterAsset Asset();
  Batch Transactions();
  /// Whether the next batch goes through the thread's lane.
  bool OnLane() { return random_.Percent(50); }

 private:
  int Below(int count) { return static_cast<int>(random_.Below(static_cast<std::size_t>(count))); }
  int SomeAccount() { return Below(3) == 0 ? Below(4) : Below(accounts_); }
  domain::TransactionCommand Command();
  domain::CreateTransaction Create(const std::string& id, int debit, int credit);

  test_support::RandomSource random_;
  const int thread_;
  const int accounts_;
  int i_ = 0;
};

}  // namespace florin::actors
