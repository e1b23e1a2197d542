// Subscribers that join at random moments, with random starts, filters, speeds
// and disconnects, while the log grows: what each sees equals the filtered log,
// exactly. On one thread, so that a seed gives the same run again.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>

#include "tests/server/events/event_hub_fixture.h"

namespace florin::server {
namespace {

using testing::ElementsAreArray;

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

class RandomSubscriptionTest : public EventHubFixture, public testing::WithParamInterface<int> {
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
    start.after = subscriber->checkpoint.empty() ? subscriber->started_after
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
  const std::uint64_t seed =
      GetParam() == 0 ? std::random_device()() : static_cast<std::uint64_t>(GetParam());
  SCOPED_TRACE("seed " + std::to_string(seed));
  random.seed(seed);
  options.subscription.live_lag = static_cast<std::int64_t>(random() % 100);
  options.subscription.events_a_job = 1 + static_cast<int>(random() % 100);
  options.subscription.batch_bytes = 500 + random() % 5000;
  options.subscription.read_bytes = 1 + random() % 3000;
  options.cache_bytes = 1 + random() % 5000;
  MakeHub();
  for (int i = 0; i < 1500; ++i) Act();
  Drain();

  std::size_t events = 0;
  for (const Subscriber& subscriber : subscribers) {
    const auto once = Deduplicated(subscriber.seen);
    events += once.size();
    EXPECT_THAT(once,
                ElementsAreArray(Expected(Filter(subscriber.spec), subscriber.started_after)));
    EXPECT_EQ(PositionOf(subscriber.checkpoint), log.VisibleHead().position);
  }
  EXPECT_GT(events, 200U);
}

INSTANTIATE_TEST_SUITE_P(Seeds, RandomSubscriptionTest, testing::Range(0, 6));

}  // namespace
}  // namespace florin::server
