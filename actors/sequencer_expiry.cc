// Holds whose time is over, before the next command.

#include <algorithm>
#include <utility>

#include "actors/sequencer.h"

namespace florin::actors {
namespace {

constexpr std::size_t kHoldsLoadedMax = 4'096;

}  // namespace

bool Sequencer::ExpireDue() {
  last_time_ = std::max(last_time_, world_->Now());
  while (!expiries_.empty() && expiries_.begin()->first <= last_time_) {
    const auto [expire_time, id] = *expiries_.begin();
    if (recent_.Find(id) == nullptr && !loaded_holds_.contains(id)) {
      LoadDue();
      return false;
    }
    expiries_.erase(expiries_.begin());
    LaunchExpiry(id, expire_time);
  }
  return true;
}

/// Has the next due holds read, a bounded number: after a long stop a million may be due at once.
void Sequencer::LoadDue() {
  std::vector<std::string> missing;
  for (auto due = expiries_.begin();
       due != expiries_.end() && due->first <= last_time_ && missing.size() < kHoldsLoadedMax;
       ++due) {
    if (recent_.Find(due->second) == nullptr) missing.push_back(due->second);
  }
  loading_holds_ = true;
  world_->LoadHolds(std::move(missing));
}

void Sequencer::LaunchExpiry(const std::string& transaction_id, std::int64_t expire_time) {
  const FlightPtr flight = NewFlight("");
  Item item;
  item.command = std::make_shared<domain::TransactionCommand>(
      domain::ExpireTransaction{transaction_id, expire_time});
  const auto loaded = loaded_holds_.find(transaction_id);
  LinkTarget(&item, loaded == loaded_holds_.end() ? nullptr : loaded->second);
  if (loaded != loaded_holds_.end()) loaded_holds_.erase(loaded);
  flight->items.push_back(std::move(item));
  Launch(flight);
}

void Sequencer::OnHoldsLoaded(std::vector<std::pair<std::string, domain::TransactionPtr>> holds) {
  for (auto& hold : holds) loaded_holds_[hold.first] = std::move(hold.second);
  loading_holds_ = false;
  Drain();
  OnTick();
}

void Sequencer::OnTick() {
  if (expiries_.empty() || loading_holds_) return;
  // If due holds have to be read first, the next tick goes on.
  static_cast<void>(ExpireDue());
}

/// A hold that has ended, or was never made, needs no timer.
void Sequencer::ForgetExpiry(const FlightPtr& flight, const Item& item) {
  const auto* create = std::get_if<domain::CreateTransaction>(item.command.get());
  if (create == nullptr) {
    const bool ended = item.status == ItemStatus::kDone && item.target_after != nullptr &&
                       item.target_after->expire_time;
    if (ended)
      expiries_.erase({*item.target_after->expire_time, item.target_after->transaction_id});
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
  expiries_.erase({domain::ExpireTimeOf(flight->time, *create->transaction.hold_timeout_ns), id});
}

}  // namespace florin::actors
