// Goal: a member handles every event, a stream's one after another, and tells
// the server what became of each; it survives lost connections and leaves
// gracefully.
// Method: the real consumer against a group in memory.
#include "clients/cpp/group_consumer.h"

#include <gmock/gmock.h>
#include <google/protobuf/util/time_util.h>
#include <gtest/gtest.h>

#include <functional>
#include <map>
#include <set>
#include <stdexcept>

#include "tests/clients/fake_groups.h"

namespace florin::client {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using testing::ElementsAre;
using testing::SizeIs;

ClientOptions Impatient() {
  ClientOptions options;
  options.retry.initial_backoff = milliseconds(1);
  options.retry.max_backoff = milliseconds(5);
  return options;
}

// What handlers did, and whether two were ever at one stream.
class Diary {
 public:
  void Enter(const v1::Event& event) {
    const std::scoped_lock lock(mutex_);
    EXPECT_TRUE(busy_.insert(event.stream()).second) << "two at " << event.stream();
  }
  void Leave(const v1::Event& event) {
    const std::scoped_lock lock(mutex_);
    busy_.erase(event.stream());
    seen_[event.stream()].push_back(event.position());
  }
  [[nodiscard]] std::map<std::string, std::vector<std::int64_t>> seen() const {
    const std::scoped_lock lock(mutex_);
    return seen_;
  }

 private:
  mutable std::mutex mutex_;
  std::set<std::string> busy_;
  std::map<std::string, std::vector<std::int64_t>> seen_;
};

// Handlers stop here until it is opened.
class Gate {
 public:
  void Pass() {
    std::unique_lock lock(mutex_);
    ++waiting_;
    changed_.notify_all();
    changed_.wait(lock, [this] { return open_; });
  }
  void AwaitWaiting(int count) {
    std::unique_lock lock(mutex_);
    EXPECT_TRUE(changed_.wait_for(lock, seconds(20), [&] { return waiting_ >= count; }));
  }
  void Open() {
    const std::scoped_lock lock(mutex_);
    open_ = true;
    changed_.notify_all();
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  int waiting_ = 0;
  bool open_ = false;
};

class GroupConsumerTest : public testing::Test {
 protected:
  GroupConsumerOptions Options() {
    GroupConsumerOptions options;
    options.group_id = "g";
    options.member_name = "m";
    return options;
  }

  void SetAckTimeout(milliseconds timeout) {
    const std::scoped_lock lock(groups_.mutex);
    *groups_.group.mutable_settings()->mutable_ack_timeout() =
        google::protobuf::util::TimeUtil::MillisecondsToDuration(timeout.count());
  }

  // Calls `holds` with the group locked.
  bool Eventually(const std::function<bool()>& holds) {
    const auto limit = std::chrono::steady_clock::now() + seconds(10);
    while (std::chrono::steady_clock::now() < limit) {
      {
        const std::scoped_lock lock(groups_.mutex);
        if (holds()) {
          return true;
        }
      }
      std::this_thread::sleep_for(milliseconds(1));
    }
    return false;
  }

  FakeGroups groups_;
  const FakeServer server_{{&groups_}};
  const std::unique_ptr<Client> client_ = Client::Connect(server_.target(), Impatient());
};

TEST_F(GroupConsumerTest, HandlesEveryEventInTheOrderOfItsStream) {
  groups_.Fill(1000, 7);
  Diary diary;
  GroupConsumer consumer(*client_, Options(), [&](const v1::DeliveredEvent& delivery) {
    diary.Enter(delivery.event());
    diary.Leave(delivery.event());
    return Handled::Done();
  });
  ASSERT_TRUE(groups_.AwaitEmpty());
  EXPECT_TRUE(consumer.Stop().ok());
  std::size_t count = 0;
  for (const auto& [stream, positions] : diary.seen()) {
    EXPECT_TRUE(std::is_sorted(positions.begin(), positions.end())) << stream;
    count += positions.size();
  }
  EXPECT_EQ(count, 1000U);
  EXPECT_THAT(groups_.done, SizeIs(1000));
  const auto stats = consumer.stats();
  EXPECT_EQ(stats.delivered, 1000);
  EXPECT_EQ(stats.acknowledged, 1000);
  EXPECT_EQ(stats.in_hand, 0);
  EXPECT_EQ(stats.refused, 0);
}

TEST_F(GroupConsumerTest, WorksOnSeveralStreamsAtOnce) {
  groups_.Fill(4, 4);
  Gate gate;
  auto options = Options();
  options.workers = 3;
  GroupConsumer consumer(*client_, options, [&](const v1::DeliveredEvent&) {
    gate.Pass();
    return Handled::Done();
  });
  gate.AwaitWaiting(3);
  EXPECT_EQ(consumer.stats().in_hand, 4);
  gate.Open();
  EXPECT_TRUE(groups_.AwaitEmpty());
}

TEST_F(GroupConsumerTest, PutsManyAcknowledgementsIntoFewMessages) {
  groups_.Fill(400, 400);
  auto options = Options();
  options.acknowledge_linger = seconds(10);
  GroupConsumer consumer(*client_, options,
                         [](const v1::DeliveredEvent&) { return Handled::Done(); });
  // Not after the linger: there is nothing left to do.
  ASSERT_TRUE(groups_.AwaitEmpty(seconds(5)));
  EXPECT_TRUE(consumer.Stop().ok());
  EXPECT_LE(groups_.acknowledge_messages, 40);
}

TEST_F(GroupConsumerTest, SaysWhatBecameOfEachEvent) {
  groups_.Fill(5, 5);
  GroupConsumer consumer(*client_, Options(), [](const v1::DeliveredEvent& delivery) -> Handled {
    switch (delivery.event().position()) {
      case 1:
        return delivery.attempt() == 1 ? Handled::Retry("not now") : Handled::Done();
      case 2:
        return Handled::Park("cannot be read");
      case 3:
        return Handled::Skip("nobody wants it");
      case 4:
        if (delivery.attempt() == 1) {
          throw std::runtime_error("mail server \xFF is down");
        }
        return Handled::Done();
      default:
        return Handled::Done();
    }
  });
  ASSERT_TRUE(groups_.AwaitEmpty());
  EXPECT_TRUE(consumer.Stop().ok());
  EXPECT_THAT(groups_.parked, ElementsAre(2));
  EXPECT_THAT(groups_.done, testing::UnorderedElementsAre(1, 4, 5));
  std::map<v1::NackAction, std::vector<std::string>> reasons;
  for (const auto& nack : groups_.nacks) {
    reasons[nack.action()].push_back(nack.reason());
  }
  EXPECT_THAT(reasons[v1::NACK_ACTION_PARK], ElementsAre("cannot be read"));
  EXPECT_THAT(reasons[v1::NACK_ACTION_SKIP], ElementsAre("nobody wants it"));
  EXPECT_THAT(reasons[v1::NACK_ACTION_RETRY],
              testing::UnorderedElementsAre("not now", "mail server ? is down"));
  const auto stats = consumer.stats();
  EXPECT_EQ(stats.redelivered, 2);
  EXPECT_EQ(stats.retried, 2);
  EXPECT_EQ(stats.parked, 1);
  EXPECT_EQ(stats.skipped, 1);
  EXPECT_EQ(stats.acknowledged, 3);
}

TEST_F(GroupConsumerTest, ExtendsWhatTakesLong) {
  groups_.group.mutable_settings()->mutable_ack_timeout()->set_seconds(0);
  groups_.group.mutable_settings()->mutable_ack_timeout()->set_nanos(90'000'000);
  groups_.Fill(2, 2);
  Gate gate;
  auto options = Options();
  options.workers = 1;
  GroupConsumer consumer(*client_, options, [&](const v1::DeliveredEvent&) {
    gate.Pass();
    return Handled::Done();
  });
  // Both the one at work and the one that waits for the worker.
  const auto limit = std::chrono::steady_clock::now() + seconds(20);
  for (bool both = false; !both && std::chrono::steady_clock::now() < limit;) {
    std::this_thread::sleep_for(milliseconds(1));
    const std::scoped_lock lock(groups_.mutex);
    const auto& ids = groups_.extended;
    both = std::count(ids.begin(), ids.end(), "d1") > 2 &&
           std::count(ids.begin(), ids.end(), "d2") > 2;
  }
  gate.Open();
  EXPECT_TRUE(groups_.AwaitEmpty());
  EXPECT_GT(consumer.stats().extended, 4);
  EXPECT_EQ(consumer.stats().not_begun, 0);
}

TEST_F(GroupConsumerTest, LetsGoOfWhatIsHeldTooLong) {
  groups_.group.mutable_settings()->mutable_ack_timeout()->set_seconds(0);
  groups_.group.mutable_settings()->mutable_ack_timeout()->set_nanos(60'000'000);
  groups_.Fill(2, 2);
  Gate gate;
  auto options = Options();
  options.workers = 1;
  options.hold_limit = milliseconds(0);
  std::atomic<int> handled = 0;
  GroupConsumer consumer(*client_, options, [&](const v1::DeliveredEvent&) {
    ++handled;
    gate.Pass();
    return Handled::Done();
  });
  gate.AwaitWaiting(1);
  std::this_thread::sleep_for(milliseconds(100));
  gate.Open();
  const auto limit = std::chrono::steady_clock::now() + seconds(20);
  while (consumer.stats().in_hand > 0 && std::chrono::steady_clock::now() < limit) {
    std::this_thread::sleep_for(milliseconds(1));
  }
  // The server has given the second one to somebody else by now.
  EXPECT_EQ(handled, 1);
  EXPECT_EQ(consumer.stats().not_begun, 1);
  EXPECT_EQ(consumer.stats().extended, 0);
}

TEST_F(GroupConsumerTest, JoinsAgainInItsOwnPlaceAfterALostConnection) {
  Gate gate;
  Diary diary;
  std::atomic<int> lost = 0;
  auto options = Options();
  options.workers = 2;
  options.on_disconnect = [&](const ClientError& error, std::optional<milliseconds> delay) {
    EXPECT_EQ(error.reason, "SHUTTING_DOWN");
    EXPECT_TRUE(delay);
    ++lost;
  };
  groups_.Fill(20, 5);
  GroupConsumer consumer(*client_, options, [&](const v1::DeliveredEvent& delivery) {
    diary.Enter(delivery.event());
    if (delivery.event().position() <= 2) {
      gate.Pass();
    }
    diary.Leave(delivery.event());
    return Handled::Done();
  });
  gate.AwaitWaiting(2);
  groups_.Break(LedgerStatus(grpc::StatusCode::UNAVAILABLE, "SHUTTING_DOWN", "the server stops"));
  // The handlers go on; what they have comes again only when they are done.
  const auto limit = std::chrono::steady_clock::now() + seconds(20);
  while (consumer.stats().connections < 2 && std::chrono::steady_clock::now() < limit) {
    std::this_thread::sleep_for(milliseconds(1));
  }
  gate.Open();
  ASSERT_TRUE(groups_.AwaitEmpty());
  EXPECT_TRUE(consumer.Stop().ok());
  EXPECT_EQ(lost, 1);
  EXPECT_THAT(groups_.done, SizeIs(20));
  ASSERT_THAT(groups_.joins, SizeIs(2));
  EXPECT_FALSE(groups_.joins[0].take_over());
  EXPECT_TRUE(groups_.joins[1].take_over());
  EXPECT_EQ(groups_.joins[1].member_name(), "m");
  EXPECT_EQ(consumer.stats().too_late, 2);
}

TEST_F(GroupConsumerTest, LeavesOnlyWhenEverythingItDidIsDurable) {
  groups_.Fill(3, 3);
  Gate gate;
  auto options = Options();
  options.workers = 1;
  options.acknowledge_linger = seconds(10);
  GroupConsumer consumer(*client_, options, [&](const v1::DeliveredEvent&) {
    gate.Pass();
    return Handled::Done();
  });
  gate.AwaitWaiting(1);
  std::thread stopper([&] { EXPECT_TRUE(consumer.Stop().ok()); });
  EXPECT_FALSE(consumer.WaitFor(milliseconds(50)));
  gate.Open();
  stopper.join();
  // The two that no handler had begun are left to others.
  EXPECT_THAT(groups_.done, SizeIs(1));
  EXPECT_EQ(consumer.stats().not_begun, 2);
  EXPECT_TRUE(consumer.Stop().ok());
}

TEST_F(GroupConsumerTest, AcknowledgesInTimeWhileItsLastHandlersRun) {
  SetAckTimeout(milliseconds(600));
  groups_.Fill(2, 2);
  Gate first;
  Gate second;
  GroupConsumer consumer(*client_, Options(), [&](const v1::DeliveredEvent& delivery) {
    (delivery.event().position() == 1 ? first : second).Pass();
    return Handled::Done();
  });
  first.AwaitWaiting(1);
  second.AwaitWaiting(1);
  std::thread stopper([&] { EXPECT_TRUE(consumer.Stop().ok()); });
  EXPECT_FALSE(consumer.WaitFor(milliseconds(20)));
  first.Open();
  EXPECT_TRUE(Eventually([&] { return groups_.done.size() == 1; }));
  second.Open();
  stopper.join();
  EXPECT_THAT(groups_.done, ElementsAre(1, 2));
}

TEST_F(GroupConsumerTest, ReadsTheAckTimeoutAgainAfterARefusal) {
  SetAckTimeout(std::chrono::hours(12));
  groups_.Fill(2, 2);
  Gate gate;
  GroupConsumer consumer(*client_, Options(), [&](const v1::DeliveredEvent& delivery) {
    if (delivery.event().position() == 2) {
      gate.Pass();
      return Handled::Done();
    }
    gate.AwaitWaiting(1);
    SetAckTimeout(milliseconds(90));
    const_cast<v1::DeliveredEvent&>(delivery).set_delivery_id("timed out");
    return Handled::Done();
  });
  EXPECT_TRUE(Eventually([&] { return groups_.extended.size() > 2; }));
  gate.Open();
  EXPECT_TRUE(consumer.Stop().ok());
  EXPECT_THAT(groups_.done, ElementsAre(2));
}

TEST_F(GroupConsumerTest, AHandlerMayEndItWithTheEventItHas) {
  groups_.Fill(20, 1);
  std::atomic<int> handled = 0;
  GroupConsumer consumer(*client_, Options(), [&](const v1::DeliveredEvent&) {
    if (++handled == 3) {
      consumer.BeginStop();
    }
    return Handled::Done();
  });
  const auto limit = std::chrono::steady_clock::now() + seconds(20);
  while (handled < 3 && std::chrono::steady_clock::now() < limit) {
    std::this_thread::sleep_for(milliseconds(1));
  }
  EXPECT_TRUE(consumer.Stop().ok());
  EXPECT_EQ(handled, 3);
  EXPECT_THAT(groups_.done, ElementsAre(1, 2, 3));
}

TEST_F(GroupConsumerTest, StopSaysWhenTheLastWordsWereLost) {
  groups_.Fill(1, 1);
  Gate gate;
  GroupConsumer consumer(*client_, Options(), [&](const v1::DeliveredEvent&) {
    gate.Pass();
    return Handled::Done();
  });
  gate.AwaitWaiting(1);
  std::thread opener([&] {
    std::this_thread::sleep_for(milliseconds(50));
    gate.Open();
  });
  groups_.Break({grpc::StatusCode::UNAVAILABLE, "connection lost"});
  groups_.refuse_join = grpc::Status(grpc::StatusCode::UNAVAILABLE, "still away");
  const DoneResult stopped = consumer.Stop();
  opener.join();
  ASSERT_FALSE(stopped.ok());
  EXPECT_EQ(stopped.error().code, grpc::StatusCode::UNAVAILABLE);
}

TEST_F(GroupConsumerTest, TellsOfAcknowledgementsThatWereRefused) {
  groups_.Fill(1, 1);
  std::mutex mutex;
  std::vector<std::string> refused;
  auto options = Options();
  options.on_refusal = [&](const std::string& delivery_id, const ClientError& refusal) {
    const std::scoped_lock lock(mutex);
    refused.push_back(delivery_id + " " + refusal.reason);
  };
  GroupConsumer consumer(*client_, options, [&](const v1::DeliveredEvent& delivery) {
    const_cast<v1::DeliveredEvent&>(delivery).set_delivery_id("other");
    return Handled::Done();
  });
  const auto limit = std::chrono::steady_clock::now() + seconds(20);
  while (consumer.stats().refused == 0 && std::chrono::steady_clock::now() < limit) {
    std::this_thread::sleep_for(milliseconds(1));
  }
  EXPECT_TRUE(consumer.Stop().ok());
  EXPECT_THAT(refused, ElementsAre("other DELIVERY_UNKNOWN"));
}

TEST_F(GroupConsumerTest, EndsOnWhatRetryingDoesNotCure) {
  auto options = Options();
  options.group_id = "none";
  GroupConsumer lost(*client_, options, [](const v1::DeliveredEvent&) { return Handled::Done(); });
  const DoneResult ended = lost.Wait();
  ASSERT_FALSE(ended.ok());
  EXPECT_EQ(ended.error().reason, "GROUP_NOT_FOUND");

  groups_.refuse_join =
      LedgerStatus(grpc::StatusCode::ALREADY_EXISTS, "MEMBER_EXISTS", "m is there already");
  GroupConsumer second(*client_, Options(),
                       [](const v1::DeliveredEvent&) { return Handled::Done(); });
  const DoneResult refused = second.Wait();
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(refused.error().reason, "MEMBER_EXISTS");
  EXPECT_THAT(groups_.joins, SizeIs(1));
}

TEST_F(GroupConsumerTest, GivesUpAFirstConnectionByTheClientsPolicy) {
  const auto nobody = Client::Connect("127.0.0.1:1", Impatient());
  GroupConsumer consumer(*nobody, Options(),
                         [](const v1::DeliveredEvent&) { return Handled::Done(); });
  const DoneResult ended = consumer.Wait();
  ASSERT_FALSE(ended.ok());
  EXPECT_EQ(ended.error().code, grpc::StatusCode::UNAVAILABLE);
  EXPECT_FALSE(consumer.Stop().ok());
}

}  // namespace
}  // namespace florin::client
