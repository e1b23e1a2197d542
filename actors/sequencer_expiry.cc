// Holds whose time is over (docs/adr/0009-holds-that-are-due.md).

#include <algorithm>
#include <utility>

#include "actors/sequencer.h"

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

/// Once half of them are through, so that they are read in pages.
void Sequencer::EndSome() {
  std::vector<HoldTimers::Key> missing;
  while (timers_.in_pipeline() < expiries_max_) {
    const auto hold = timers_.Take(ends_only_awaited_);
    if (!hold) break;
    const auto [read, added] = hold_reads_.try_emplace(*hold);
    if (recent_.Find(hold->second) != nullptr || read->second.done) {
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
  for (const HoldTimers::Key& key : timers_.DueBy(last_time_ + kReadAheadNs, kReadAheadMax)) {
    if (recent_.Find(key.second) == nullptr && hold_reads_.try_emplace(key).second)
      missing.push_back(key);
  }
  if (!missing.empty()) world_->LoadHolds(std::move(missing));
}

void Sequencer::OnHoldsLoaded(const LoadedHolds& holds) {
  for (const auto& [key, transaction] : holds) {
    if (timers_.IsTaken(key)) {
      LaunchExpiry(key, transaction);
    } else if (timers_.IsOpen(key)) {
      hold_reads_[key] = {true, transaction};
    } else {
      hold_reads_.erase(key);
    }
  }
  EndDue();
  Drain();
}

/// What was read is still true: a command that has ended the hold since is remembered, and once it
/// is forgotten the hold has no timer any more. A hold that cannot be read is numbered all the same
/// and comes to nothing, so that nobody waits for it.
void Sequencer::LaunchExpiry(const HoldTimers::Key& hold, const domain::TransactionPtr& loaded) {
  const auto& [expire_time, transaction_id] = hold;
  const FlightPtr flight = NewFlight("");
  Item item;
  item.command = std::make_shared<domain::TransactionCommand>(
      domain::ExpireTransaction{transaction_id, expire_time});
  LinkTarget(&item, loaded);
  hold_reads_.erase(hold);
  flight->items.push_back(std::move(item));
  // Until it is published it counts as not ended.
  timers_.Numbered(hold, n_ + 1);
  Launch(flight);
}

void Sequencer::ResumeFreed() {
  for (const HoldTimers::Mark mark : timers_.Freed()) {
    const auto found = held_.find(mark);
    if (found == held_.end()) continue;
    const auto resumes = std::move(found->second);
    held_.erase(found);
    for (auto resume = resumes.rbegin(); resume != resumes.rend(); ++resume)
      intake_.push_front(*resume);
  }
}

bool Sequencer::WaitForDue(const domain::TransactionCommand& command,
                           const domain::TransactionPtr& base,
                           const std::function<void()>& resume) {
  if (!timers_.AnyDue()) return false;
  std::optional<HoldTimers::Mark> mark;
  const auto look = [&](const std::string& account_id, domain::Touch) {
    if (!mark) mark = timers_.DueOn(account_id);
  };
  domain::ForEachTouch(command, TargetShape(command, base).get(), 0, std::cref(look));
  if (!mark) return false;
  HoldBack(*mark, resume);
  return true;
}

void Sequencer::HoldBack(HoldTimers::Mark mark, std::function<void()> resume) {
  auto& waiting = held_[mark];
  waiting.push_back(std::move(resume));
  if (waiting.size() > 1) return;
  timers_.GoFirst(mark);
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
  const RecentCommands::Entry* entry = recent_.Find(id);
  if (entry == nullptr || entry->owner == nullptr || entry->owner->flight != flight) return;
  ForgetTimer({domain::ExpireTimeOf(flight->time, *create->transaction.hold_timeout_ns), id});
}

void Sequencer::ForgetTimer(const HoldTimers::Key& key) {
  timers_.Remove(key);
  hold_reads_.erase(key);
}

}  // namespace florin::actors
