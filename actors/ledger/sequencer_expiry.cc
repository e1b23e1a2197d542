// Holds whose time is over (docs/adr/0009-holds-that-are-due.md).

#include <algorithm>
#include <utility>

#include "actors/ledger/decider.h"
#include "actors/ledger/sequencer.h"

namespace florin::actors {
namespace {

/// Holds that are due so soon are read ahead, up to so many.
constexpr std::int64_t kReadAheadNs = 200'000'000;
constexpr std::size_t kReadAheadMax = 2'048;

}  // namespace

void Sequencer::Advance() {
  last_time_ = std::max(last_time_, world_->Now());
  timers_.Advance(last_time_);
  EndDue();
}

void Sequencer::EndDue() {
  if (timers_.AnyDue() && timers_.in_pipeline() <= expiries_max_ / 2) EndSome();
  ResumeFreed();
}

/// They are taken once half of them are through, so that they are read in pages.
void Sequencer::EndSome() {
  std::vector<HoldTimers::Key> missing;
  while (timers_.in_pipeline() < expiries_max_) {
    const auto hold = timers_.Take(ends_only_awaited_);
    if (!hold) break;
    const auto [read, added] = hold_reads_.try_emplace(*hold);
    if (recent_.Find(hold->second) != nullptr || read->second.hold != nullptr) {
      LaunchExpiry(*hold, read->second.hold);
    } else if (added) {
      missing.push_back(*hold);
    }
  }
  if (!missing.empty()) world_->LoadHolds(std::move(missing));
}

/// What is due soon is read before, so that a command on a busy account need not wait for it.
void Sequencer::ReadAhead() {
  std::vector<HoldTimers::Key> missing;
  for (HoldTimers::Soon& soon : timers_.DueBy(last_time_ + kReadAheadNs, kReadAheadMax)) {
    // Those that were read before may still wait for their turn.
    if (read_ahead_ >= kReadAheadMax) break;
    if (recent_.Find(soon.key.second) != nullptr) continue;
    if (!hold_reads_.try_emplace(soon.key, HoldRead{nullptr, soon.weight}).second) continue;
    read_ahead_ += soon.weight;
    missing.push_back(std::move(soon.key));
  }
  if (!missing.empty()) world_->LoadHolds(std::move(missing));
}

/// What could not be read ahead is read again when it is due.
void Sequencer::OnHoldsLoaded(const LoadedHolds& holds) {
  for (const LoadedHold& loaded : holds) {
    const auto& [key, transaction, failure] = loaded;
    if (timers_.IsTaken(key) && (transaction != nullptr || recent_.Find(key.second) != nullptr)) {
      LaunchExpiry(key, transaction);
    } else if (timers_.IsTaken(key) && failure.empty()) {
      // It was never made: its id was used again meanwhile.
      ForgetTimer(key);
    } else if (timers_.IsTaken(key)) {
      FailExpiry(key, {}, failure);
    } else if (transaction != nullptr && timers_.IsOpen(key)) {
      const auto read = hold_reads_.find(key);
      if (read != hold_reads_.end()) read->second.hold = transaction;
    } else {
      ForgetRead(key);
    }
  }
  EndDue();
  Drain();
}

/// What was read is still true: a command that has ended the hold since is remembered, and once it
/// is forgotten the hold has no timer any more.
void Sequencer::LaunchExpiry(const HoldTimers::Key& hold, const domain::TransactionPtr& loaded) {
  const auto& [expire_time, transaction_id] = hold;
  const FlightPtr flight = NewFlight("");
  Item item;
  item.command = std::make_shared<domain::TransactionCommand>(
      domain::ExpireTransaction{transaction_id, expire_time});
  LinkTarget(&item, loaded);
  if (item.target_shape == nullptr) {
    // It was never made. An expiry of nothing would hide from later commands what they have looked
    // up themselves.
    ForgetTimer(hold);
    return;
  }
  ForgetRead(hold);
  flight->items.push_back(std::move(item));
  // Until it is published it counts as not ended.
  timers_.Numbered(hold, n_ + 1);
  Launch(flight);
}

void Sequencer::FailExpiry(const HoldTimers::Key& hold, const storage::AccountMarks& accounts,
                           const std::string& why) {
  ForgetRead(hold);
  timers_.PutBack(hold, accounts);
  world_->ExpiryFailed(hold.second, why);
}

domain::Refusal Sequencer::StuckHold() {
  return {domain::Reason::kStorageUnavailable,
          "a hold on an account of this command is due but cannot be ended, because it or one of "
          "its accounts cannot be read from disk; the server keeps trying; try again later, and "
          "see the server's log",
          {}};
}

void Sequencer::ResumeFreed() {
  for (const HoldTimers::Mark mark : timers_.Freed()) {
    const auto found = waiting_.find(mark);
    if (found == waiting_.end()) continue;
    const auto waiting = std::move(found->second);
    waiting_.erase(found);
    for (auto call = waiting.rbegin(); call != waiting.rend(); ++call) {
      if (--(*call)->marks == 0) intake_.push_front(std::move((*call)->resume));
    }
  }
}

bool Sequencer::FindDue(const domain::TransactionCommand& command,
                        const domain::TransactionPtr& base, Marks* due) const {
  if (!timers_.AnyDue()) return false;
  bool stuck = false;
  const auto look = [&](const std::string& account_id, domain::Mention) {
    const auto mark = timers_.DueOn(account_id);
    if (!mark) return;
    due->insert(*mark);
    stuck = stuck || timers_.IsStuck(*mark);
  };
  domain::ForEachMention(command, TargetShape(command, base).get(), 0, std::cref(look));
  return stuck;
}

/// The call waits for all that its commands will have to wait for, in one go: one command after
/// another, each for its accounts, would take as many times as long.
bool Sequencer::WaitForDue(const SubmissionPtr& submission) {
  Marks due;
  for (std::size_t i = submission->cursor; i < submission->items.size(); ++i) {
    AdmittedItem& admitted = submission->items[i];
    if (admitted.resolved || admitted.pre_refusal) continue;
    Marks of_item;
    if (!FindDue(*admitted.command, admitted.base, &of_item)) due.merge(of_item);
  }
  if (due.empty()) return false;
  HoldBack(due, [this, submission] { Run(submission); });
  return true;
}

void Sequencer::HoldBack(const Marks& due, std::function<void()> resume) {
  const auto call = std::make_shared<WaitingCall>(WaitingCall{due.size(), std::move(resume)});
  for (const HoldTimers::Mark mark : due) {
    waiting_[mark].push_back(call);
    timers_.GoFirst(mark);
  }
  EndDue();
}

void Sequencer::OnTick() {
  Advance();
  ReadAhead();
  ShowExpiries();
  Drain();
}

void Sequencer::ShowExpiries() {
  first_expiry_ = timers_.First();
  world_->SetExpiries(first_expiry_, timers_.due_count());
}

/// A hold that has ended, or was never made, needs no timer.
void Sequencer::ForgetTimerOf(const FlightPtr& flight, const Item& item) {
  if (std::holds_alternative<domain::ExpireTransaction>(*item.command)) {
    ForgetExpiry(item);
    return;
  }
  const auto* create = std::get_if<domain::CreateTransaction>(item.command.get());
  if (create == nullptr) {
    const bool ended = item.status == ItemStatus::kDone && item.target_after != nullptr &&
                       item.target_after->expire_time;
    if (ended) ForgetTimer({*item.target_after->expire_time, item.target_after->transaction_id});
    return;
  }
  // An item that repeats another of its batch has no timer of its own.
  if (item.status == ItemStatus::kDone || item.repeats || item.pre_refusal ||
      !create->transaction.hold_timeout_ns)
    return;
  // Only while nobody has used the id since: another hold of it may be due at the same time.
  const std::string& id = create->transaction.transaction_id;
  const RecentCommands::TransactionUses* uses = recent_.Find(id);
  if (uses == nullptr || uses->owner == nullptr || uses->owner->flight != flight) return;
  ForgetTimer({domain::ExpireTimeOf(flight->time, *create->transaction.hold_timeout_ns), id});
}

/// Where an account could not be read the hold is still pending.
void Sequencer::ForgetExpiry(const Item& item) {
  const auto& expire = std::get<domain::ExpireTransaction>(*item.command);
  const HoldTimers::Key key{expire.expire_time, expire.transaction_id};
  if (item.status == ItemStatus::kRefused && IsUnreadable(item.reason)) {
    FailExpiry(key, storage::MarksOf(*item.target_shape), "one of its accounts cannot be read");
  } else {
    ForgetTimer(key);
  }
}

void Sequencer::ForgetTimer(const HoldTimers::Key& key) {
  timers_.Remove(key);
  ForgetRead(key);
}

void Sequencer::ForgetRead(const HoldTimers::Key& key) {
  const auto read = hold_reads_.find(key);
  if (read == hold_reads_.end()) return;
  read_ahead_ -= read->second.weight;
  hold_reads_.erase(read);
}

}  // namespace florin::actors
