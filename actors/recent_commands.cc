#include "actors/recent_commands.h"

#include <utility>

namespace florin::actors {

const RecentCommands::Entry* RecentCommands::Find(const std::string& transaction_id) const {
  const auto found = transactions_.find(transaction_id);
  return found == transactions_.end() ? nullptr : &found->second.entry;
}

const RecentCommands::Request* RecentCommands::FindRequest(const std::string& key) const {
  const auto found = requests_.find(key);
  return found == requests_.end() ? nullptr : &found->second;
}

void RecentCommands::Own(const std::string& transaction_id, const FlightPtr& flight, std::uint32_t item) {
  Stored& stored = transactions_[transaction_id];
  stored.entry.owner = flight;
  stored.entry.owner_item = item;
  stored.entry.last = flight;
  stored.entry.last_item = item;
  stored.last_n = flight->n;
  order_.push_back({flight->n, false, transaction_id});
}

void RecentCommands::Touch(const std::string& transaction_id, const FlightPtr& flight, std::uint32_t item) {
  Stored& stored = transactions_[transaction_id];
  stored.entry.last = flight;
  stored.entry.last_item = item;
  stored.last_n = flight->n;
  order_.push_back({flight->n, false, transaction_id});
}

void RecentCommands::AddRequest(std::string key, const FlightPtr& flight, std::uint32_t item) {
  requests_[key] = Request{flight, item};
  order_.push_back({flight->n, true, std::move(key)});
}

void RecentCommands::Evict(std::uint64_t published_n) {
  while (order_.size() > keep_ && order_.front().n <= published_n) {
    const Trace& trace = order_.front();
    if (trace.request) {
      const auto found = requests_.find(trace.key);
      if (found != requests_.end() && found->second.flight->n == trace.n) requests_.erase(found);
    } else {
      const auto found = transactions_.find(trace.key);
      if (found != transactions_.end() && found->second.last_n == trace.n) transactions_.erase(found);
    }
    evicted_n_ = trace.n;
    order_.pop_front();
  }
}

}  // namespace florin::actors
