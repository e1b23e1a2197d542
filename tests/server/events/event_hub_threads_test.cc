// The hub with its own thread, readers and a writer at full speed: each
// subscriber sees exactly the filtered log. Made for ThreadSanitizer.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <condition_variable>
#include <mutex>
#include <random>
#include <thread>

#include "tests/server/events/event_hub_fixture.h"

namespace florin::server {
namespace {

using testing::ElementsAreArray;

/// A client that takes what comes, on the thread that brings it.
class ThreadedClient final : public SubscriptionSink {
 public:
  void Write(std::string response) override {
    florin::v1::SubscribeEventsResponse parsed;
    EXPECT_TRUE(parsed.ParseFromString(response));
    {
      const std::lock_guard lock(mutex_);
      for (const auto& event : parsed.events()) {
        positions_.push_back(event.position());
      }
      checkpoint_ = parsed.checkpoint();
    }
    changed_.notify_all();
    hub->Signal(subscription, EventSubscription::kWriteDone);
  }
  void Finish(const std::optional<domain::Refusal>&) override {
    const std::lock_guard lock(mutex_);
    finished_ = true;
    changed_.notify_all();
  }
  void Cut() override {}

  void WaitFor(const std::string& checkpoint) {
    std::unique_lock lock(mutex_);
    EXPECT_TRUE(changed_.wait_for(lock, 30s, [&] { return checkpoint_ == checkpoint; }))
        << positions_.size();
  }
  void WaitForEnd() {
    std::unique_lock lock(mutex_);
    EXPECT_TRUE(changed_.wait_for(lock, 30s, [&] { return finished_; }));
  }
  std::vector<std::int64_t> Positions() {
    const std::lock_guard lock(mutex_);
    return positions_;
  }

  EventHub* hub = nullptr;
  EventSubscriptionPtr subscription;

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<std::int64_t> positions_;
  std::string checkpoint_;
  bool finished_ = false;
};

/// Readers as the ledger has them: a bounded queue before a few threads.
class TestReaders {
 public:
  TestReaders() {
    for (int i = 0; i < 2; ++i) threads_.emplace_back([this] { Run(); });
  }
  ~TestReaders() {
    {
      const std::lock_guard lock(mutex_);
      stop_ = true;
    }
    changed_.notify_all();
    for (auto& thread : threads_) thread.join();
  }
  bool Read(std::function<void()> job) {
    const std::lock_guard lock(mutex_);
    if (jobs_.size() >= 4) return false;
    jobs_.push_back(std::move(job));
    changed_.notify_one();
    return true;
  }

 private:
  void Run() {
    for (;;) {
      std::function<void()> job;
      {
        std::unique_lock lock(mutex_);
        changed_.wait(lock, [this] { return stop_ || !jobs_.empty(); });
        if (jobs_.empty()) return;
        job = std::move(jobs_.front());
        jobs_.pop_front();
      }
      job();
    }
  }

  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<std::function<void()>> jobs_;
  bool stop_ = false;
  std::vector<std::thread> threads_;
};

TEST(ThreadedSubscriptionTest, SeesExactlyTheFilteredLogUnderLoad) {
  const std::uint64_t seed = std::random_device()();
  SCOPED_TRACE("seed " + std::to_string(seed));
  std::mt19937_64 random(seed);
  EventLog log(seed, 6);
  TestReaders readers;
  EventHubOptions options;
  options.subscription.live_lag = 50;
  options.subscription.batch_bytes = 4'000;
  options.subscription.retry_delay = 1ms;
  EventHub hub(
      &log, [&readers](std::function<void()> job) { return readers.Read(std::move(job)); },
      options);

  std::atomic<bool> written{false};
  std::thread writer([&log, &written] {
    for (int i = 0; i < 400; ++i) {
      log.Write(1 + i % 9);
      std::this_thread::yield();
    }
    written = true;
  });
  std::vector<std::unique_ptr<ThreadedClient>> clients;
  std::vector<domain::EventFilterSpec> specs;
  std::vector<std::int64_t> starts;
  for (int i = 0; i < 16; ++i) {
    specs.push_back(RandomFilter(&random));
    SubscriptionStart start;
    start.filter = Filter(specs.back());
    start.batch_events = static_cast<int>(random() % 20);
    if (random() % 2 == 0) start.after = log.VisibleHead().position;
    // So that also those for which nothing matches tell their checkpoint soon.
    start.heartbeat = 100ms;
    starts.push_back(start.after);
    clients.push_back(std::make_unique<ThreadedClient>());
    clients.back()->hub = &hub;
    auto joined = hub.Join(std::move(start), clients.back().get());
    ASSERT_TRUE(joined.ok());
    clients.back()->subscription = *joined;
    hub.Signal(*joined, EventSubscription::kStarted);
    const auto next = log.VisibleHead().position + static_cast<std::int64_t>(random() % 400);
    while (!written && log.VisibleHead().position < next) {
      std::this_thread::yield();
    }
  }
  writer.join();
  const std::string end = EncodeCheckpoint(log.LedgerId(), log.VisibleHead().position);
  const auto headers = log.Headers();
  for (std::size_t i = 0; i < clients.size(); ++i) {
    clients[i]->WaitFor(end);
    const domain::EventFilter filter = Filter(specs[i]);
    std::vector<std::int64_t> expected;
    for (const auto& header : headers) {
      if (header.position > starts[i] && filter.Matches(header.stream, header.type)) {
        expected.push_back(header.position);
      }
    }
    EXPECT_THAT(clients[i]->Positions(), ElementsAreArray(expected));
  }
  hub.EndAll();
  for (const auto& client : clients) {
    client->WaitForEnd();
    hub.Detach(client->subscription);
  }
}

}  // namespace
}  // namespace florin::server
