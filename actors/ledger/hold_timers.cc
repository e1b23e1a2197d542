#include "actors/ledger/hold_timers.h"

#include <algorithm>
#include <limits>

namespace florin::actors {
namespace {

/// So many holds that have become due are counted at a time.
constexpr std::size_t kCountedAtATime = 4'096;

/// Of those that are taken one in so many is the oldest, whoever waits for others.
constexpr std::size_t kOldestEvery = 8;

/// The first pause; each is twice as long as the one before, up to the longest.
constexpr std::int64_t kPause = 100'000'000;
constexpr int kDoublingsMax = 7;

/// Commands wait for a hold until its expiry has failed so often, which takes about a second.
constexpr std::uint8_t kStuckAfter = 4;

/// A hold of many postings takes as long to read and to write as many holds.
std::size_t WeightOf(const storage::AccountMarks& accounts) {
  return std::max<std::size_t>(1, accounts.size() / 2);
}

}  // namespace

void HoldTimers::Add(Key key, const storage::AccountMarks& accounts) {
  // At a start they come in order.
  const std::size_t before = open_.size();
  const auto timer = open_.try_emplace(open_.end(), std::move(key));
  for (const Mark mark : accounts) {
    storage::AccountMarks& known = timer->second.accounts;
    if (std::find(known.begin(), known.end(), mark) != known.end()) continue;
    known.push_back(mark);
    AddAccount(*timer, mark);
  }
  if (open_.size() > before) Count(timer);
}

void HoldTimers::AddAccount(const Timers::value_type& timer, Mark mark) {
  OfAccount& account = accounts_[mark];
  account.open.insert(account.open.end(), &timer);
  if (timer.first.first <= now_) GiveTurn(mark, &account);
}

void HoldTimers::Remove(const Key& key) {
  const auto open = open_.find(key);
  if (open != open_.end()) {
    ForgetOn(*open, false);
    Uncount(open);
    open_.erase(open);
    return;
  }
  const auto taken = taken_.find(key);
  if (taken == taken_.end()) return;
  if (taken->second.phase == Timer::Phase::kTaken) in_pipeline_ -= WeightOf(taken->second.accounts);
  ForgetOn(*taken, true);
  taken_.erase(taken);
}

void HoldTimers::Advance(std::int64_t now) {
  now_ = std::max(now_, now);
  EndPauses();
  CountDue();
}

/// Nothing but the count and the turns depends on it.
void HoldTimers::CountDue() {
  for (std::size_t i = 0;
       i < kCountedAtATime && next_counted_ != open_.end() && next_counted_->first.first <= now_;
       ++i, ++next_counted_, ++counted_) {
    for (const Mark mark : next_counted_->second.accounts) GiveTurn(mark, &accounts_.at(mark));
  }
}

/// Requires: the timer has just become open.
void HoldTimers::Count(Timers::iterator timer) {
  const bool before = next_counted_ == open_.end() || timer->first < next_counted_->first;
  if (before && timer->first.first <= now_) {
    ++counted_;
  } else if (std::next(timer) == next_counted_) {
    next_counted_ = timer;
  }
}

/// Requires: the timer is open and about to go.
void HoldTimers::Uncount(Timers::iterator timer) {
  if (timer == next_counted_) {
    ++next_counted_;
  } else if (next_counted_ == open_.end() || timer->first < next_counted_->first) {
    --counted_;
  }
}

void HoldTimers::EndPauses() {
  while (!pauses_.empty() && pauses_.begin()->first <= now_) {
    const auto [time, key] = *pauses_.begin();
    pauses_.erase(pauses_.begin());
    const auto taken = taken_.find(key);
    if (taken == taken_.end() || taken->second.phase != Timer::Phase::kPaused ||
        taken->second.retry_time != time)
      continue;
    const auto open = open_.insert(taken_.extract(taken)).position;
    Count(open);
    for (const Mark mark : open->second.accounts) {
      OfAccount& account = accounts_.at(mark);
      --account.taken;
      account.open.insert(&*open);
      GiveTurn(mark, &account);
    }
  }
}

bool HoldTimers::AnyDue() const {
  return !taken_.empty() || (!open_.empty() && open_.begin()->first.first <= now_);
}

bool HoldTimers::HasOpenDue(const OfAccount& account) const {
  return !account.open.empty() && (*account.open.begin())->first.first <= now_;
}

bool HoldTimers::IsDue(const OfAccount& account) const {
  return account.taken > 0 || HasOpenDue(account);
}

std::optional<HoldTimers::Mark> HoldTimers::DueOn(std::string_view account_id) const {
  const Mark mark = storage::MarkOf(account_id);
  const auto account = accounts_.find(mark);
  if (account == accounts_.end() || !IsDue(account->second)) return std::nullopt;
  return mark;
}

bool HoldTimers::IsStuck(Mark mark) const {
  const auto account = accounts_.find(mark);
  return account != accounts_.end() && account->second.stuck > 0;
}

void HoldTimers::GoFirst(Mark mark) {
  const auto account = accounts_.find(mark);
  if (account == accounts_.end() || !IsDue(account->second)) return;
  account->second.goes_first = true;
  GiveTurn(mark, &account->second);
}

void HoldTimers::GiveTurn(Mark mark, OfAccount* account) {
  if (!account->goes_first || account->has_turn || !HasOpenDue(*account)) return;
  account->has_turn = true;
  first_.push_back(mark);
}

std::optional<HoldTimers::Key> HoldTimers::Take(bool only_those_that_go_first) {
  const bool any_due = !open_.empty() && open_.begin()->first.first <= now_;
  if (!any_due) return std::nullopt;
  const bool oldest = !only_those_that_go_first && ++takes_ % kOldestEvery == 0;
  while (!oldest && !first_.empty()) {
    const Mark mark = first_.front();
    first_.pop_front();
    const auto account = accounts_.find(mark);
    if (account == accounts_.end()) continue;
    account->second.has_turn = false;
    if (!account->second.goes_first || !HasOpenDue(account->second)) continue;
    const Key key = (*account->second.open.begin())->first;
    // By turns: an account with very many does not keep the others waiting.
    GiveTurn(mark, &account->second);
    return TakeThis(open_.find(key));
  }
  if (only_those_that_go_first) return std::nullopt;
  return TakeThis(open_.begin());
}

bool HoldTimers::IsTaken(const Key& key) const {
  const auto taken = taken_.find(key);
  return taken != taken_.end() && taken->second.phase == Timer::Phase::kTaken;
}

std::vector<HoldTimers::Soon> HoldTimers::DueBy(std::int64_t time, std::size_t weight_max) const {
  std::vector<Soon> soon;
  std::size_t weight = 0;
  for (auto timer = open_.lower_bound({now_ + 1, ""});
       timer != open_.end() && timer->first.first <= time && weight < weight_max; ++timer) {
    soon.push_back({timer->first, WeightOf(timer->second.accounts)});
    weight += soon.back().weight;
  }
  return soon;
}

HoldTimers::Key HoldTimers::TakeThis(Timers::iterator timer) {
  for (const Mark mark : timer->second.accounts) {
    OfAccount& account = accounts_.at(mark);
    account.open.erase(&*timer);
    ++account.taken;
  }
  timer->second.phase = Timer::Phase::kTaken;
  in_pipeline_ += WeightOf(timer->second.accounts);
  Uncount(timer);
  return taken_.insert(open_.extract(timer)).position->first;
}

void HoldTimers::Numbered(const Key& key, std::uint64_t n) {
  const auto taken = taken_.find(key);
  if (taken == taken_.end()) {
    numbered_.push_back({n, key.first, 0});
    return;
  }
  numbered_.push_back({n, key.first, WeightOf(taken->second.accounts)});
  taken->second.phase = Timer::Phase::kNumbered;
  if (taken->second.failures == 0) Remove(key);
}

void HoldTimers::Published(std::uint64_t n) {
  for (; !numbered_.empty() && numbered_.front().n <= n; numbered_.pop_front())
    in_pipeline_ -= numbered_.front().weight;
  CountDue();
}

void HoldTimers::PutBack(const Key& key, const storage::AccountMarks& accounts) {
  if (open_.contains(key)) return;
  auto taken = taken_.find(key);
  if (taken == taken_.end()) {
    taken = taken_.try_emplace(key).first;
    taken->second.accounts = accounts;
    for (const Mark mark : accounts) ++accounts_[mark].taken;
  } else if (taken->second.phase == Timer::Phase::kTaken) {
    in_pipeline_ -= WeightOf(taken->second.accounts);
  }
  Pause(taken);
}

void HoldTimers::Pause(Timers::iterator timer) {
  Timer& paused = timer->second;
  paused.phase = Timer::Phase::kPaused;
  paused.retry_time = now_ + (kPause << std::min<int>(paused.failures, kDoublingsMax));
  pauses_.emplace(paused.retry_time, timer->first);
  if (paused.failures > kDoublingsMax || ++paused.failures != kStuckAfter) return;
  for (const Mark mark : paused.accounts) {
    OfAccount& account = accounts_.at(mark);
    ++account.stuck;
    Free(mark, &account);
  }
}

void HoldTimers::Free(Mark mark, OfAccount* account) {
  if (!account->goes_first) return;
  account->goes_first = false;
  freed_.push_back(mark);
}

void HoldTimers::ForgetOn(const Timers::value_type& timer, bool taken) {
  for (const Mark mark : timer.second.accounts) {
    const auto found = accounts_.find(mark);
    OfAccount& account = found->second;
    if (taken) {
      --account.taken;
    } else {
      account.open.erase(&timer);
    }
    if (timer.second.failures >= kStuckAfter) --account.stuck;
    if (!IsDue(account)) Free(mark, &account);
    if (account.taken == 0 && account.open.empty()) accounts_.erase(found);
  }
}

std::int64_t HoldTimers::First() const {
  std::int64_t first = std::numeric_limits<std::int64_t>::max();
  for (const Timers* timers : {&open_, &taken_}) {
    if (!timers->empty()) first = std::min(first, timers->begin()->first.first);
  }
  for (const Expiry& expiry : numbered_) first = std::min(first, expiry.expire_time);
  return first;
}

}  // namespace florin::actors
