#include "actors/ledger/account_core.h"

#include <algorithm>
#include <utility>

#include "actors/ledger/decider.h"

namespace florin::actors {
namespace {

void Apply(const domain::PartEffect& effect, domain::AccountState* state) {
  state->balances.debits_posted += effect.delta.debits_posted;
  state->balances.credits_posted += effect.delta.credits_posted;
  state->balances.debits_pending += effect.delta.debits_pending;
  state->balances.credits_pending += effect.delta.credits_pending;
  state->version += effect.events;
}

void Add(const domain::PartEffect& more, domain::PartEffect* sum) {
  sum->delta.debits_posted += more.delta.debits_posted;
  sum->delta.credits_posted += more.delta.credits_posted;
  sum->delta.debits_pending += more.delta.debits_pending;
  sum->delta.credits_pending += more.delta.credits_pending;
  sum->events += more.events;
}

/// Unknown, or a hold that has ended (the same end again, or refused for it): the account has no
/// part in it. Only the status says so: amounts of other assets in `before` may be provisional, at
/// a scale that is not theirs.
bool HasPart(const domain::TransactionCommand& command, const domain::Transaction* before) {
  if (std::holds_alternative<domain::CreateTransaction>(command)) return true;
  if (before == nullptr) return false;
  return std::holds_alternative<domain::ReverseTransaction>(command) ||
         before->status == domain::TransactionStatus::kPending;
}

}  // namespace

AccountCore AccountCore::Broken(std::string account_id, domain::Refusal why) {
  domain::AccountState nothing;
  nothing.account_id = std::move(account_id);
  AccountCore core(std::move(nothing));
  core.broken_ = std::move(why);
  return core;
}

void AccountCore::Deliver(FlightPtr flight, std::uint32_t slot) {
  waiting_.push_back(Waiting{std::move(flight), slot});
  if (waiting_.size() == 1) Advance();
}

void AccountCore::Advance() {
  for (;;) {
    FoldDecided();
    if (waiting_.empty()) return;
    Waiting entry = std::move(waiting_.front());
    if (TryVote(entry)) {
      waiting_.pop_front();
      continue;
    }
    waiting_.front() = std::move(entry);
    if (CloseDecided()) continue;
    if (WaitForOldest()) return;
  }
}

void AccountCore::FoldDecided() {
  bool folded = false;
  while (!voted_.empty() && voted_.front().decision->Decided()) {
    const Voted& entry = voted_.front();
    const bool happened = entry.decision->happened();
    if (!entry.settled) bounds_.Close(entry.effect, happened);
    if (happened) Apply(entry.effect, &state_);
    voted_.pop_front();
    folded = true;
  }
  // Exact again: start from the state, so that nothing can creep in.
  if (folded && voted_.empty()) bounds_ = domain::AccountBounds::Of(state_);
}

bool AccountCore::CloseDecided() {
  bool closed = false;
  for (Voted& entry : voted_) {
    if (entry.settled || !entry.decision->Decided()) continue;
    bounds_.Close(entry.effect, entry.decision->happened());
    entry.settled = true;
    closed = true;
  }
  return closed;
}

bool AccountCore::WaitForOldest() {
  for (const Voted& entry : voted_) {
    if (!entry.decision->Decided()) return entry.decision->Await();
  }
  return false;
}

bool AccountCore::TryVote(const Waiting& entry) {
  if (entry.flight->account != nullptr) {
    if (!voted_.empty()) return false;
    VoteOnAccount(entry);
    return true;
  }
  return VoteOnTransactions(entry);
}

bool AccountCore::VoteOnTransactions(const Waiting& entry) {
  Slot& slot = entry.slot_ref();
  if (!entry.flight->validate_only && !CheckItems(*entry.flight, &slot)) return false;
  slot.exists = state_.Exists();
  slot.asset = state_.asset;
  slot.scale = state_.scale;
  FinishVote(entry);
  return true;
}

void AccountCore::FinishVote(const Waiting& entry) {
  const Slot& slot = entry.slot_ref();
  const bool counts = slot.effect.events > 0;
  if (counts) bounds_.Open(slot.effect);
  voted_.push_back(Voted{entry.flight->decision, slot.effect, !counts});
  if (entry.flight->votes_missing.fetch_sub(1, std::memory_order_acq_rel) == 1)
    Decide(entry.flight);
}

/// Whatever else the vote says, no flight is decided before the commands that its items follow:
/// what it leaves of their transactions could not be told.
bool AccountCore::FollowsUndecided(const Flight& flight, const Slot& slot) {
  return std::any_of(slot.mentions.begin(), slot.mentions.end(),
                     [&flight](const domain::Mention& mention) {
                       const FlightPtr& previous = flight.items[mention.item].previous;
                       return previous != nullptr && !previous->Decided();
                     });
}

bool AccountCore::CheckItems(const Flight& flight, Slot* slot) {
  slot->effect = {};
  slot->finding = {};
  if (FollowsUndecided(flight, *slot)) return false;
  if (broken_) {
    slot->finding_item = slot->mentions.front().item;
    slot->finding = domain::Finding{broken_->reason, 0, domain::Side::kUnspecified};
    return true;
  }
  domain::AccountBounds bounds = bounds_;
  Provisional here;
  const std::span<const domain::Mention> mentions(slot->mentions);
  for (std::size_t next = 0; next < mentions.size();) {
    const std::size_t begin = next;
    while (next < mentions.size() && mentions[next].item == mentions[begin].item) ++next;
    if (!CheckItem(flight, mentions[begin].item, mentions.subspan(begin, next - begin), &bounds,
                   &here, slot))
      return false;
    if (slot->finding.Any()) return true;
  }
  return true;
}

bool AccountCore::CheckItem(const Flight& flight, std::size_t index,
                            std::span<const domain::Mention> mentions,
                            domain::AccountBounds* bounds, Provisional* here, Slot* slot) {
  const Item& item = flight.items[index];
  domain::TransactionPtr before = item.base;
  if (item.previous_here) before = (*here)[domain::TargetOf(*item.command)];
  if (item.previous != nullptr)
    before = AfterItem(*item.previous, item.previous_item, domain::TargetOf(*item.command));
  if (!HasPart(*item.command, before.get())) {
    if (item.followed_here) (*here)[domain::TargetOf(*item.command)] = before;
    return true;
  }
  // One a thread, so that its memory is at hand: one an account would seldom be.
  thread_local domain::AccountPart part;
  part.Clear();
  for (const domain::Mention& mention : mentions)
    domain::AddMention(*item.command, before.get(), mention, &part);
  const domain::PartVerdict verdict = domain::CheckPart(state_, *bounds, part);
  if (verdict.kind == domain::PartVerdict::Kind::kWait) return false;
  if (verdict.kind == domain::PartVerdict::Kind::kNo) {
    slot->finding_item = static_cast<std::uint16_t>(index);
    slot->finding = verdict.finding;
    slot->effect = {};
    return true;
  }
  Add(verdict.effect, &slot->effect);
  bounds->Shift(verdict.effect);
  if (item.followed_here) Remember(flight, item, before, here);
  return true;
}

void AccountCore::Remember(const Flight& flight, const Item& item,
                           const domain::TransactionPtr& before, Provisional* here) const {
  // Amounts of other assets may come out at this account's scale; only its own postings are looked
  // at.
  domain::TransactionEffect effect = domain::ApplyCommand(*item.command, before.get(), flight.time,
                                                          [this](int) { return state_.scale; });
  if (effect.original_after != nullptr)
    (*here)[effect.original_after->transaction_id] = effect.original_after;
  const std::string id = effect.after->transaction_id;
  (*here)[id] = std::move(effect.after);
}

void AccountCore::VoteOnAccount(const Waiting& entry) {
  const FlightPtr& flight = entry.flight;
  AccountWork& work = *flight->account;
  if (broken_) {
    work.decision.refusal = broken_;
  } else if (const auto* open = std::get_if<domain::OpenAccount>(&work.command)) {
    work.exists_already = state_.Exists();
    if (!work.exists_already)
      work.decision = domain::DecideOpen(*open, work.asset ? &*work.asset : nullptr, flight->time);
  } else {
    work.decision =
        domain::DecideChange(std::get<domain::ChangeAccount>(work.command), state_, flight->time);
  }
  const bool happened =
      !work.decision.refusal && !work.exists_already && !work.decision.nothing_to_do;
  if (happened) {
    state_ = work.decision.after;
    bounds_ = domain::AccountBounds::Of(state_);
  }
  entry.slot_ref().exists = state_.Exists();
  flight->votes_missing.store(0, std::memory_order_release);
  AnnounceDecision(flight, happened);
}

}  // namespace florin::actors
