// Goal: whatever fails in the middle of the pipeline ends the process, and says so in the log.
// Method: death tests; the actors on CAF's deterministic scheduler, the threads as they are.

#include "actors/end_process.h"

#include <gtest/gtest.h>

#include <new>
#include <stdexcept>

#include "actors/ledger.h"
#include "tests/actors/ledger/scheduled_ledger.h"
#include "tests/actors/ledger/sync_ledger.h"
#include "tests/actors/log_to_stderr.h"
#include "tests/support/temporary_directory.h"

namespace florin::actors {
namespace {

class EndProcessDeathTest : public ::testing::Test {
 protected:
  EndProcessDeathTest() {
    // Threads run while it forks.
    GTEST_FLAG_SET(death_test_style, "threadsafe");
    storage::StoreOptions options;
    options.directory = directory_.path();
    options.sync = false;
    auto store = storage::Store::Open(options);
    if (store.ok()) store_ = std::move(*store);
  }
  void SetUp() override { ASSERT_NE(store_, nullptr); }

  /// Accounts are open, and all that was sent is published.
  std::unique_ptr<ScheduledLedger> Scheduled() {
    auto ledger = std::make_unique<ScheduledLedger>(store_.get(), 100);
    ledger->Open(OpenWorld("cash"));
    ledger->Open(Open("a"));
    ledger->RunAll();
    return ledger;
  }
  std::unique_ptr<Ledger> Threaded(const LedgerOptions& options) {
    return Ledger::Start(store_.get(), options);
  }

  test_support::TemporaryDirectory directory_;
  std::unique_ptr<storage::Store> store_;
};

TEST_F(EndProcessDeathTest, SaysWhoFailedAndWhy) {
  EXPECT_DEATH(
      {
        LogToStderr();
        RunOrEndProcess("the night watch", [] { throw std::runtime_error("asleep"); });
      },
      "the night watch failed; the server ends and must be restarted: asleep");
  EXPECT_DEATH(
      {
        LogToStderr();
        RunOrEndProcess("the night watch", [] { throw 7; });
      },
      "the night watch failed; .*: unknown exception");
}

// Bug: the flight was never decided, and all that came after it waited for ever.
TEST_F(EndProcessDeathTest, AVoteOnTheSequencersThread) {
  EXPECT_DEATH(
      {
        LogToStderr();
        const auto ledger = Scheduled();
        ledger->ThrowOnDecisions();
        static_cast<void>(ledger->Execute({Transfer("t", "cash", "a", "5")}));
        ledger->RunAll();
      },
      "account (cash|a) failed; .*: std::bad_alloc");
}

TEST_F(EndProcessDeathTest, AVoteInAnActor) {
  EXPECT_DEATH(
      {
        LogToStderr();
        Scheduled().reset();
        ScheduledLedger ledger(store_.get(), 100);
        ledger.ForgetHeads();
        ledger.ThrowOnDecisions();
        // The commands wait in the accounts' mailboxes until a reader brings their heads.
        static_cast<void>(ledger.Execute({Transfer("t", "cash", "a", "5")}));
        ledger.RunAll();
      },
      "account (cash|a) failed; .*: std::bad_alloc");
}

TEST_F(EndProcessDeathTest, AnAccountThatCannotEvenAskForItsHead) {
  EXPECT_DEATH(
      {
        LogToStderr();
        const auto ledger = Scheduled();
        ledger->ThrowOnHead("b");
        static_cast<void>(ledger->Execute({Transfer("t", "cash", "b", "5")}));
        ledger->RunAll();
      },
      "account b failed; .*: std::bad_alloc");
}

// Bug: it was started again, took what was published a second time, and an account without
// overdraft went below zero.
TEST_F(EndProcessDeathTest, AnAccountsActorThatEndsByItself) {
  EXPECT_DEATH(
      {
        LogToStderr();
        const auto ledger = Scheduled();
        ledger->KillAccount("a");
        ledger->RunAll();
      },
      "account a failed; .*: its actor ended unexpectedly");
}

TEST_F(EndProcessDeathTest, TheSequencersActorThatEndsByItself) {
  EXPECT_DEATH(
      {
        LogToStderr();
        const auto ledger = Scheduled();
        ledger->KillSequencer();
        ledger->RunAll();
      },
      "the sequencer failed; .*: its actor ended unexpectedly");
}

TEST_F(EndProcessDeathTest, TheCommitter) {
  EXPECT_DEATH(
      {
        LogToStderr();
        LedgerOptions options;
        options.observer.on_commit = [](std::size_t, std::size_t, double) {
          throw std::bad_alloc();
        };
        const auto ledger = Threaded(options);
        static_cast<void>(SyncLedger(ledger.get()).Asset("EUR", 2));
      },
      "the committer failed; .*: std::bad_alloc");
}

TEST_F(EndProcessDeathTest, AReader) {
  EXPECT_DEATH(
      {
        LogToStderr();
        const auto ledger = Threaded({});
        static_cast<void>(ledger->Read([] { throw std::bad_alloc(); }));
        ledger->Stop();
      },
      "a reader thread failed; .*: std::bad_alloc");
}

}  // namespace
}  // namespace florin::actors
