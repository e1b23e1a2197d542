// Goal: many threads at once on few accounts: calls, streams, reads, accounts that are put away and
// woken up, holds that expire, disks that fail, stops. Every call is answered, and the books
// balance. Made for ThreadSanitizer with an instrumented CAF (scripts/tsan-actors).
//
// FLORIN_STRESS_CALLS (of each scenario) and FLORIN_STRESS_THREADS make it longer.

#include <gtest/gtest.h>

#include <atomic>
#include <iostream>
#include <mutex>
#include <thread>

#include "actors/ledger/ledger_core.h"
#include "tests/actors/ledger/stress_commands.h"
#include "tests/actors/ledger/sync_ledger.h"
#include "tests/storage/fault_file_system.h"
#include "tests/support/temporary_directory.h"

namespace florin::actors {
namespace {

using test_support::NumberFromEnvironment;

/// What happens when half the calls are answered.
enum class Trouble : std::uint8_t { kNone, kFullDisk, kDeadDisk, kStopWriting };

struct Scenario {
  Trouble trouble = Trouble::kNone;
  std::size_t max_active_accounts = 8;
  std::size_t cached_heads = 32;
  bool stops_early = false;
  int accounts = 40;
};

class LedgerStressTest : public ::testing::Test {
 protected:
  void Run(const Scenario& scenario) {
    scenario_ = scenario;
    seed_ = test_support::SeedFromEnvironment();
    std::cout << "FLORIN_TEST_SEED=" << seed_ << "\n";
    Start();
    const std::uint64_t token = store_->reader().Listen([this] { ++published_; });
    const auto threads = static_cast<int>(NumberFromEnvironment("FLORIN_STRESS_THREADS", 4));
    std::vector<std::thread> callers;
    callers.reserve(static_cast<std::size_t>(threads));
    for (int t = 0; t < threads; ++t) callers.emplace_back([this, t] { Call(t); });
    std::thread reads([this] { Read(); });
    for (std::thread& caller : callers) caller.join();
    ledger_->Stop();
    done_ = true;
    reads.join();
    EXPECT_EQ(open_, 0);
    const LedgerStats last = ledger_->Stats();
    EXPECT_EQ(last.in_flight_commands, 0);
    EXPECT_EQ(last.read_only, scenario.trouble != Trouble::kNone) << last.read_only_reason;
    CheckBooks();
    store_->reader().Unlisten(token);
    ledger_.reset();
    if (faults_ != nullptr) faults_->SetFull(false, false);
    store_.reset();
    std::cout << answered_ << " calls, " << refused_ << " refused, published " << published_
              << " times\n";
  }

 private:
  void Start() {
    storage::StoreOptions store_options;
    store_options.directory = directory_.path();
    store_options.head_cache_accounts = scenario_.cached_heads;
    store_options.checkpoint_commands = 500;
    store_options.ring_bytes = std::size_t{64} << 10;
    if (scenario_.trouble == Trouble::kFullDisk || scenario_.trouble == Trouble::kDeadDisk) {
      faults_ = std::make_shared<storage::testing::FaultFileSystem>(seed_);
      store_options.file_system = faults_;
    }
    auto store = storage::Store::Open(store_options);
    ASSERT_TRUE(store.ok()) << store.refusal().message;
    store_ = std::move(*store);
    LedgerOptions options;
    options.max_active_accounts = scenario_.max_active_accounts;
    options.worker_threads = 4;
    options.max_in_flight = 4'096;
    ledger_ = Ledger::Start(store_.get(), options);
    SyncLedger sync(ledger_.get());
    sync.Asset("EUR", 2);
    const std::string bank = StressCommands::AccountId(0);
    for (int i = 0; i < scenario_.accounts; ++i) {
      const std::string id = StressCommands::AccountId(i);
      if (StressCommands::MayBeOverdrawn(i)) {
        sync.Account(OpenWorld(id));
      } else {
        sync.Account(Open(id));
        sync.One(Transfer("f" + std::to_string(i), bank, id, "50"));
      }
    }
  }

  void Call(int thread) {
    StressCommands commands(seed_, thread, scenario_.accounts);
    const auto lane = ledger_->NewLane();
    for (int i = 0; answered_ < calls_; ++i) {
      ++open_;
      switch (commands.NextKind(i)) {
        case StressCommands::Kind::kAccounts:
          ledger_->ChangeAccounts(commands.Accounts(), "p",
                                  [this](const auto&) { Answered(false); });
          break;
        case StressCommands::Kind::kAsset:
          ledger_->RegisterAsset(commands.Asset(), "", [this](const auto&) { Answered(false); });
          break;
        case StressCommands::Kind::kTransactions: {
          const auto done = [this](const std::vector<TransactionOutcome>& outcomes) {
            Answered(outcomes.front().refusal.has_value());
          };
          if (commands.OnLane()) {
            ledger_->ExecuteOn(lane, commands.Transactions(), done);
          } else {
            ledger_->Execute(commands.Transactions(), done);
          }
          break;
        }
      }
      while (open_ > kOpenMax) std::this_thread::yield();
      if (answered_ > calls_ / 2) std::call_once(half_, [this] { MakeTrouble(); });
    }
  }
  void Answered(bool refused) {
    ++answered_;
    if (refused) ++refused_;
    --open_;
  }
  void MakeTrouble() {
    if (scenario_.trouble == Trouble::kFullDisk) faults_->SetFull(true, true);
    if (scenario_.trouble == Trouble::kDeadDisk) faults_->DieAfter(3);
    if (scenario_.trouble == Trouble::kStopWriting)
      static_cast<LedgerCore*>(ledger_.get())
          ->StopWriting({domain::Reason::kStorageUnavailable, "the test says so", {}});
    if (scenario_.stops_early) ledger_->Stop();
  }

  void Read() {
    test_support::RandomSource random(seed_);
    storage::Reader& reader = store_->reader();
    while (!done_) {
      const std::string id = StressCommands::AccountId(
          static_cast<int>(random.Below(static_cast<std::size_t>(scenario_.accounts) * 3 / 2)));
      static_cast<void>(
          reader.GetHead(id, random.Percent(50) ? storage::Tier::kMemory : storage::Tier::kDisk));
      const storage::JournalHead head = reader.VisibleHead();
      static_cast<void>(reader.ReadRecord(random.Between(1, head.position)));
      static_cast<void>(reader.RecentCommitGroups(head.position - random.Between(0, 50), 4));
      static_cast<void>(reader.BalanceAtPosition(id, head.position));
      static_cast<void>(reader.GetTransaction("t" + std::to_string(random.Below(50))));
      static_cast<void>(
          ledger_->Read([&reader] { static_cast<void>(reader.ListAccounts("", "", "", 100)); }));
      static_cast<void>(ledger_->Stats());
      std::this_thread::yield();
    }
  }

  void CheckBooks() {
    storage::Reader& reader = store_->reader();
    const auto lines = reader.TrialBalance("", "EUR", reader.VisibleHead().position);
    ASSERT_TRUE(lines.ok()) << lines.refusal().message;
    ASSERT_EQ(lines->size(), 1U);
    EXPECT_EQ(lines->front().totals.debits_posted, lines->front().totals.credits_posted);
    EXPECT_EQ(lines->front().totals.debits_pending, lines->front().totals.credits_pending);
    for (int i = 0; i < scenario_.accounts; ++i) {
      if (StressCommands::MayBeOverdrawn(i)) continue;
      const auto head = reader.GetHead(StressCommands::AccountId(i), storage::Tier::kDisk);
      ASSERT_TRUE(head.ok()) << head.refusal().message;
      EXPECT_TRUE(head->value->state->balances.Available(false) >= 0) << "account " << i;
    }
  }

  static constexpr int kOpenMax = 200;
  const std::int64_t calls_ = NumberFromEnvironment("FLORIN_STRESS_CALLS", 1'500);
  Scenario scenario_;
  std::uint64_t seed_ = 0;
  test_support::TemporaryDirectory directory_;
  std::shared_ptr<storage::testing::FaultFileSystem> faults_;
  std::unique_ptr<storage::Store> store_;
  std::unique_ptr<Ledger> ledger_;
  std::once_flag half_;
  std::atomic<bool> done_{false};
  std::atomic<int> open_{0};
  std::atomic<std::int64_t> answered_{0};
  std::atomic<std::int64_t> refused_{0};
  std::atomic<std::int64_t> published_{0};
};

TEST_F(LedgerStressTest, FewActors) { Run({}); }
TEST_F(LedgerStressTest, ManyActors) { Run({.max_active_accounts = 1'000, .cached_heads = 1'000}); }
TEST_F(LedgerStressTest, FewAccounts) { Run({.max_active_accounts = 100, .accounts = 5}); }
TEST_F(LedgerStressTest, StopsEarly) { Run({.stops_early = true}); }
TEST_F(LedgerStressTest, FullDisk) { Run({.trouble = Trouble::kFullDisk}); }
TEST_F(LedgerStressTest, DeadDisk) { Run({.trouble = Trouble::kDeadDisk}); }
TEST_F(LedgerStressTest, StopsWriting) { Run({.trouble = Trouble::kStopWriting}); }
TEST_F(LedgerStressTest, StopsWritingAndStops) {
  Run({.trouble = Trouble::kStopWriting, .stops_early = true});
}

}  // namespace
}  // namespace florin::actors
