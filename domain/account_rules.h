#pragma once

#include <cstdint>
#include <optional>

#include "domain/account.h"
#include "domain/command.h"
#include "domain/refusal.h"

namespace florin::domain {

/// What becomes of a command on one account.
struct AccountDecision {
  std::optional<Refusal> refusal;
  /// It is so already: no event, `replayed`.
  bool nothing_to_do = false;
  /// The account after it, version counted on; balances as before.
  AccountState after;
  /// Fields that an update really changes (UpdateField bits).
  std::uint8_t changed_fields = 0;
};

/// Opens an account that does not exist. `asset` null: it is not registered.
[[nodiscard]] AccountDecision DecideOpen(const OpenAccount& command, const Asset* asset,
                                         std::int64_t commit_time);

/// Update, suspend, reactivate, close. Requires: `account` is exact.
[[nodiscard]] AccountDecision DecideChange(const ChangeAccount& command,
                                           const AccountState& account, std::int64_t commit_time);

}  // namespace florin::domain
