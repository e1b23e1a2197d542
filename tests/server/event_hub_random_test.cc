// Subscribers that join at random moments, with random starts, filters, speeds
// and disconnects, while the log grows: what each sees equals the filtered log,
// exactly. Once on one thread, so that a seed gives the same run again, and
// once with the hub's own thread, readers and a writer at full speed.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <condition_variable>
#include <mutex>
#include <random>
#include <thread>

#include "tests/server/event_hub_fixture.h"

namespace florin::server {
namespace {

using testing::ElementsAreArray;

domain::EventFilterSpec RandomFilter(std::mt19937_64* random) {
  domain::EventFilterSpec spec;
  if ((*random)() % 3 == 0) spec.stream_prefixes = {"bank:", "transaction/t1"};
  if ((*random)() % 3 == 0) spec.streams = {"user:1", "bank:2"};
  if ((*random)() % 3 == 0) spec.type_patterns = {"account.#", "*.posted"};
  if ((*random)() % 9 == 0) spec.type_patterns = {"nothing.#"};
  return spec;
}

/// Without what was sent again because the connection broke within a command
/// or before its response was stored: a consumer drops it by position.
std::vector<std::int64_t> Deduplicated(const std::vector<std::int64_t>& seen) {
  std::vector<std::int64_t> once;
  for (const std::int64_t position : seen) {
    if (once.empty() || position > once.back()) once.push_back(position);
  }
  return once;
}

struct Subscriber {
  domain::EventFilterSpec spec;
  std::int64_t started_after = 0;
  int batch_events = 0;
  std::vector<std::int64_t> seen;
  std::string checkpoint;
};

class RandomSubscriptionTest : public EventHubFixture,
                               public testing::WithParamInterface<int> {
 protected:
  std::mt19937_64 random;
  struct Connected : Member {
    Subscriber* subscriber = nullptr;
    std::size_t taken = 0;
  };
  std::deque<Subscriber> subscribers;
  std::vector<Connected> connected;

  void Connect(Subscriber* subscriber) {
    SubscriptionStart start;
    start.filter = Filter(subscriber->spec);
    start.after = subscriber->checkpoint.empty()
                      ? subscriber->started_after
                      : PositionOf(subscriber->checkpoint);
    start.batch_events = subscriber->batch_events;
    Connected connection;
    static_cast<Member&>(connection) = Subscribe(std::move(start));
    connection.subscriber = subscriber;
    connected.push_back(std::move(connection));
  }

  void Join() {
    Subscriber subscriber;
    subscriber.spec = RandomFilter(&random);
    if (random() % 2 == 0) {
      subscriber.started_after = log.VisibleHead().position;
    }
    subscriber.batch_events = static_cast<int>(random() % 20);
    subscribers.push_back(std::move(subscriber));
    Connect(&subscribers.back());
  }

  /// The client takes a response and stores its checkpoint with it.
  void Take(Connected* connection) {
    if (!connection->client->writing) return;
    const auto& response = connection->client->responses[connection->taken++];
    for (const auto& event : response.events()) {
      connection->subscriber->seen.push_back(event.position());
    }
    connection->subscriber->checkpoint = response.checkpoint();
    TakeWrite(*connection);
  }

  void Disconnect(std::size_t which) {
    Subscriber* const subscriber = connected[which].subscriber;
    hub->Signal(connected[which].subscription, EventSubscription::kGone);
    hub->Step();
    hub->Detach(connected[which].subscription);
    hub->Step();
    connected.erase(connected.begin() + static_cast<std::ptrdiff_t>(which));
    Connect(subscriber);
  }

  void Act() {
    switch (random() % 12) {
      case 0:
        if (subscribers.size() < 12) Join();
        break;
      case 1:
        if (!connected.empty() && random() % 4 == 0) {
          Disconnect(random() % connected.size());
        }
        break;
      case 2:
      case 3:
        log.Write(static_cast<int>(1 + random() % 8));
        break;
      case 4:
      case 5:
        RunJob();
        break;
      case 6:
        now += std::chrono::milliseconds(random() % 500);
        break;
      case 7:
        readers_busy = random() % 4 == 0;
        break;
      case 8:
      case 9:
        if (!connected.empty()) Take(&connected[random() % connected.size()]);
        break;
      default:
        hub->Step();
    }
  }

  void Drain() {
    readers_busy = false;
    for (int quiet = 0; quiet < 4; ++quiet) {
      hub->Step();
      now += 10ms;
      while (RunJob()) quiet = 0;
      for (Connected& connection : connected) {
        if (connection.client->writing) quiet = 0;
        Take(&connection);
      }
    }
  }
};

TEST_P(RandomSubscriptionTest, SeesExactlyTheFilteredLog) {
  const std::uint64_t seed = GetParam() == 0
                                 ? std::random_device()()
                                 : static_cast<std::uint64_t>(GetParam());
  SCOPED_TRACE("seed " + std::to_string(seed));
  random.seed(seed);
  options.subscription.live_lag = static_cast<std::int64_t>(random() % 100);
  options.subscription.events_a_job = 1 + static_cast<int>(random() % 100);
  options.subscription.batch_bytes = 500 + random() % 5000;
  options.cache_bytes = 1 + random() % 5000;
  MakeHub();
  for (int i = 0; i < 1500; ++i) Act();
  Drain();

  std::size_t events = 0;
  for (const Subscriber& subscriber : subscribers) {
    const auto once = Deduplicated(subscriber.seen);
    events += once.size();
    EXPECT_THAT(once, ElementsAreArray(Expected(Filter(subscriber.spec),
                                                subscriber.started_after)));
    EXPECT_EQ(PositionOf(subscriber.checkpoint), log.VisibleHead().position);
  }
  EXPECT_GT(events, 200U);
}

INSTANTIATE_TEST_SUITE_P(Seeds, RandomSubscriptionTest, testing::Range(0, 6));

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
    EXPECT_TRUE(changed_.wait_for(lock, 30s, [&] {
      return checkpoint_ == checkpoint;
    })) << positions_.size();
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
      &log,
      [&readers](std::function<void()> job) {
        return readers.Read(std::move(job));
      },
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
    const auto next =
        log.VisibleHead().position + static_cast<std::int64_t>(random() % 400);
    while (!written && log.VisibleHead().position < next) {
      std::this_thread::yield();
    }
  }
  writer.join();
  const std::string end =
      EncodeCheckpoint(log.LedgerId(), log.VisibleHead().position);
  const auto headers = log.Headers();
  for (std::size_t i = 0; i < clients.size(); ++i) {
    clients[i]->WaitFor(end);
    const domain::EventFilter filter = Filter(specs[i]);
    std::vector<std::int64_t> expected;
    for (const auto& header : headers) {
      if (header.position > starts[i] &&
          filter.Matches(header.stream, header.type)) {
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
