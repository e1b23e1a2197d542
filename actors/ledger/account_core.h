#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>

#include "actors/ledger/flight.h"
#include "actors/short_queue.h"
#include "domain/account.h"
#include "domain/account_check.h"

namespace florin::actors {

/// What one account's actor does: takes commands in the order of their numbers and votes.
///
/// It votes at once if every outcome of the commands that are still undecided gives the same vote
/// (docs/adr/0005-escrow.md), else it waits, and everything behind waits too. Since all accounts
/// see one order, waits only point backwards: the oldest undecided command can always be voted on.
///
/// Threads: one at a time (see AccountCell). What the account decides from lives here and nowhere
/// else.
class AccountCore {
 public:
  /// `head`: the account as published, with nothing of it under way.
  explicit AccountCore(domain::AccountState head) : state_(std::move(head)) {
    bounds_ = domain::AccountBounds::Of(state_);
  }

  /// The account cannot be read: every command on it is refused with `why`.
  static AccountCore Broken(std::string account_id, domain::Refusal why);

  void Deliver(FlightPtr flight, std::uint32_t slot);
  /// Something that it waits for was decided.
  void Advance();

  [[nodiscard]] const domain::AccountState& state() const { return state_; }
  [[nodiscard]] bool Idle() const { return voted_.empty() && waiting_.empty(); }

 private:
  struct Waiting {
    FlightPtr flight;
    std::uint32_t slot = 0;

    [[nodiscard]] Slot& slot_ref() const { return flight->slots[slot]; }
  };
  struct Voted {
    DecisionPtr decision;
    domain::PartEffect effect;
    /// Its effect is no longer a "maybe" in bounds_.
    bool settled = false;
  };

  void FoldDecided();
  bool CloseDecided();
  bool TryVote(const Waiting& entry);
  bool VoteOnTransactions(const Waiting& entry);
  /// What the items of one flight so far make of the transactions that later ones name.
  using Provisional = std::map<std::string, domain::TransactionPtr>;
  bool CheckItem(const Flight& flight, std::size_t index, std::span<const domain::Mention> mentions,
                 domain::AccountBounds* bounds, Provisional* here, Slot* slot);
  void Remember(const Flight& flight, const Item& item, const domain::TransactionPtr& before,
                Provisional* here) const;

  static bool FollowsUndecided(const Flight& flight, const Slot& slot);
  /// False: it depends on something undecided. Else the items' effect, or the first finding.
  bool CheckItems(const Flight& flight, Slot* slot);
  void VoteOnAccount(const Waiting& entry);
  void FinishVote(const Waiting& entry);
  bool WaitForOldest();

  domain::AccountState state_;
  domain::HeapOptional<domain::Refusal> broken_;
  /// state_ and, as "maybe", the effects of voted_.
  domain::AccountBounds bounds_;
  ShortQueue<Waiting, 1> waiting_;
  /// Voted, not yet folded into state_, in order.
  ShortQueue<Voted, 1> voted_;
};

}  // namespace florin::actors
