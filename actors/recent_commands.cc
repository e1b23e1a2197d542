#include "actors/recent_commands.h"

#include <algorithm>
#include <utility>

namespace florin::actors {

namespace {

/// What keeping the flight for one of its ids costs, in transfers of one posting (which touches two
/// accounts).
std::size_t WeightOf(const Flight& flight) {
  std::size_t touches = 0;
  for (const Slot& slot : flight.slots) touches += slot.touches.size();
  return std::max<std::size_t>(1, touches / (2 * std::max<std::size_t>(flight.items.size(), 1)));
}

}  // namespace

const RecentCommands::Entry* RecentCommands::Find(const std::string& transaction_id) const {
  const auto found = transactions_.find(transaction_id);
  return found == transactions_.end() ? nullptr : &found->second.entry;
}

const RecentCommands::Request* RecentCommands::FindRequest(const std::string& key) const {
  const auto found = requests_.find(key);
  return found == requests_.end() ? nullptr : &found->second;
}

RecentCommands::Stored& RecentCommands::Use(const std::string& transaction_id,
                                            const FlightPtr& flight, std::uint32_t item) {
  const auto [found, added] = transactions_.try_emplace(transaction_id);
  Stored& stored = found->second;
  if (added) stored.first = flight->items[item].command;
  stored.entry.last = flight;
  stored.entry.last_item = item;
  stored.last_n = flight->n;
  return stored;
}

void RecentCommands::Own(const FlightPtr& flight, std::uint32_t item) {
  Stored& stored = Use(OwnIdOf(*flight->items[item].command), flight, item);
  stored.entry.owner = flight;
  stored.entry.owner_item = item;
  Add({flight, item, Trace::Kind::kOwn});
}

void RecentCommands::Touch(const FlightPtr& flight, std::uint32_t item) {
  Use(domain::TargetOf(*flight->items[item].command), flight, item);
  Add({flight, item, Trace::Kind::kTarget});
}

void RecentCommands::AddRequest(const std::string& key, const FlightPtr& flight,
                                std::uint32_t item) {
  requests_[key] = Request{flight, item};
  Add({flight, item, Trace::Kind::kRequest});
}

void RecentCommands::Add(Trace trace) {
  weight_ += WeightOf(*trace.flight);
  order_.push_back(std::move(trace));
}

void RecentCommands::Evict(std::uint64_t published_n, std::uint64_t seen_n) {
  while (!order_.empty() && order_.front().flight->n <= published_n &&
         (weight_ > keep_ || order_.front().flight->n <= seen_n)) {
    Forget(order_.front());
    weight_ -= WeightOf(*order_.front().flight);
    evicted_n_ = order_.front().flight->n;
    order_.pop_front();
  }
}

void RecentCommands::Forget(const Trace& trace) {
  const Flight& flight = *trace.flight;
  if (flight.account != nullptr) {
    const auto& change = std::get<domain::ChangeAccount>(flight.account->command);
    ForgetRequest(RequestKey(true, change.account_id, change.request_id), flight.n);
    return;
  }
  const domain::TransactionCommand& command = *flight.items[trace.item].command;
  switch (trace.kind) {
    case Trace::Kind::kOwn:
      ForgetTransaction(OwnIdOf(command), flight.n);
      break;
    case Trace::Kind::kTarget:
      ForgetTransaction(domain::TargetOf(command), flight.n);
      break;
    case Trace::Kind::kRequest:
      ForgetRequest(RequestKey(false, domain::TargetOf(command), RequestIdOf(command)), flight.n);
      break;
  }
}

/// Only if nothing later has used the id.
void RecentCommands::ForgetTransaction(const std::string& transaction_id, std::uint64_t n) {
  const auto found = transactions_.find(transaction_id);
  if (found != transactions_.end() && found->second.last_n == n) transactions_.erase(found);
}

void RecentCommands::ForgetRequest(const std::string& key, std::uint64_t n) {
  const auto found = requests_.find(key);
  if (found != requests_.end() && found->second.flight->n == n) requests_.erase(found);
}

}  // namespace florin::actors
