// Goal: what a question as of a time was answered, it is answered for ever.

#include "server/ledger/as_of.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <limits>
#include <utility>
#include <vector>

#include "server/rpc/metrics.h"
#include "server/rpc/service_host.h"
#include "tests/actors/ledger/sync_ledger.h"
#include "tests/server/events/event_log.h"
#include "tests/server/ledger/scripted_ledger.h"
#include "tests/support/temporary_directory.h"

namespace florin::server {
namespace {

constexpr std::int64_t kNone = std::numeric_limits<std::int64_t>::max();

/// A ledger that shows one state after another, the last for good.
class AsOfTest : public ::testing::Test {
 protected:
  AsOfTest() {
    log_.Write(3);
    ledger_.set_stats_source([this] {
      const std::size_t at = std::min(looks_++, states_.size() - 1);
      return states_[at];
    });
  }
  void Show(std::int64_t in_flight, std::int64_t first_expiry_time) {
    actors::LedgerStats stats;
    stats.in_flight_commands = in_flight;
    stats.first_expiry_time = first_expiry_time;
    states_.push_back(stats);
  }
  domain::Result<std::int64_t> Ask(std::int64_t time) {
    AsOf as_of;
    as_of.time = time;
    return ResolvePosition(host_, as_of);
  }
  [[nodiscard]] std::int64_t HeadTime() const { return log_.VisibleHead().time; }

  EventLog log_{1, 10};
  ScriptedLedger ledger_{&log_};
  Metrics metrics_{"test"};
  ServiceHost host_{&ledger_, &metrics_};
  std::vector<actors::LedgerStats> states_;
  std::size_t looks_ = 0;
};

TEST_F(AsOfTest, AnswersAtOnceWhereNothingIsUnderWay) {
  Show(0, kNone);
  EXPECT_TRUE(Ask(HeadTime() + 1).ok());
  EXPECT_EQ(looks_, 1U);
}

TEST_F(AsOfTest, WaitsForCommandsUnderWay) {
  Show(2, kNone);
  Show(1, kNone);
  Show(0, kNone);
  EXPECT_TRUE(Ask(HeadTime() + 1).ok());
  EXPECT_EQ(looks_, 3U);
}

// Bug: it did not wait for a hold that was just expiring, and the answer changed afterwards.
TEST_F(AsOfTest, WaitsForHoldsThatAreDueByThen) {
  const std::int64_t time = HeadTime() + 10;
  Show(0, time - 5);
  Show(0, time);
  Show(0, time + 1);
  EXPECT_TRUE(Ask(time).ok());
  EXPECT_EQ(looks_, 3U);
}

TEST_F(AsOfTest, DoesNotWaitForEver) {
  Show(0, HeadTime());
  const auto answer = Ask(HeadTime() + 1);
  ASSERT_FALSE(answer.ok());
  EXPECT_EQ(answer.refusal().reason, domain::Reason::kOverloaded);
}

// The same with a whole ledger: holds expire one after another while it is asked.
TEST(AsOfLedgerTest, StaysWhatItWasAnsweredWhileHoldsExpire) {
  constexpr int kHolds = 12;
  constexpr std::int64_t kApart = 31'000'000;
  test_support::TemporaryDirectory directory;
  storage::StoreOptions options;
  options.directory = directory.path();
  auto store = std::move(*storage::Store::Open(options));
  const auto ledger = actors::Ledger::Start(store.get(), {});
  Metrics metrics("test");
  ServiceHost host(ledger.get(), &metrics);
  actors::SyncLedger sync(ledger.get());
  sync.Asset("EUR", 2);
  sync.Account(actors::OpenWorld("cash"));
  sync.Account(actors::Open("a"));
  for (int i = 0; i < kHolds; ++i) {
    auto hold = actors::Hold("h" + std::to_string(i), "cash", "a", "1");
    hold.transaction.hold_timeout_ns = kApart * (i + 2);
    sync.One(hold);
  }
  const std::int64_t end = ledger->Now() + kApart * (kHolds + 2);
  std::vector<std::pair<std::int64_t, std::int64_t>> answers;
  std::size_t refused = 0;
  for (std::int64_t now = ledger->Now(); now < end; now = ledger->Now()) {
    AsOf as_of;
    as_of.time = now;
    const auto position = ResolvePosition(host, as_of);
    if (position.ok()) {
      answers.emplace_back(now, *position);
    } else {
      EXPECT_EQ(position.refusal().reason, domain::Reason::kOverloaded);
      ++refused;
    }
  }
  // Only where a second does not suffice for what is under way.
  EXPECT_LE(refused, answers.size() / 10) << answers.size() << " answers";
  for (const auto& [time, position] : answers) {
    const auto now = store->reader().CommandEndAtOrBeforeTime(time);
    ASSERT_TRUE(now.ok());
    EXPECT_EQ(*now, position) << "as of " << time;
  }
  ledger->Stop();
}

}  // namespace
}  // namespace florin::server
