// A thousand subscribers at once, through real gRPC: each with a filter of its own, all while two
// writers write; each sees exactly the filtered log. Nobody has a thread, as nobody has one in the
// server.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <functional>
#include <limits>
#include <thread>

#include "tests/integration/events/events_world.h"
#include "tests/support/server_process.h"
#include "tests/support/temporary_directory.h"

namespace florin::integration {
namespace {

using test_support::ServerProcess;
using test_support::TemporaryDirectory;
using testing::ElementsAreArray;

constexpr int kSubscribers = 1'000;
constexpr int kChannels = 10;
constexpr int kBatchesEach = 30;
constexpr int kConnectionsMax = 20;

/// One subscription of a member, from its beginning to its end.
class CrowdCall final : public grpc::ClientReadReactor<florin::v1::SubscribeEventsResponse> {
 public:
  /// True: that was the last response it wants.
  using Take = std::function<bool(const florin::v1::SubscribeEventsResponse&)>;

  CrowdCall(EventService::Stub* stub, const florin::v1::SubscribeEventsRequest& request, Take take)
      : request_(request), take_(std::move(take)) {
    stub->async()->SubscribeEvents(&context_, &request_, this);
    StartRead(&response_);
    StartCall();
  }

  void Await() { done_.wait(false); }

 private:
  void OnReadDone(bool ok) override {
    if (!ok) return;
    if (take_(response_)) {
      context_.TryCancel();
    } else {
      StartRead(&response_);
    }
  }
  void OnDone(const grpc::Status& /*status*/) override {
    done_ = true;
    done_.notify_all();
  }

  const florin::v1::SubscribeEventsRequest request_;
  const Take take_;
  grpc::ClientContext context_;
  florin::v1::SubscribeEventsResponse response_;
  std::atomic<bool> done_{false};
};

/// Reads from the beginning until it has caught up with a head that the test names when it knows.
class CrowdMember {
 public:
  CrowdMember(EventService::Stub* stub, std::mt19937_64* random,
              const std::atomic<std::int64_t>* head)
      : stub_(stub), head_(head) {
    florin::v1::EventFilter filter = RandomFilter(random);
    // Most want little, as it is where there are many.
    if ((*random)() % 20 != 0)
      filter.add_streams(EventsWorld::Account(static_cast<int>((*random)() % 20)));
    *request_.mutable_filter() = std::move(filter);
    request_.mutable_heartbeat_interval()->set_seconds(1);
    Open();
  }

  /// Goes on behind its checkpoint if its connection is lost, as it may be where a thousand share
  /// a busy machine.
  void Await() {
    for (int connections = 1;; ++connections) {
      call_->Await();
      if (caught_up_ || connections == kConnectionsMax) return;
      Open();
    }
  }

  void Check(const std::vector<Event>& log) const {
    EXPECT_TRUE(caught_up_);
    EXPECT_THAT(seen_, ElementsAreArray(Filtered(log, request_.filter())))
        << request_.filter().ShortDebugString();
  }

 private:
  void Open() {
    call_ = std::make_unique<CrowdCall>(stub_, request_,
                                        [this](const auto& response) { return Take(response); });
  }

  bool Take(const florin::v1::SubscribeEventsResponse& response) {
    for (const Event& event : response.events()) {
      // A command larger than a response comes again after a disconnect.
      if (seen_.empty() || event.position() > seen_.back()) seen_.push_back(event.position());
    }
    request_.set_after_checkpoint(response.checkpoint());
    caught_up_ = response.caught_up() && response.head_position() >= *head_;
    return caught_up_;
  }

  EventService::Stub* const stub_;
  const std::atomic<std::int64_t>* const head_;
  florin::v1::SubscribeEventsRequest request_;
  std::vector<std::int64_t> seen_;
  bool caught_up_ = false;
  std::unique_ptr<CrowdCall> call_;
};

TEST(EventsCrowdTest, AThousandSubscribersSeeExactlyTheirEvents) {
  const std::uint64_t seed = std::random_device()();
  SCOPED_TRACE("seed " + std::to_string(seed));
  std::printf("seed %llu\n", static_cast<unsigned long long>(seed));
  std::mt19937_64 random(seed);
  TemporaryDirectory directory;
  const auto server = ServerProcess::Start(directory.path());
  ASSERT_NE(server, nullptr);
  EventsWorld(server->channel()).Open();

  std::atomic<std::int64_t> head{std::numeric_limits<std::int64_t>::max()};
  std::atomic<std::int64_t> last{0};
  std::vector<std::thread> writers;
  writers.reserve(2);
  for (int w = 0; w < 2; ++w) {
    writers.emplace_back([&, w] {
      EventsWorld writer(server->NewChannel());
      std::mt19937_64 own(seed + static_cast<std::uint64_t>(w) + 1);
      for (int i = 0; i < kBatchesEach; ++i) {
        const std::int64_t position =
            writer.Write(&own, "w" + std::to_string(w), 1 + static_cast<int>(own() % 40));
        EXPECT_GT(position, 0);
        std::int64_t known = last;
        while (known < position && !last.compare_exchange_weak(known, position)) {
        }
      }
    });
  }
  std::vector<std::unique_ptr<EventService::Stub>> stubs(kChannels);
  for (auto& stub : stubs) stub = EventService::NewStub(server->NewChannel());
  std::vector<std::unique_ptr<CrowdMember>> members;
  members.reserve(kSubscribers);
  for (int i = 0; i < kSubscribers; ++i)
    members.push_back(std::make_unique<CrowdMember>(
        stubs[static_cast<std::size_t>(i) % stubs.size()].get(), &random, &head));
  for (auto& writer : writers) writer.join();
  head = last.load();
  for (auto& member : members) member->Await();

  const auto log = ReadAllEvents(stubs.front().get());
  ASSERT_EQ(std::ssize(log), last.load());
  for (const auto& member : members) member->Check(log);
}

}  // namespace
}  // namespace florin::integration
