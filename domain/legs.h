#pragma once

#include <cstdint>
#include <span>

#include "domain/account.h"
#include "domain/transaction.h"

namespace florin::domain {

/// What a command does with the postings of a transaction.
enum class LegAction : std::uint8_t { kPost = 1, kHold = 2, kSettle = 3, kRelease = 4 };

/// One event on one account. Numbers are internal.
enum class LegKind : std::uint8_t { kMoved, kReserved, kSettled, kReleased };

struct Leg {
  int posting_index = 0;
  Side side = Side::kUnspecified;
  LegKind kind = LegKind::kMoved;
  /// Minor units, above zero.
  Int128 amount = 0;
};

/// Calls `visit(leg)` for every account event of the command, in the order of the log:
/// postings in order, the debited account before the credited one. The single place that says
/// which events a command writes; balances, versions and the expanded events follow from it.
/// Source: docs/adr/0002-command-semantics.md, "Events of one command".
///
/// Settle: `posted` of each posting says the settled part (absent: all of it).
template <typename Visitor>
void ForEachLeg(LegAction action, std::span<const TransactionPosting> postings, Visitor&& visit) {
  for (int i = 0; i < static_cast<int>(postings.size()); ++i) {
    const TransactionPosting& posting = postings[static_cast<std::size_t>(i)];
    const Int128 held = posting.amount.digits;
    const Int128 moved = posting.Moved();
    for (const Side side : {Side::kDebit, Side::kCredit}) {
      switch (action) {
        case LegAction::kPost:
          visit(Leg{i, side, LegKind::kMoved, held});
          break;
        case LegAction::kHold:
          visit(Leg{i, side, LegKind::kReserved, held});
          break;
        case LegAction::kSettle:
          if (moved > 0) visit(Leg{i, side, LegKind::kSettled, moved});
          if (moved > 0) visit(Leg{i, side, LegKind::kMoved, moved});
          if (held > moved) visit(Leg{i, side, LegKind::kReleased, held - moved});
          break;
        case LegAction::kRelease:
          visit(Leg{i, side, LegKind::kReleased, held});
          break;
      }
    }
  }
}

/// Adds a leg to an account's balances. Requires: the result fits, as the decision has checked.
inline void ApplyLeg(const Leg& leg, Balances* balances) {
  const bool debit = leg.side == Side::kDebit;
  Int128& posted = debit ? balances->debits_posted : balances->credits_posted;
  Int128& pending = debit ? balances->debits_pending : balances->credits_pending;
  switch (leg.kind) {
    case LegKind::kMoved:
      posted += leg.amount;
      break;
    case LegKind::kReserved:
      pending += leg.amount;
      break;
    case LegKind::kSettled:
    case LegKind::kReleased:
      pending -= leg.amount;
      break;
  }
}

inline void UndoLeg(const Leg& leg, Balances* balances) {
  Leg opposite = leg;
  opposite.amount = -leg.amount;
  ApplyLeg(opposite, balances);
}

/// The account of a leg.
inline const std::string& AccountOf(const Leg& leg, std::span<const TransactionPosting> postings) {
  const TransactionPosting& posting = postings[static_cast<std::size_t>(leg.posting_index)];
  return leg.side == Side::kDebit ? posting.debit_account_id : posting.credit_account_id;
}

}  // namespace florin::domain
