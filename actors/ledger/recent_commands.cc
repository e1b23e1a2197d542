#include "actors/ledger/recent_commands.h"

#include <algorithm>
#include <utility>

namespace florin::actors {

namespace {

/// What keeping the flight for one of its ids costs, in transfers of one posting (which touches two
/// accounts).
std::size_t WeightOf(const Flight& flight) {
  std::size_t mentions = 0;
  for (const Slot& slot : flight.slots) mentions += slot.mentions.size();
  return std::max<std::size_t>(1, mentions / (2 * std::max<std::size_t>(flight.items.size(), 1)));
}

const std::string& IdOf(const RecentCommands::Use& use) {
  const domain::TransactionCommand& command = *use.flight->items[use.item].command;
  return use.kind == RecentCommands::Use::Kind::kOwn ? OwnIdOf(command) : domain::TargetOf(command);
}

}  // namespace

const RecentCommands::TransactionUses* RecentCommands::Find(
    const std::string& transaction_id) const {
  const auto found = transactions_.find(transaction_id);
  return found == transactions_.end() ? nullptr : &found->second.uses;
}

const RecentCommands::Request* RecentCommands::FindRequest(const std::string& key) const {
  const auto found = requests_.find(key);
  return found == requests_.end() ? nullptr : &found->second;
}

void RecentCommands::Own(const FlightPtr& flight, std::uint32_t item) {
  const Use& use = Add(flight, item, Use::Kind::kOwn);
  TransactionUses& uses = transactions_.try_emplace(IdOf(use)).first->second.uses;
  uses.owner = uses.last = &use;
}

void RecentCommands::Touch(const FlightPtr& flight, std::uint32_t item) {
  const Use& use = Add(flight, item, Use::Kind::kTarget);
  transactions_.try_emplace(IdOf(use)).first->second.uses.last = &use;
}

void RecentCommands::AddRequest(const std::string& key, const FlightPtr& flight,
                                std::uint32_t item) {
  requests_[key] = Request{flight, item};
  Add(flight, item, Use::Kind::kRequest);
}

const RecentCommands::Use& RecentCommands::Add(const FlightPtr& flight, std::uint32_t item,
                                               Use::Kind kind) {
  const std::size_t weight = WeightOf(*flight);
  weight_ += weight;
  return order_.emplace_back(Use{flight, item, kind, static_cast<std::uint32_t>(weight)});
}

void RecentCommands::Evict(std::uint64_t published_n, std::uint64_t seen_n) {
  while (!order_.empty() && order_.front().flight->n <= published_n &&
         (weight_ > keep_ || order_.front().flight->n <= seen_n)) {
    Forget(order_.front());
    weight_ -= order_.front().weight;
    evicted_n_ = order_.front().flight->n;
    order_.pop_front();
  }
}

void RecentCommands::Forget(const Use& use) {
  const Flight& flight = *use.flight;
  if (flight.account != nullptr) {
    const auto& change = std::get<domain::ChangeAccount>(flight.account->command);
    ForgetRequest(RequestKey(true, change.account_id, change.request_id), flight.n);
    return;
  }
  if (use.kind != Use::Kind::kRequest) {
    ForgetTransaction(IdOf(use), use);
    return;
  }
  const domain::TransactionCommand& command = *flight.items[use.item].command;
  ForgetRequest(RequestKey(false, domain::TargetOf(command), RequestIdOf(command)), flight.n);
}

/// Only if nothing later has used the id.
void RecentCommands::ForgetTransaction(const std::string& transaction_id, const Use& use) {
  const auto found = transactions_.find(transaction_id);
  if (found->second.uses.last == &use) {
    transactions_.erase(found);
    return;
  }
  Stored stored = std::move(found->second);
  if (stored.uses.owner == &use) {
    stored.kept = std::make_unique<const Use>(use);
    stored.uses.owner = stored.kept.get();
  }
  // The key may stand in the command that goes.
  transactions_.erase(found);
  const std::string_view key = IdOf(*stored.uses.last);
  transactions_.emplace(key, std::move(stored));
}

void RecentCommands::ForgetRequest(const std::string& key, std::uint64_t n) {
  const auto found = requests_.find(key);
  if (found != requests_.end() && found->second.flight->n == n) requests_.erase(found);
}

}  // namespace florin::actors
