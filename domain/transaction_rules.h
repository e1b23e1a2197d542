#pragma once

#include <functional>
#include <memory>
#include <string>

#include "domain/account_check.h"
#include "domain/command.h"
#include "domain/transaction.h"

namespace florin::domain {

/// What a command names an account for.
enum class MentionKind : std::uint8_t { kDebitLeg, kCreditLeg, kVersionCheck, kBalanceCheck };

/// One mention of an account in one item of a command.
struct Mention {
  std::uint16_t item = 0;
  /// Of the posting or the check.
  std::uint16_t index = 0;
  MentionKind kind = MentionKind::kDebitLeg;
};

/// The transaction that a command ends or reverses; empty for a create.
[[nodiscard]] const std::string& TargetOf(const TransactionCommand& command);

/// Calls `visit(account_id, mention)` for every mention, postings in order (debit first), then
/// version checks, then balance checks. `before`: the transaction that is ended or reversed (null:
/// none known, no mention); of it only the accounts count, so that it may be a command still in
/// flight.
void ForEachMention(const TransactionCommand& command, const Transaction* before,
                    std::uint16_t item,
                    const std::function<void(const std::string&, Mention)>& visit);

/// Adds what `mention` means to `part`. Requires: the mentions of one item and account, in order,
/// on a cleared part; `before` as it stands when the command is decided.
void AddMention(const TransactionCommand& command, const Transaction* before, Mention mention,
                AccountPart* part);

/// What the state of the named transaction says to its end or reversal.
struct TransactionFinding {
  Finding finding;
  /// The same end again: nothing to do, answer with the first outcome.
  bool replays_end = false;
};
/// `before` null: unknown. For create: nothing.
[[nodiscard]] TransactionFinding CheckTransaction(const TransactionCommand& command,
                                                  const Transaction* before);

/// When a hold made at `commit_time` is due; never past the last representable nanosecond.
[[nodiscard]] std::int64_t ExpireTimeOf(std::int64_t commit_time, std::int64_t timeout_ns);

/// What a command makes of transactions once it happens.
struct TransactionEffect {
  std::shared_ptr<Transaction> after;
  /// Of a reversal: the original, marked as reversed.
  std::shared_ptr<Transaction> original_after;
};

/// The transactions after the command. Requires: it was accepted. `scale_of(posting)` gives the
/// asset's scale of each posting of a create (the others know theirs). `version` is filled in,
/// positions are those of `before`.
[[nodiscard]] TransactionEffect ApplyCommand(const TransactionCommand& command,
                                             const Transaction* before, std::int64_t commit_time,
                                             const std::function<int(int)>& scale_of);

/// The transaction that remembers a recorded refusal of create or reverse (null for the others);
/// without the refusal itself.
[[nodiscard]] std::shared_ptr<Transaction> RefusedTransaction(const TransactionCommand& command,
                                                              const Transaction* before,
                                                              std::int64_t commit_time);

}  // namespace florin::domain
