#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "florin/v1/event_service.pb.h"
#include "server/convert/event_checkpoint.h"
#include "server/events/hub.h"
#include "tests/server/events/event_log.h"

namespace florin::server {

using namespace std::chrono_literals;  // NOLINT(google-build-using-namespace)

/// The client of one subscription: takes a response when the test says so.
class FakeClient final : public SubscriptionSink {
 public:
  void Write(std::string response) override {
    ASSERT_FALSE(writing) << "a write while one is on its way";
    ASSERT_FALSE(finished);
    writing = true;
    bytes_max = std::max(bytes_max, response.size());
    florin::v1::SubscribeEventsResponse parsed;
    ASSERT_TRUE(parsed.ParseFromString(response));
    responses.push_back(std::move(parsed));
  }
  void Finish(const std::optional<domain::Refusal>& refusal) override {
    ASSERT_FALSE(finished) << "finished twice";
    finished = true;
    reason = refusal ? refusal->reason : domain::Reason::kNone;
    message = refusal ? refusal->message : "";
  }
  void Cut() override { ++cuts; }

  [[nodiscard]] std::vector<std::int64_t> Positions() const {
    std::vector<std::int64_t> positions;
    for (const auto& response : responses) {
      for (const auto& event : response.events()) {
        positions.push_back(event.position());
      }
    }
    return positions;
  }
  [[nodiscard]] const florin::v1::SubscribeEventsResponse& last() const { return responses.back(); }

  bool writing = false;
  bool finished = false;
  domain::Reason reason = domain::Reason::kNone;
  std::string message;
  int cuts = 0;
  std::size_t bytes_max = 0;
  std::vector<florin::v1::SubscribeEventsResponse> responses;
};

/// A hub whose clock, thread and readers are the test's.
class EventHubFixture : public testing::Test {
 protected:
  explicit EventHubFixture(std::uint64_t seed = 1, std::size_t ring_commit_groups = 4)
      : log(seed, ring_commit_groups) {
    options.now = [this] { return now; };
    options.own_thread = false;
  }

  void WriteCommitGroups(int commit_groups, int commands = 5) {
    for (int i = 0; i < commit_groups; ++i) log.Write(commands);
  }

  void MakeHub() {
    hub = std::make_unique<EventHub>(
        &log,
        [this](std::function<void()> job) {
          if (readers_busy) return false;
          jobs.push_back(std::move(job));
          return true;
        },
        options);
  }

  struct Member {
    std::unique_ptr<FakeClient> client = std::make_unique<FakeClient>();
    EventSubscriptionPtr subscription;
  };

  Member Subscribe(SubscriptionStart start) {
    if (hub == nullptr) MakeHub();
    Member member;
    auto joined = hub->Join(std::move(start), member.client.get());
    EXPECT_TRUE(joined.ok());
    member.subscription = *joined;
    hub->Signal(member.subscription, EventSubscription::kStarted);
    members.push_back(member.subscription);
    return member;
  }

  bool RunJob() {
    if (jobs.empty()) return false;
    const auto job = std::move(jobs.front());
    jobs.pop_front();
    job();
    return true;
  }

  void TakeWrite(const Member& member) {
    ASSERT_TRUE(member.client->writing);
    member.client->writing = false;
    hub->Signal(member.subscription, EventSubscription::kWriteDone);
  }

  /// Jobs, turns and writes until nothing moves any more.
  void Settle(const std::vector<const Member*>& reading) {
    for (bool moved = true; moved;) {
      hub->Step();
      // What asks for another turn gets it in the next step.
      hub->Step();
      moved = RunJob();
      for (const Member* member : reading) {
        if (!member->client->writing) continue;
        TakeWrite(*member);
        moved = true;
      }
    }
  }

  void TearDown() override {
    for (const auto& member : members) hub->Detach(member);
    while (RunJob()) {
    }
    if (hub != nullptr) hub->Step();
    members.clear();
    hub.reset();
    EXPECT_EQ(log.listeners(), 0U);
  }

  /// Positions of the log's events that pass, after `after`.
  [[nodiscard]] std::vector<std::int64_t> Expected(const domain::EventFilter& filter,
                                                   std::int64_t after) const {
    std::vector<std::int64_t> positions;
    for (const auto& header : log.Headers()) {
      if (header.position > after && filter.Matches(header.stream, header.type)) {
        positions.push_back(header.position);
      }
    }
    return positions;
  }

  [[nodiscard]] std::int64_t PositionOf(const std::string& checkpoint) const {
    const auto position = DecodeCheckpoint(checkpoint, log.LedgerId(), log.VisibleHead().position);
    EXPECT_TRUE(position.ok());
    return position.ok() ? *position : -1;
  }

  EventClock::time_point now{std::chrono::hours(1)};
  EventHubOptions options;
  EventLog log;
  bool readers_busy = false;
  std::deque<std::function<void()>> jobs;
  std::unique_ptr<EventHub> hub;
  std::vector<EventSubscriptionPtr> members;
};

inline domain::EventFilter Filter(const domain::EventFilterSpec& spec) {
  auto filter = domain::EventFilter::Compile(spec);
  EXPECT_TRUE(filter.ok());
  return filter.ok() ? std::move(*filter) : domain::EventFilter();
}

inline domain::EventFilterSpec RandomFilter(std::mt19937_64* random) {
  domain::EventFilterSpec spec;
  if ((*random)() % 3 == 0) spec.stream_prefixes = {"bank:", "transaction/t1"};
  if ((*random)() % 3 == 0) spec.streams = {"user:1", "bank:2"};
  if ((*random)() % 3 == 0) spec.type_patterns = {"account.#", "*.posted"};
  if ((*random)() % 9 == 0) spec.type_patterns = {"nothing.#"};
  return spec;
}

}  // namespace florin::server
