// Strict serializability of the real server: many clients at once send random
// commands through gRPC; afterwards the log says in which order they took
// effect, the single-threaded reference ledger is fed in that order, and every
// answer, every event and everything that is left in the end has to be the
// same.
//
// FLORIN_TEST_SEED repeats a run's commands (not its timing),
// FLORIN_TEST_COMMANDS makes it longer; --seed N and
// --commands N do the same.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <cstdlib>
#include <iostream>
#include <string>
#include <thread>
#include <vector>

#include "tests/integration/reference/client.h"
#include "tests/integration/reference/final_state.h"
#include "tests/integration/reference/replayer.h"
#include "tests/integration/reference/timeline.h"
#include "tests/support/log_reader.h"
#include "tests/support/random_source.h"
#include "tests/support/server_process.h"
#include "tests/support/temporary_directory.h"

namespace florin::integration {
namespace {

constexpr int kClients = test_support::CommandWorld::kClientsMax;
constexpr std::int64_t kCommands = 200'000;
constexpr std::int64_t kEachReasonAtLeast = 100;

// Every reason that LedgerService can be made to answer by a client, the
// ledger's health aside.
const std::vector<std::string> kReasons = {
    "FIELD_MISSING",     "FIELD_INVALID",         "AMOUNT_INVALID",     "SAME_ACCOUNT",
    "TOO_MANY_POSTINGS", "TOO_MANY_ITEMS",        "PAGE_TOKEN_INVALID", "ID_REUSED",
    "ACCOUNT_EXISTS",    "ASSET_EXISTS",          "ACCOUNT_NOT_FOUND",  "ASSET_NOT_FOUND",
    "VERSION_CONFLICT",  "TRANSACTION_NOT_FOUND", "ASSET_MISMATCH",     "AMOUNT_SCALE_EXCEEDED",
    "ACCOUNT_CLOSED",    "ACCOUNT_SUSPENDED",     "NOT_A_HOLD",         "HOLD_NOT_PENDING",
    "NOT_REVERSIBLE",    "HOLD_AMOUNT_EXCEEDED",  "ALREADY_REVERSED",   "AMOUNT_OVERFLOW",
    "BALANCE_NOT_ZERO",  "INSUFFICIENT_FUNDS",    "BATCH_REFUSED",      "BALANCE_LIMIT_EXCEEDED",
    "TIME_IN_FUTURE",    "POSITION_BEYOND_HEAD",  "VERSION_BEYOND_HEAD"};

struct Totals {
  std::int64_t accepted = 0;
  std::int64_t replayed = 0;
  std::int64_t refused = 0;
  ReasonCounts reasons;
};

void Count(const Client& client, Totals* totals) {
  for (const Call& call : client.history()) {
    for (const Item& item : call.items) {
      const v1::Refusal* refusal = item.outcome.Refused();
      if (refusal != nullptr) ++totals->reasons[refusal->reason()];
      ++(refusal == nullptr ? totals->accepted : totals->refused);
      if (item.outcome.Replayed()) ++totals->replayed;
    }
  }
  for (const auto& [reason, count] : client.static_refusals()) totals->reasons[reason] += count;
}

void Print(const Totals& totals) {
  std::cout << "accepted " << totals.accepted << ", refused " << totals.refused
            << ", replayed among both " << totals.replayed << "\n";
  for (const auto& [reason, count] : totals.reasons)
    std::cout << "  " << reason << " " << count << "\n";
}

std::vector<std::string> TransactionsInOrder(const std::vector<v1::Event>& log) {
  constexpr std::string_view kPrefix = "transaction/";
  std::vector<std::string> ids;
  for (const v1::Event& event : log) {
    if (event.version() != 1 || event.stream().rfind(kPrefix, 0) != 0) continue;
    ids.push_back(event.stream().substr(kPrefix.size()));
  }
  return ids;
}

/// gRPC 1.51 may take a connection that is under way for one that failed (it reads errno too late);
/// it is tried again, but calls of that time fail.
std::shared_ptr<grpc::Channel> ConnectedChannel(const test_support::ServerProcess& server) {
  std::shared_ptr<grpc::Channel> channel = server.NewChannel();
  EXPECT_TRUE(
      channel->WaitForConnected(std::chrono::system_clock::now() + std::chrono::seconds(30)));
  return channel;
}

std::vector<std::unique_ptr<Client>> RunClients(std::uint64_t seed, SharedRun* run,
                                                const test_support::ServerProcess& server) {
  std::vector<std::unique_ptr<Client>> clients;
  clients.reserve(kClients);
  std::vector<std::thread> threads;
  threads.reserve(kClients);
  for (int i = 0; i < kClients; ++i)
    clients.push_back(std::make_unique<Client>(seed, i, run, ConnectedChannel(server)));
  clients.front()->OpenEverything();
  for (auto& client : clients) threads.emplace_back([&client] { client->RunToEnd(); });
  for (std::thread& thread : threads) thread.join();
  clients.front()->LetHoldsExpire();
  return clients;
}

class Stopwatch {
 public:
  void Lap(const char* what) {
    const auto now = std::chrono::steady_clock::now();
    std::cout << what << ": " << std::chrono::duration<double>(now - last_).count() << " s\n";
    last_ = now;
  }

 private:
  std::chrono::steady_clock::time_point last_ = std::chrono::steady_clock::now();
};

TEST(ReferenceIntegrationTest, ServerAnswersLikeASingleThreadedLedger) {
  const std::uint64_t seed = test_support::SeedFromEnvironment();
  const std::int64_t commands =
      test_support::NumberFromEnvironment("FLORIN_TEST_COMMANDS", kCommands);
  std::cout << "seed " << seed << ", commands " << commands << "\n";
  const test_support::TemporaryDirectory directory;
  const auto server = test_support::ServerProcess::Start(directory.path() + "/data");
  ASSERT_NE(server, nullptr);

  Stopwatch watch;
  SharedRun run;
  run.commands_left = commands;
  const auto clients = RunClients(seed, &run, *server);
  ASSERT_FALSE(HasFailure()) << server->Log() << "florind " << server->Ending();
  watch.Lap("clients");
  Totals totals;
  std::vector<const History*> histories;
  for (const auto& client : clients) {
    Count(*client, &totals);
    histories.push_back(&client->history());
  }
  Print(totals);

  const std::vector<v1::Event> log = test_support::ReadLog(server->channel());
  ASSERT_FALSE(HasFailure());
  watch.Lap("log");
  const Timeline timeline = MakeTimeline(histories, log);
  ASSERT_FALSE(HasFailure());
  Replayer replayer(timeline, log);
  replayer.Run();
  watch.Lap("replay");
  std::cout << replayer.checked_answers() << " answers and " << log.size() << " events checked\n";
  ASSERT_FALSE(HasFailure());

  CheckFinalState(server->channel(), replayer.ledger(), TransactionsInOrder(log));
  const auto groups = test_support::ReadAndCheckCommitGroups(server->channel());
  ASSERT_FALSE(groups.empty());
  EXPECT_EQ(groups.front().first_position(), 1);
  EXPECT_EQ(groups.back().last_position(), static_cast<std::int64_t>(log.size()));
  watch.Lap("final state");

  EXPECT_GT(totals.accepted, totals.refused);
  if (commands < kCommands) return;
  for (const std::string& reason : kReasons)
    EXPECT_GE(totals.reasons[reason], kEachReasonAtLeast) << reason;
}

}  // namespace
}  // namespace florin::integration

int main(int argc, char** argv) {
  testing::InitGoogleMock(&argc, argv);
  for (int i = 1; i + 1 < argc; i += 2) {
    if (std::string(argv[i]) == "--seed") setenv("FLORIN_TEST_SEED", argv[i + 1], 1);
    if (std::string(argv[i]) == "--commands") setenv("FLORIN_TEST_COMMANDS", argv[i + 1], 1);
  }
  return RUN_ALL_TESTS();
}
