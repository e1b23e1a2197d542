#include "actors/hold_timers.h"

#include <algorithm>
#include <limits>

namespace florin::actors {
namespace {

template <typename Then>
void ForEachMark(const storage::AccountMarks& accounts, const Then& then) {
  if (accounts.empty()) then(HoldTimers::kAnyAccount);
  for (const storage::AccountMark mark : accounts) then(mark);
}

}  // namespace

void HoldTimers::Add(Key key, storage::AccountMarks accounts) {
  // At a start they come in order.
  const auto timer = waiting_.emplace_hint(waiting_.end(), std::move(key), std::move(accounts));
  if (timer->first.first <= now_) BecomeDue(timer);
}

void HoldTimers::Remove(const Key& key) {
  if (waiting_.erase(key) > 0) return;
  const auto due = due_.find(key);
  if (due != due_.end()) {
    ForgetDue(*due, true);
    due_.erase(due);
    return;
  }
  const auto taken = taken_.find(key);
  if (taken == taken_.end()) return;
  ForgetDue(*taken, false);
  taken_.erase(taken);
}

void HoldTimers::Advance(std::int64_t now) {
  now_ = std::max(now_, now);
  while (!waiting_.empty() && waiting_.begin()->first.first <= now_) BecomeDue(waiting_.begin());
}

void HoldTimers::BecomeDue(Timers::iterator timer) {
  const auto due = due_.insert(due_.end(), waiting_.extract(timer));
  ForEachMark(due->second, [&](Mark mark) {
    OfAccount& account = due_on_[mark];
    if (account.goes_first && account.untaken.empty()) first_.push_back(mark);
    account.untaken.insert(account.untaken.end(), &*due);
    ++account.count;
  });
}

void HoldTimers::ForgetDue(const Timers::value_type& timer, bool untaken) {
  ForEachMark(timer.second, [&](Mark mark) {
    const auto account = due_on_.find(mark);
    if (untaken) account->second.untaken.erase(&timer);
    if (--account->second.count > 0) return;
    due_on_.erase(account);
    freed_.push_back(mark);
  });
}

std::optional<HoldTimers::Mark> HoldTimers::DueOn(std::string_view account_id) const {
  if (due_on_.empty()) return std::nullopt;
  const Mark mark = storage::MarkOf(account_id);
  if (due_on_.contains(mark)) return mark;
  if (due_on_.contains(kAnyAccount)) return kAnyAccount;
  return std::nullopt;
}

void HoldTimers::GoFirst(Mark mark) {
  const auto account = due_on_.find(mark);
  if (account == due_on_.end() || account->second.goes_first) return;
  account->second.goes_first = true;
  first_.push_back(mark);
}

std::optional<HoldTimers::Key> HoldTimers::Take(bool only_those_that_go_first) {
  while (!first_.empty()) {
    const Mark mark = first_.front();
    first_.pop_front();
    const auto account = due_on_.find(mark);
    if (account == due_on_.end() || account->second.untaken.empty()) continue;
    // By turns: an account with very many does not keep the others waiting.
    first_.push_back(mark);
    return TakeThis(**account->second.untaken.begin());
  }
  if (only_those_that_go_first || due_.empty()) return std::nullopt;
  return TakeThis(*due_.begin());
}

std::vector<HoldTimers::Key> HoldTimers::DueBy(std::int64_t time, std::size_t count_max) const {
  std::vector<Key> soon;
  for (const auto& [key, accounts] : waiting_) {
    if (key.first > time || soon.size() >= count_max) break;
    soon.push_back(key);
  }
  return soon;
}

HoldTimers::Key HoldTimers::TakeThis(const Timers::value_type& timer) {
  ForEachMark(timer.second, [&](Mark mark) { due_on_.at(mark).untaken.erase(&timer); });
  return taken_.insert(due_.extract(timer.first)).position->first;
}

void HoldTimers::Numbered(const Key& key, std::uint64_t n) {
  numbered_.push_back({n, key.first});
  Remove(key);
}

void HoldTimers::Published(std::uint64_t n) {
  while (!numbered_.empty() && numbered_.front().n <= n) numbered_.pop_front();
}

std::int64_t HoldTimers::First() const {
  std::int64_t first = std::numeric_limits<std::int64_t>::max();
  for (const Timers* timers : {&waiting_, &due_, &taken_}) {
    if (!timers->empty()) first = std::min(first, timers->begin()->first.first);
  }
  for (const Expiry& expiry : numbered_) first = std::min(first, expiry.expire_time);
  return first;
}

}  // namespace florin::actors
