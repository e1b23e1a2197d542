// EventService through real gRPC: subscribers that join at random moments under
// write load, with random filters, speeds and disconnects, see exactly the
// filtered log; every checkpoint resumes; pages equal the subscription; the hash chain
// holds, by OpenSSL alone.

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <openssl/sha.h>

#include <atomic>
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

class EventsIntegrationTest : public testing::Test {
 protected:
  void SetUp() override {
    server = ServerProcess::Start(directory.path());
    ASSERT_NE(server, nullptr);
    Connect();
    world->Open();
  }

  void Connect() {
    world = std::make_unique<EventsWorld>(server->channel());
    events = EventService::NewStub(server->channel());
  }

  TemporaryDirectory directory;
  std::unique_ptr<ServerProcess> server;
  std::unique_ptr<EventsWorld> world;
  std::unique_ptr<EventService::Stub> events;
};

constexpr std::int64_t kHeadUnknown = std::numeric_limits<std::int64_t>::max();

/// Reads until it has caught up with a head that the test names when it knows.
class Subscriber {
 public:
  /// `batches` counts what the writers have written.
  Subscriber(std::shared_ptr<grpc::Channel> channel, std::uint64_t seed,
             const std::atomic<std::int64_t>* head, const std::atomic<int>* batches)
      : channel_(std::move(channel)), random_(seed), head_(head), batches_(batches) {
    filter_ = RandomFilter(&random_);
    batch_size_ = static_cast<int>(random_() % 3 == 0 ? random_() % 50 : 0);
    from_end_ = random_() % 4 == 0;
    slow_ = random_() % 3 == 0;
  }

  void Run() {
    while (!done_ && connections_ < 1000) ReadSome();
  }

  void Check(const std::vector<Event>& log) const {
    EXPECT_TRUE(done_);
    auto expected = Filtered(log, filter_);
    std::erase_if(expected, [this](std::int64_t p) { return p <= start_; });
    EXPECT_THAT(seen_, ElementsAreArray(expected))
        << filter_.ShortDebugString() << " over " << connections_ << " connections";
  }

  /// Connections of all subscribers so far.
  inline static std::atomic<int> opened{0};

 private:
  void ReadSome() {
    ++connections_;
    ++opened;
    grpc::ClientContext context;
    florin::v1::SubscribeEventsRequest request;
    *request.mutable_filter() = filter_;
    request.set_max_batch_size(batch_size_);
    request.mutable_heartbeat_interval()->set_nanos(100'000'000);
    if (!checkpoint_.empty()) {
      request.set_after_checkpoint(checkpoint_);
    } else if (from_end_) {
      request.set_end(true);
    }
    auto stream = EventService::NewStub(channel_)->SubscribeEvents(&context, request);
    std::uint64_t left = random_() % 16 == 0 ? 1'000'000 : 1 + random_() % 30;
    florin::v1::SubscribeEventsResponse response;
    while (left-- > 0 && stream->Read(&response)) {
      Take(response);
      if (done_) break;
      if (slow_) Dawdle();
    }
    context.TryCancel();
    while (stream->Read(&response)) {
    }
    EXPECT_EQ(stream->Finish().error_code(), grpc::StatusCode::CANCELLED);
  }

  /// Does not read while the writers write some more.
  void Dawdle() {
    const int until = *batches_ + static_cast<int>(random_() % 20);
    for (int now = *batches_; now < until && *head_ == kHeadUnknown; now = *batches_)
      batches_->wait(now);
  }

  void Take(const florin::v1::SubscribeEventsResponse& response) {
    if (checkpoint_.empty() && from_end_) {
      // Where the end was: before the first event, or the head itself.
      start_ =
          response.events().empty() ? response.head_position() : response.events(0).position() - 1;
    }
    for (const Event& event : response.events()) {
      // A command larger than a response comes again after a disconnect.
      if (event.position() > last_) seen_.push_back(event.position());
      last_ = std::max(last_, event.position());
    }
    EXPECT_LE(last_, response.head_position());
    checkpoint_ = response.checkpoint();
    done_ = response.caught_up() && response.head_position() >= *head_;
  }

  const std::shared_ptr<grpc::Channel> channel_;
  std::mt19937_64 random_;
  const std::atomic<std::int64_t>* const head_;
  const std::atomic<int>* const batches_;
  florin::v1::EventFilter filter_;
  int batch_size_ = 0;
  bool from_end_ = false;
  bool slow_ = false;
  std::int64_t start_ = 0;
  std::string checkpoint_;
  std::int64_t last_ = 0;
  std::vector<std::int64_t> seen_;
  int connections_ = 0;
  bool done_ = false;
};

TEST_F(EventsIntegrationTest, SubscribersSeeExactlyTheFilteredLogUnderLoad) {
  const std::uint64_t seed = std::random_device()();
  SCOPED_TRACE("seed " + std::to_string(seed));
  std::mt19937_64 random(seed);
  std::atomic<std::int64_t> head{kHeadUnknown};
  std::atomic<int> batches{0};
  constexpr int kBatches = 150;
  constexpr int kBatchesMax = 2'000;
  constexpr int kConnections = 60;
  Subscriber::opened = 0;

  std::vector<std::thread> writers;
  writers.reserve(2);
  std::atomic<std::int64_t> last{0};
  for (int w = 0; w < 2; ++w) {
    writers.emplace_back([&, w] {
      EventsWorld writer(server->NewChannel());
      std::mt19937_64 own(seed + static_cast<std::uint64_t>(w) + 1);
      // Until enough has happened to them, on any machine.
      for (int i = 0; i < kBatches || (Subscriber::opened < kConnections && i < kBatchesMax); ++i) {
        const std::int64_t position =
            writer.Write(&own, "w" + std::to_string(w), 1 + static_cast<int>(own() % 40));
        EXPECT_GT(position, 0);
        std::int64_t known = last;
        while (known < position && !last.compare_exchange_weak(known, position)) {
        }
        ++batches;
        batches.notify_all();
      }
    });
  }
  std::vector<std::unique_ptr<Subscriber>> subscribers;
  std::vector<std::thread> readers;
  for (int i = 0; i < 20; ++i) {
    const int join_at = batches + static_cast<int>(random() % 30);
    while (batches < join_at && batches < 2 * kBatches) std::this_thread::yield();
    subscribers.push_back(
        std::make_unique<Subscriber>(server->NewChannel(), random(), &head, &batches));
    readers.emplace_back([&subscriber = *subscribers.back()] { subscriber.Run(); });
  }
  for (auto& writer : writers) writer.join();
  head = last.load();
  ++batches;
  batches.notify_all();
  for (auto& reader : readers) reader.join();

  const auto log = ReadAllEvents(events.get());
  ASSERT_EQ(std::ssize(log), last.load());
  for (const auto& subscriber : subscribers) subscriber->Check(log);
  EXPECT_GE(Subscriber::opened, kConnections);
  std::printf("%zu events, %d connections\n", log.size(), Subscriber::opened.load());
}

TEST_F(EventsIntegrationTest, EveryCheckpointResumesAlsoAfterKill9) {
  const std::uint64_t seed = std::random_device()();
  SCOPED_TRACE("seed " + std::to_string(seed));
  std::mt19937_64 random(seed);
  for (int i = 0; i < 20; ++i) world->Write(&random, "a", 20);

  florin::v1::SubscribeEventsRequest request;
  *request.mutable_filter() = RandomFilter(&random);
  request.set_max_batch_size(40);
  std::vector<std::int64_t> seen;
  std::vector<std::pair<std::string, std::size_t>> checkpoints;
  const auto read_to_head = [&](const std::string& after, const auto& take) {
    grpc::ClientContext context;
    request.set_after_checkpoint(after);
    auto stream = events->SubscribeEvents(&context, request);
    florin::v1::SubscribeEventsResponse response;
    bool caught_up = false;
    while (!caught_up && stream->Read(&response)) {
      take(response);
      caught_up = response.caught_up();
    }
    EXPECT_TRUE(caught_up);
    context.TryCancel();
  };
  read_to_head("", [&](const auto& response) {
    for (const Event& event : response.events()) {
      seen.push_back(event.position());
    }
    checkpoints.emplace_back(response.checkpoint(), seen.size());
  });
  server->Kill9();
  ASSERT_TRUE(server->Restart());
  Connect();
  for (const auto& [checkpoint, before] : checkpoints) {
    std::vector<std::int64_t> rest(seen.begin(),
                                   seen.begin() + static_cast<std::ptrdiff_t>(before));
    read_to_head(checkpoint, [&](const auto& response) {
      for (const Event& event : response.events()) {
        rest.push_back(event.position());
      }
    });
    ASSERT_EQ(rest, seen) << checkpoint;
  }
  EXPECT_EQ(seen, Filtered(ReadAllEvents(events.get()), request.filter()));
}

TEST_F(EventsIntegrationTest, StartsAtTheFirstEventOfATime) {
  const std::uint64_t seed = std::random_device()();
  SCOPED_TRACE("seed " + std::to_string(seed));
  std::mt19937_64 random(seed);
  for (int i = 0; i < 10; ++i) world->Write(&random, "a", 20);
  const auto log = ReadAllEvents(events.get());
  for (int i = 0; i < 10; ++i) {
    florin::v1::SubscribeEventsRequest request;
    *request.mutable_time() = log[random() % log.size()].time();
    std::vector<std::int64_t> expected;
    for (const Event& event : log) {
      if (std::pair(event.time().seconds(), event.time().nanos()) >=
          std::pair(request.time().seconds(), request.time().nanos()))
        expected.push_back(event.position());
    }
    grpc::ClientContext context;
    auto stream = events->SubscribeEvents(&context, request);
    florin::v1::SubscribeEventsResponse response;
    std::vector<std::int64_t> seen;
    while (!response.caught_up() && stream->Read(&response)) {
      for (const Event& event : response.events()) seen.push_back(event.position());
    }
    EXPECT_EQ(seen, expected) << request.ShortDebugString();
    context.TryCancel();
  }
}

TEST_F(EventsIntegrationTest, ACheckpointAdvancesThoughNothingMatches) {
  std::mt19937_64 random(1);
  florin::v1::SubscribeEventsRequest request;
  request.mutable_filter()->add_type_patterns("nothing.at.all");
  request.mutable_heartbeat_interval()->set_nanos(100'000'000);
  grpc::ClientContext context;
  auto stream = events->SubscribeEvents(&context, request);
  florin::v1::SubscribeEventsResponse response;
  ASSERT_TRUE(stream->Read(&response));
  const std::string before = response.checkpoint();
  const std::int64_t head = world->Write(&random, "a", 30);
  while (response.head_position() < head || !response.caught_up()) {
    ASSERT_TRUE(stream->Read(&response));
    EXPECT_EQ(response.events_size(), 0);
  }
  context.TryCancel();
  EXPECT_NE(response.checkpoint(), before);

  // Whoever goes on from it, with any filter, begins right behind what was looked at.
  request.clear_filter();
  request.set_after_checkpoint(response.checkpoint());
  grpc::ClientContext resumed_context;
  auto resumed = events->SubscribeEvents(&resumed_context, request);
  const std::int64_t last = world->Write(&random, "a", 1);
  std::vector<std::int64_t> seen;
  while (seen.empty() || seen.back() < last) {
    ASSERT_TRUE(resumed->Read(&response));
    for (const Event& event : response.events()) seen.push_back(event.position());
  }
  EXPECT_EQ(seen.front(), head + 1);
  resumed_context.TryCancel();
}

TEST_F(EventsIntegrationTest, PagesEqualTheFilteredLogBothWays) {
  const std::uint64_t seed = std::random_device()();
  SCOPED_TRACE("seed " + std::to_string(seed));
  std::mt19937_64 random(seed);
  for (int i = 0; i < 10; ++i) world->Write(&random, "a", 30);
  const auto log = ReadAllEvents(events.get());
  for (int i = 0; i < 30; ++i) {
    florin::v1::ReadEventsRequest request;
    *request.mutable_filter() = RandomFilter(&random);
    request.set_page_size(1 + static_cast<int>(random() % 100));
    request.set_descending(random() % 2 == 0);
    auto expected = Filtered(log, request.filter());
    if (random() % 2 == 0) {
      request.set_stream(EventsWorld::Account(static_cast<int>(random() % 12)));
      std::erase_if(expected, [&](std::int64_t p) {
        return log[static_cast<std::size_t>(p - 1)].stream() != request.stream();
      });
    }
    if (request.descending()) std::reverse(expected.begin(), expected.end());
    ASSERT_EQ(Positions(ReadAllEvents(events.get(), request)), expected)
        << request.ShortDebugString();
  }
  // Versions of each stream are dense from 1.
  std::map<std::string, std::int64_t> versions;
  for (const Event& event : log) {
    ASSERT_EQ(event.version(), ++versions[event.stream()]) << event.stream();
  }
}

TEST_F(EventsIntegrationTest, CommitGroupsAreAHashChainFromZeroToTheHead) {
  std::mt19937_64 random(1);
  std::int64_t head = 0;
  for (int i = 0; i < 20; ++i) head = world->Write(&random, "a", 30);
  std::string previous(SHA256_DIGEST_LENGTH, '\0');
  std::int64_t next = 1;
  florin::v1::ReadCommitGroupsRequest request;
  request.set_page_size(3);
  std::string ledger_id;
  do {
    grpc::ClientContext context;
    florin::v1::ReadCommitGroupsResponse page;
    ASSERT_TRUE(events->ReadCommitGroups(&context, request, &page).ok());
    ASSERT_GT(page.commit_groups_size(), 0);
    EXPECT_FALSE(page.ledger_id().empty());
    if (!ledger_id.empty()) {
      EXPECT_EQ(page.ledger_id(), ledger_id);
    }
    ledger_id = page.ledger_id();
    for (const auto& group : page.commit_groups()) {
      EXPECT_EQ(group.first_position(), next);
      EXPECT_EQ(group.previous_hash(), previous);
      const std::string hashed = previous + group.records();
      std::string hash(SHA256_DIGEST_LENGTH, '\0');
      SHA256(reinterpret_cast<const unsigned char*>(hashed.data()), hashed.size(),
             reinterpret_cast<unsigned char*>(hash.data()));
      EXPECT_EQ(group.hash(), hash);
      previous = hash;
      next = group.last_position() + 1;
    }
    request.set_page_token(page.next_page_token());
  } while (!request.page_token().empty());
  EXPECT_EQ(next, head + 1);
}

}  // namespace
}  // namespace florin::integration
