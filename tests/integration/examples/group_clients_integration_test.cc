// Goal: the client library's group consumers lose nothing and keep each stream's
// order, whatever is killed; the notification example tells of every movement.
// Method: the real server under writes, killed and started again; several
// consumers whose handlers fail now and then; then what they handled is compared
// with the log.
#include <gtest/gtest.h>
#include <signal.h>

#include <algorithm>
#include <atomic>
#include <map>
#include <mutex>
#include <set>
#include <sstream>
#include <thread>

#include "clients/cpp/client.h"
#include "clients/cpp/group_consumer.h"
#include "clients/cpp/wait_for.h"
#include "tests/integration/events/events_world.h"
#include "tests/support/child_program.h"
#include "tests/support/server_process.h"
#include "tests/support/temporary_directory.h"

namespace florin::integration {
namespace {

using client::Client;
using client::GroupConsumer;
using client::GroupConsumerOptions;
using client::Handled;
using std::chrono::milliseconds;
using std::chrono::seconds;

// How often each position was handled with success.
class Record {
 public:
  void Add(const Event& event) {
    const std::scoped_lock lock(mutex_);
    ++times_[event.position()];
  }
  [[nodiscard]] std::map<std::int64_t, int> times() const {
    const std::scoped_lock lock(mutex_);
    return times_;
  }

 private:
  mutable std::mutex mutex_;
  std::map<std::int64_t, int> times_;
};

class GroupClientsTest : public testing::Test {
 protected:
  void SetUp() override {
    server_ = test_support::ServerProcess::Start(directory_.path() + "/data");
    ASSERT_NE(server_, nullptr);
    client_ = Client::Connect(server_->address());
    world_ = std::make_unique<EventsWorld>(server_->channel());
    world_->Open();
  }

  void MakeGroup(const std::string& pattern) {
    v1::CreateGroupRequest request;
    request.set_group_id("g");
    request.set_beginning(true);
    auto* settings = request.mutable_settings();
    settings->mutable_filter()->add_type_patterns(pattern);
    settings->mutable_ack_timeout()->set_seconds(2);
    settings->mutable_min_backoff()->set_nanos(5'000'000);
    settings->mutable_max_backoff()->set_nanos(50'000'000);
    settings->set_max_attempts(-1);
    const auto created = client_->CreateGroup(request);
    ASSERT_TRUE(created.ok()) << created.error().ToString();
  }

  static GroupConsumerOptions Options(const std::string& name) {
    GroupConsumerOptions options;
    options.group_id = "g";
    options.member_name = name;
    return options;
  }

  [[nodiscard]] std::vector<std::int64_t> Matching(const std::string& pattern) const {
    const auto stub = EventService::NewStub(server_->channel());
    v1::EventFilter filter;
    filter.add_type_patterns(pattern);
    return Filtered(ReadAllEvents(stub.get()), filter);
  }

  const test_support::TemporaryDirectory directory_;
  std::unique_ptr<test_support::ServerProcess> server_;
  std::unique_ptr<Client> client_;
  std::unique_ptr<EventsWorld> world_;
};

TEST_F(GroupClientsTest, NothingIsLostOverKillsOfTheServerAndFailingHandlers) {
  const auto seed = std::random_device()();
  std::cout << "seed " << seed << '\n';
  MakeGroup("account.funds.*");
  Record record;
  std::atomic<std::uint64_t> turn = seed;
  const auto handler = [&](const v1::DeliveredEvent& delivery) {
    if (turn++ % 17 == 0) {
      return Handled::Retry("not this time");
    }
    record.Add(delivery.event());
    return Handled::Done();
  };
  std::vector<std::unique_ptr<Client>> clients;
  std::vector<std::unique_ptr<GroupConsumer>> consumers;
  for (int i = 0; i < 3; ++i) {
    clients.push_back(Client::Connect(server_->address()));
    consumers.push_back(std::make_unique<GroupConsumer>(*clients.back(),
                                                        Options("m" + std::to_string(i)), handler));
  }
  std::mt19937_64 random(seed);
  std::int64_t last = 0;
  for (int round = 0; round < 3; ++round) {
    for (int batch = 0; batch < 5; ++batch) {
      last = world_->Write(&random, "w" + std::to_string(round) + "-" + std::to_string(batch), 100);
      ASSERT_GT(last, 0);
    }
    if (round < 2) {
      ASSERT_TRUE(server_->RestartInPlace());
      world_ = std::make_unique<EventsWorld>(server_->channel());
    }
  }
  const auto passed = client::WaitForGroup(*client_, "g", last, seconds(60));
  EXPECT_TRUE(passed.ok()) << passed.error().ToString();
  std::int64_t delivered = 0;
  for (auto& consumer : consumers) {
    const auto stopped = consumer->Stop();
    EXPECT_TRUE(stopped.ok()) << stopped.error().ToString();
    delivered += consumer->stats().delivered;
    EXPECT_GE(consumer->stats().connections, 2);
  }
  const auto times = record.times();
  std::int64_t repeated = 0;
  for (const std::int64_t position : Matching("account.funds.*")) {
    ASSERT_TRUE(times.contains(position)) << "lost: " << position;
    repeated += times.at(position) - 1;
  }
  std::cout << delivered << " delivered, " << repeated << " handled again after a kill\n";
}

TEST_F(GroupClientsTest, EachStreamKeepsItsOrderAmongMembersThatComeAndGo) {
  MakeGroup("#");
  std::mutex mutex;
  std::map<std::string, std::vector<std::int64_t>> seen;
  const auto handler = [&](const v1::DeliveredEvent& delivery) {
    const std::scoped_lock lock(mutex);
    seen[delivery.event().stream()].push_back(delivery.event().position());
    return Handled::Done();
  };
  GroupConsumer stays(*client_, Options("stays"), handler);
  std::mt19937_64 random(3);
  std::int64_t last = 0;
  for (int round = 0; round < 6; ++round) {
    GroupConsumer comes(*client_, Options("comes"), handler);
    last = world_->Write(&random, "w" + std::to_string(round), 200);
    ASSERT_GT(last, 0);
    const auto stopped = comes.Stop();
    EXPECT_TRUE(stopped.ok()) << stopped.error().ToString();
  }
  const auto passed = client::WaitForGroup(*client_, "g", last, seconds(60));
  ASSERT_TRUE(passed.ok()) << passed.error().ToString();
  EXPECT_TRUE(stays.Stop().ok());
  // A graceful leave repeats nothing: what was handled is durable.
  std::size_t count = 0;
  for (const auto& [stream, positions] : seen) {
    EXPECT_TRUE(std::is_sorted(positions.begin(), positions.end())) << stream;
    EXPECT_EQ(std::set<std::int64_t>(positions.begin(), positions.end()).size(), positions.size())
        << stream;
    count += positions.size();
  }
  EXPECT_EQ(count, Matching("#").size());
}

TEST_F(GroupClientsTest, ASlowHandlerIsExtendedAndNotRepeated) {
  MakeGroup("account.opened");
  std::atomic<int> handled = 0;
  auto options = Options("slow");
  options.workers = 12;
  GroupConsumer consumer(*client_, options, [&](const v1::DeliveredEvent&) {
    // Longer than the ack_timeout.
    std::this_thread::sleep_for(seconds(3));
    ++handled;
    return Handled::Done();
  });
  const auto passed = client::WaitForGroup(*client_, "g", EventsWorld::kAccounts, seconds(60));
  EXPECT_TRUE(passed.ok()) << passed.error().ToString();
  EXPECT_TRUE(consumer.Stop().ok());
  EXPECT_EQ(handled, EventsWorld::kAccounts);
  EXPECT_GT(consumer.stats().extended, 0);
  EXPECT_EQ(consumer.stats().redelivered, 0);
}

TEST_F(GroupClientsTest, ParkedEventsAreSeenReplayedAndLogged) {
  MakeGroup("account.opened");
  std::atomic<bool> broken = true;
  GroupConsumer consumer(*client_, Options("m"), [&](const v1::DeliveredEvent&) {
    return broken ? Handled::Park("printer on fire") : Handled::Done();
  });
  ASSERT_TRUE(client::WaitForGroup(*client_, "g", EventsWorld::kAccounts, seconds(60)).ok());
  v1::ListParkedEventsRequest list;
  list.set_group_id("g");
  const auto parked = client_->ListParkedEvents(list);
  ASSERT_TRUE(parked.ok());
  ASSERT_EQ(parked.value().events_size(), EventsWorld::kAccounts);
  EXPECT_EQ(parked.value().events(0).last_reason(), "printer on fire");
  EXPECT_EQ(parked.value().events(0).member_name(), "m");
  broken = false;
  v1::ReplayParkedEventsRequest replay;
  replay.set_group_id("g");
  replay.set_all(true);
  replay.set_reason("fire is out");
  const auto replayed = client_->ReplayParkedEvents(replay);
  ASSERT_TRUE(replayed.ok());
  EXPECT_EQ(replayed.value().replayed_count(), EventsWorld::kAccounts);
  const auto limit = std::chrono::steady_clock::now() + seconds(60);
  while (consumer.stats().acknowledged < EventsWorld::kAccounts &&
         std::chrono::steady_clock::now() < limit) {
    std::this_thread::sleep_for(milliseconds(5));
  }
  EXPECT_TRUE(consumer.Stop().ok());
  v1::ListGroupActionsRequest log;
  log.set_group_id("g");
  const auto actions = client_->ListGroupActions(log);
  ASSERT_TRUE(actions.ok());
  const auto& last = *actions.value().actions().rbegin();
  EXPECT_EQ(last.kind(), v1::GROUP_ACTION_KIND_REPLAYED);
  EXPECT_EQ(last.reason(), "fire is out");
  EXPECT_EQ(last.event_count(), EventsWorld::kAccounts);
}

// The first field of each line is the event's id.
std::multiset<std::string> Ids(const std::string& output) {
  std::multiset<std::string> ids;
  std::istringstream lines(output);
  for (std::string line; std::getline(lines, line);) {
    ids.insert(line.substr(0, line.find('\t')));
  }
  return ids;
}

TEST_F(GroupClientsTest, NotificationsTellOfEveryMovementOverAKillOfAMember) {
  const std::string file = directory_.path() + "/lines";
  const auto start = [&] {
    return std::make_unique<test_support::ChildProgram>(
        std::vector<std::string>{FLORIN_NOTIFICATIONS, server_->address(), "notifications"}, file);
  };
  auto first = start();
  const auto second = start();
  // Both are there, so that the kill is one of a member; the first of them makes the group.
  v1::GetGroupRequest about;
  about.set_group_id("notifications");
  const auto limit = std::chrono::steady_clock::now() + seconds(60);
  const auto members = [&] {
    const auto group = client_->GetGroup(about);
    return group.ok() ? group.value().group().member_count() : 0;
  };
  while (members() < 2 && std::chrono::steady_clock::now() < limit)
    std::this_thread::sleep_for(milliseconds(5));
  ASSERT_EQ(members(), 2);
  std::mt19937_64 random(5);
  std::int64_t last = 0;
  for (int batch = 0; batch < 10; ++batch) {
    last = world_->Write(&random, "w" + std::to_string(batch), 100);
    ASSERT_GT(last, 0);
    if (batch == 4) {
      first->Signal(SIGKILL);
      EXPECT_EQ(first->Wait(), -1);
    }
  }
  const auto passed = client::WaitForGroup(*client_, "notifications", last, seconds(90));
  EXPECT_TRUE(passed.ok()) << passed.error().ToString();
  second->Signal(SIGTERM);
  EXPECT_EQ(second->Wait(), 0) << second->Errors();
  const auto ids = Ids(second->Output());
  const auto stub = EventService::NewStub(server_->channel());
  std::size_t wanted = 0;
  for (const Event& event : ReadAllEvents(stub.get())) {
    if (event.type() == "account.funds.deposited" || event.type() == "account.funds.withdrawn") {
      ++wanted;
      EXPECT_GE(ids.count(event.event_id()), 1U) << event.event_id();
    }
  }
  EXPECT_GE(ids.size(), wanted);
  std::cout << ids.size() - wanted << " lines came twice, for the kill\n";
}

}  // namespace
}  // namespace florin::integration
