#include "apps/cli/activity.h"

#include <algorithm>

namespace florin::cli {
namespace {

constexpr std::int64_t kSecond = 1000;

std::int64_t Milliseconds(const google::protobuf::Timestamp& time) {
  return time.seconds() * kSecond + time.nanos() / 1'000'000;
}

std::vector<std::pair<std::string, std::int64_t>> Busiest(
    const std::map<std::string, std::int64_t>& accounts, std::size_t count) {
  std::vector<std::pair<std::string, std::int64_t>> all(accounts.begin(), accounts.end());
  // By id where two are as busy, so that the screen does not flicker.
  std::sort(all.begin(), all.end(), [](const auto& left, const auto& right) {
    return left.second != right.second ? left.second > right.second : left.first < right.first;
  });
  all.resize(std::min(all.size(), count));
  return all;
}

}  // namespace

void Activity::Add(const v1::SubscribeEventsResponse& batch, std::int64_t now_ms) {
  Batch added;
  added.time_ms = now_ms;
  added.events = batch.events_size();
  for (const auto& event : batch.events()) {
    // Below zero only if the server's clock is ahead of ours.
    added.latencies.push_back(std::max<std::int64_t>(0, now_ms - Milliseconds(event.time())));
    // Streams of accounts are those without a '/'.
    if (event.stream().find('/') == std::string::npos) {
      ++added.accounts[event.stream()];
    }
    added.transactions += event.has_transaction_recorded() ? 1 : 0;
  }
  const std::scoped_lock lock(mutex_);
  if (batch.events_size() > 0) {
    seen_position_ = batch.events(batch.events_size() - 1).position();
    batches_.push_back(std::move(added));
  }
  Forget(now_ms);
}

Activity::Summary Activity::Ask(std::int64_t now_ms, std::size_t top) {
  const std::scoped_lock lock(mutex_);
  Forget(now_ms);
  Summary summary;
  summary.seen_position = seen_position_;
  std::vector<std::int64_t> latencies;
  std::map<std::string, std::int64_t> accounts;
  for (const auto& batch : batches_) {
    for (const auto& [account, count] : batch.accounts) {
      accounts[account] += count;
    }
    if (batch.time_ms > now_ms - kSecond) {
      summary.events_per_second += batch.events;
      summary.transactions_per_second += batch.transactions;
      latencies.insert(latencies.end(), batch.latencies.begin(), batch.latencies.end());
    }
  }
  if (!latencies.empty()) {
    const auto middle = latencies.begin() + static_cast<std::ptrdiff_t>(latencies.size() / 2);
    std::nth_element(latencies.begin(), middle, latencies.end());
    summary.latency_median = *middle;
    summary.latency_max = *std::max_element(latencies.begin(), latencies.end());
  }
  summary.top = Busiest(accounts, top);
  return summary;
}

void Activity::Forget(std::int64_t now_ms) {
  while (!batches_.empty() && batches_.front().time_ms <= now_ms - kTopSeconds * kSecond) {
    batches_.pop_front();
  }
}

}  // namespace florin::cli
