#pragma once

#include <chrono>
#include <cstdint>
#include <string>

#include "reference/commands.h"
#include "tests/support/command_world.h"
#include "tests/support/random_source.h"

namespace florin::test_support {

/// Holds that a test may wait for expire within this; all others are far from
/// it.
inline constexpr std::chrono::milliseconds kShortHoldMax{150};

/// Random commands, narrow enough to conflict (few hot accounts, small
/// balances, ids used again), wide enough that every refusal of the ledger
/// occurs. One for each client; they meet through the world.
class CommandGenerator {
 public:
  CommandGenerator(std::uint64_t seed, int client, CommandWorld* world);

  /// For a batch or a stream; more than half of them can be accepted.
  reference::TransactionCommand NextTransactionCommand();
  /// For a call of its own: also what a batch may not hold (validate_only, very
  /// many postings).
  reference::TransactionCommand NextUnaryCommand();
  /// Items that mostly can happen together, some of which build on earlier
  /// ones.
  reference::Batch NextAtomicBatch();
  AccountCommand NextAccountCommand();

  RandomSource& random() { return random_; }

 private:
  reference::CreateTransaction NextCreate();
  reference::CreateTransaction PlainCreate();
  reference::Posting NextPosting(const std::string& kind);
  void AddChecks(reference::CreateTransaction* create);
  void AddTexts(reference::CreateTransaction* create);
  /// One deliberate mistake that only the ledger's state shows.
  void AddBusinessDefect(reference::CreateTransaction* create);
  /// One deliberate mistake in the request's shape.
  reference::TransactionCommand Malformed();
  reference::TransactionCommand NextSettle();
  reference::TransactionCommand NextVoid();
  reference::TransactionCommand NextReverse();
  reference::TransactionCommand Again(reference::TransactionCommand command);
  AccountCommand FreshAccountCommand();
  AccountCommand NextOpen();
  AccountCommand NextUpdate();
  AccountCommand NextSuspend();
  AccountCommand NextReactivate();
  AccountCommand NextClose();
  AccountCommand NextAsset();

  std::string AnyAccount(const std::string& kind);
  std::string FreshId(const char* prefix);
  std::string MaybeRequestId();
  /// Up to `cents_max` hundredths, written in one of several ways.
  std::string Amount(std::int64_t cents_max);
  void Remember(const reference::CreateTransaction& create);

  RandomSource random_;
  int client_;
  CommandWorld* world_;
  std::int64_t next_id_ = 0;
};

}  // namespace florin::test_support
