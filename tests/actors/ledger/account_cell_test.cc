// Goal: an account sees the order of numbers, whether its votes are taken where
// commands are numbered or come through its mailbox. Method: the cell with a
// mailbox that the test empties when it likes.

#include "actors/ledger/account_cell.h"

#include <gtest/gtest.h>

#include <atomic>
#include <deque>
#include <mutex>
#include <stdexcept>
#include <thread>

#include "tests/actors/ledger/sync_ledger.h"
#include "tests/actors/log_to_stderr.h"

namespace florin::actors {
namespace {

/// Remembers what was decided.
class Decisions : public DecisionSink {
 public:
  void OnDecided(const FlightPtr& flight) override {
    if (fails) throw std::runtime_error("no memory");
    decided.push_back(flight->n);
    happened.push_back(flight->decision->happened());
  }
  void OnAwaitedDecision(const FlightPtr&) override {}

  bool fails = false;
  std::vector<std::uint64_t> decided;
  std::vector<bool> happened;
};

class NoPort : public AccountPort {
 public:
  using AccountPort::AccountPort;
  void Deliver(FlightPtr, std::uint32_t) override {}
  void Wake() override {}
};

class AccountCellTest : public ::testing::Test {
 protected:
  /// A transfer whose other account has nothing to say.
  FlightPtr Next(const char* amount) {
    auto flight = std::make_shared<Flight>();
    flight->n = ++n_;
    flight->sink = &decisions_;
    flight->items.emplace_back().command = std::make_shared<domain::TransactionCommand>(
        Transfer("t" + std::to_string(n_), "a", "other", amount));
    Slot& slot = flight->slots.emplace_back();
    slot.account = &port_;
    slot.mentions.push_back({0, 0, domain::MentionKind::kDebitLeg});
    Slot& other = flight->slots.emplace_back();
    other.account = &port_;
    other.mentions.push_back({0, 0, domain::MentionKind::kCreditLeg});
    other.exists = true;
    other.asset = "EUR";
    other.scale = 2;
    flight->votes_missing = 1;
    return flight;
  }
  /// True: it did not need the mailbox.
  bool Send(const FlightPtr& flight, bool in_place = true) {
    if (cell_.Offer(flight, 0, in_place)) return true;
    mailbox_.push_back(flight);
    return false;
  }
  void ReceiveOne() {
    const FlightPtr flight = mailbox_.front();
    mailbox_.pop_front();
    cell_.Receive(flight, 0);
  }
  static AccountCore Holding(const char* amount) {
    domain::AccountState state;
    state.account_id = "a";
    state.asset = "EUR";
    state.scale = 2;
    state.type = domain::AccountType::kLiability;
    state.status = domain::AccountStatus::kActive;
    state.version = 1;
    state.balances.credits_posted = domain::ParseDecimal(amount).value().digits * 100;
    return AccountCore(std::move(state));
  }

  Decisions decisions_;
  NoPort port_{"a"};
  AccountCell cell_;
  std::deque<FlightPtr> mailbox_;
  std::uint64_t n_ = 0;
};

TEST_F(AccountCellTest, VotesInPlaceOnceItsHeadIsRead) {
  EXPECT_FALSE(Send(Next("6")));
  ReceiveOne();
  EXPECT_FALSE(Send(Next("6")));
  EXPECT_TRUE(decisions_.decided.empty());
  cell_.Start(Holding("10"));
  EXPECT_EQ(decisions_.decided, std::vector<std::uint64_t>{1});
  ReceiveOne();
  EXPECT_TRUE(Send(Next("4")));
  EXPECT_EQ(decisions_.decided, (std::vector<std::uint64_t>{1, 2, 3}));
  EXPECT_EQ(decisions_.happened, (std::vector<bool>{true, false, true}));
}

TEST_F(AccountCellTest, WhatFollowsAMailedCommandIsMailedToo) {
  cell_.Start(Holding("10"));
  EXPECT_FALSE(Send(Next("6"), false));
  EXPECT_FALSE(Send(Next("6")));
  EXPECT_FALSE(Send(Next("4")));
  ReceiveOne();
  EXPECT_FALSE(Send(Next("1")));
  while (!mailbox_.empty()) ReceiveOne();
  EXPECT_TRUE(Send(Next("1")));
  EXPECT_EQ(decisions_.decided, (std::vector<std::uint64_t>{1, 2, 3, 4, 5}));
  EXPECT_EQ(decisions_.happened, (std::vector<bool>{true, false, true, false, false}));
}

// Bug: it ended the account alone, and the flight stayed undecided, with all that came behind it.
TEST_F(AccountCellTest, AnExceptionInAVoteEndsTheProcess) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  cell_.Start(Holding("10"));
  EXPECT_DEATH(
      {
        LogToStderr();
        decisions_.fails = true;
        Send(Next("1"));
      },
      "account a failed; the server ends and must be restarted: no memory");
  EXPECT_DEATH(
      {
        LogToStderr();
        decisions_.fails = true;
        Send(Next("1"), false);
        ReceiveOne();
      },
      "account a failed; .*: no memory");
}

// The sequencer on one thread, the actor on another; each command needs what the ones before it
// left.
TEST_F(AccountCellTest, KeepsTheOrderOnTwoThreads) {
  constexpr int kCommands = 20'000;
  cell_.Start(Holding("10000"));
  std::mutex mutex;
  std::deque<FlightPtr> mailbox;
  bool done = false;
  std::atomic<int> received = 0;
  std::thread actor([&] {
    for (;;) {
      FlightPtr flight;
      {
        const std::lock_guard lock(mutex);
        if (mailbox.empty() && done) return;
        if (mailbox.empty()) continue;
        flight = std::move(mailbox.front());
        mailbox.pop_front();
      }
      cell_.Receive(flight, 0);
      ++received;
    }
  });
  int in_place = 0;
  for (int i = 0; i < kCommands; ++i) {
    const FlightPtr flight = Next("1");
    // The actor keeps up now and then.
    while (i % 7 == 3 && received < i - in_place) std::this_thread::yield();
    // Some are sent on purpose, as those of many accounts are.
    if (cell_.Offer(flight, 0, i % 7 != 0)) {
      ++in_place;
      continue;
    }
    const std::lock_guard lock(mutex);
    mailbox.push_back(flight);
  }
  {
    const std::lock_guard lock(mutex);
    done = true;
  }
  actor.join();
  ASSERT_EQ(decisions_.decided.size(), kCommands);
  for (int i = 0; i < kCommands; ++i) {
    ASSERT_EQ(decisions_.decided[static_cast<std::size_t>(i)], static_cast<std::uint64_t>(i + 1));
    ASSERT_EQ(decisions_.happened[static_cast<std::size_t>(i)], i < 10'000);
  }
  EXPECT_GT(in_place, kCommands / 7);
  EXPECT_LT(in_place, kCommands);
}

}  // namespace
}  // namespace florin::actors
