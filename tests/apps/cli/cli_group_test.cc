// Goal: `florin group` and `florin events wait` as a user meets them: what they
// ask for, what they show, how they end.
// Method: RunProgram against a group in memory.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "apps/cli/program.h"
#include "tests/clients/fake_groups.h"
#include "tests/clients/fake_ledger.h"
#include "tests/support/temporary_directory.h"

namespace florin::cli {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;
using testing::SizeIs;
using testing::StartsWith;
using testing::UnorderedElementsAre;

class CliGroupTest : public testing::Test {
 protected:
  ExitCode Run(std::vector<std::string> arguments) {
    out_.str("");
    err_.str("");
    arguments.insert(arguments.begin(), {"--server", server_.target()});
    return RunProgram(std::move(arguments), {.out = out_, .err = err_});
  }
  [[nodiscard]] std::string out() const { return out_.str(); }
  [[nodiscard]] std::string err() const { return err_.str(); }

  // Two parked events of which one has a reason with a line break.
  void Park() {
    groups_.group.set_parked_count(2);
    groups_.group.set_waiting_count(7);
    for (const int position : {5, 12}) {
      auto* parked = groups_.parked_events.add_events();
      parked->mutable_event()->set_position(position);
      parked->mutable_event()->set_event_id("e" + std::to_string(position));
      parked->mutable_event()->set_type("account.opened");
      parked->mutable_event()->set_stream("c:" + std::to_string(position));
      parked->set_attempts(10);
      parked->set_last_reason("mail\nserver");
      parked->set_member_name("m1");
      parked->set_waiting_count(7);
    }
  }

  client::FakeGroups groups_;
  client::FakeAdmin admin_;
  const client::FakeServer server_{{&groups_, &admin_}};
  const test_support::TemporaryDirectory directory_;

 private:
  std::ostringstream out_;
  std::ostringstream err_;
};

TEST_F(CliGroupTest, CreatesAGroupAsItIsTold) {
  groups_.group.set_position(4);
  groups_.group.set_head_position(9);
  EXPECT_EQ(Run({"group",
                 "create",
                 "mail",
                 "--type",
                 "account.funds.*",
                 "--type",
                 "trade.#",
                 "--prefix",
                 "c:",
                 "--stream",
                 "transaction/t1",
                 "--from",
                 "position:5",
                 "--ack-timeout",
                 "2m",
                 "--max-attempts",
                 "-1",
                 "--min-backoff",
                 "250ms",
                 "--max-backoff",
                 "1h",
                 "--event-ttl",
                 "7d",
                 "--max-in-flight",
                 "100",
                 "--order",
                 "none",
                 "--max-parked-and-waiting",
                 "50"}),
            ExitCode::kOk)
      << err();
  EXPECT_EQ(out(), "created: g, at position 4 of 9\n");
  const auto& sent = groups_.last_create;
  EXPECT_EQ(sent.group_id(), "mail");
  EXPECT_EQ(sent.position(), 5);
  const auto& settings = sent.settings();
  EXPECT_THAT(settings.filter().type_patterns(), ElementsAre("account.funds.*", "trade.#"));
  EXPECT_THAT(settings.filter().stream_prefixes(), ElementsAre("c:"));
  EXPECT_THAT(settings.filter().streams(), ElementsAre("transaction/t1"));
  EXPECT_EQ(settings.ack_timeout().seconds(), 120);
  EXPECT_EQ(settings.max_attempts(), -1);
  EXPECT_EQ(settings.min_backoff().nanos(), 250'000'000);
  EXPECT_EQ(settings.max_backoff().seconds(), 3600);
  EXPECT_EQ(settings.event_ttl().seconds(), 7 * 86'400);
  EXPECT_EQ(settings.max_in_flight(), 100);
  EXPECT_EQ(settings.order(), v1::GROUP_ORDER_NONE);
  EXPECT_EQ(settings.max_parked_and_waiting(), 50);
}

TEST_F(CliGroupTest, LeavesToTheServerWhatIsNotGiven) {
  EXPECT_EQ(Run({"group", "create", "mail"}), ExitCode::kOk);
  const auto& settings = groups_.last_create.settings();
  EXPECT_TRUE(groups_.last_create.beginning());
  EXPECT_FALSE(settings.has_ack_timeout());
  EXPECT_FALSE(settings.has_event_ttl());
  EXPECT_EQ(settings.max_attempts(), 0);
  EXPECT_EQ(settings.order(), v1::GROUP_ORDER_UNSPECIFIED);
}

TEST_F(CliGroupTest, WrongUsageNamesWhatIsWrong) {
  EXPECT_EQ(Run({"group", "create", "g", "--from", "position:0"}), ExitCode::kUsage);
  EXPECT_THAT(err(), HasSubstr("'position:0' is not one of beginning, end, position:N"));
  EXPECT_EQ(Run({"group", "create", "g", "--order", "any"}), ExitCode::kUsage);
  EXPECT_EQ(Run({"group", "create", "g", "--ack-timeout", "soon"}), ExitCode::kUsage);
  EXPECT_EQ(Run({"group", "reset", "g"}), ExitCode::kUsage);
  EXPECT_THAT(err(), HasSubstr("--to"));
  EXPECT_EQ(Run({"group", "replay", "g"}), ExitCode::kUsage);
  EXPECT_THAT(err(), AllOf(HasSubstr("name either events or --all"), HasSubstr("\nnext: ")));
  EXPECT_EQ(Run({"group", "discard", "g", "e5", "--all"}), ExitCode::kUsage);
  EXPECT_EQ(Run({"group", "consume", "g", "--workers", "2"}), ExitCode::kUsage);
  EXPECT_THAT(err(), HasSubstr("--exec"));
  EXPECT_EQ(Run({"events", "wait"}), ExitCode::kUsage);
}

TEST_F(CliGroupTest, UpdatesOnlyWhatIsGiven) {
  auto* settings = groups_.group.mutable_settings();
  settings->mutable_event_ttl()->set_seconds(60);
  settings->mutable_filter()->add_type_patterns("account.#");
  settings->set_max_attempts(10);
  EXPECT_EQ(Run({"group", "update", "g", "--type", "trade.#", "--clear", "event-ttl"}),
            ExitCode::kOk);
  EXPECT_THAT(out(), StartsWith("updated: g, "));
  EXPECT_THAT(settings->filter().type_patterns(), ElementsAre("trade.#"));
  EXPECT_FALSE(settings->has_event_ttl());
  EXPECT_EQ(settings->max_attempts(), 10);
  EXPECT_EQ(Run({"group", "update", "g", "--type", "trade.#"}), ExitCode::kOk);
  EXPECT_THAT(out(), StartsWith("nothing to change: g"));
  EXPECT_EQ(Run({"group", "update", "none", "--max-attempts", "3"}), ExitCode::kRefused);
  EXPECT_THAT(err(), AllOf(StartsWith("error: GROUP_NOT_FOUND: "), HasSubstr("florin group list")));
}

TEST_F(CliGroupTest, ShowTellsHowFarWhoHoldsWhatAndWhatIsParked) {
  Park();
  auto& group = groups_.group;
  group.set_position(1200);
  group.set_head_position(1300);
  group.set_lag_count(100);
  group.set_expired_count(1);
  group.mutable_oldest_unacked_time()->set_seconds(1);
  group.mutable_settings()->set_max_attempts(10);
  group.mutable_settings()->mutable_min_backoff()->set_nanos(100'000'000);
  group.mutable_settings()->mutable_max_backoff()->set_seconds(30);
  group.mutable_settings()->set_order(v1::GROUP_ORDER_STREAM);
  auto* member = group.add_members();
  member->set_member_name("m1");
  member->set_in_flight_count(7);
  for (int i = 0; i < 7; ++i) {
    member->add_streams("c:" + std::to_string(i));
  }
  EXPECT_EQ(Run({"group", "show", "g"}), ExitCode::kOk);
  EXPECT_THAT(
      out(),
      AllOf(HasSubstr("state        behind\n"), HasSubstr("position     1,200 of 1,300\n"),
            HasSubstr("lag          100 events, oldest unacknowledged "),
            HasSubstr("parked       2, of them 1 expired; 7 wait behind them\n"),
            HasSubstr("attempts     parked after 10, retried after 100ms to 30s\n"),
            HasSubstr("MEMBER  IN FLIGHT"), HasSubstr("c:0, c:1, c:2, c:3, c:4 (+2)\n"),
            HasSubstr("\nParked:\nPOSITION  EVENT  TYPE"), HasSubstr("m1  mail\\nserver\n")));
  EXPECT_EQ(Run({"group", "list"}), ExitCode::kOk);
  EXPECT_THAT(out(),
              AllOf(StartsWith("GROUP  STATE   POSITION  LAG"), HasSubstr("\ng      behind")));
  group.set_blocked(true);
  EXPECT_EQ(Run({"group", "list", "--json"}), ExitCode::kOk);
  EXPECT_THAT(out(), AllOf(HasSubstr("\"blocked\":true"), HasSubstr("\"lag_count\":\"100\"")));
}

TEST_F(CliGroupTest, ShowSaysWhenNobodyIsThere) {
  EXPECT_EQ(Run({"group", "show", "g"}), ExitCode::kOk);
  EXPECT_THAT(out(),
              AllOf(HasSubstr("state        caught up\n"), HasSubstr("unacknowledged -\n"),
                    HasSubstr("No members: nothing is delivered.\n"), Not(HasSubstr("Parked:"))));
}

TEST_F(CliGroupTest, ListsReplaysAndDiscardsWhatIsParked) {
  Park();
  EXPECT_EQ(Run({"group", "parked", "g"}), ExitCode::kOk);
  EXPECT_THAT(out(), AllOf(StartsWith("POSITION  EVENT"), HasSubstr("\n      12  e12")));
  EXPECT_EQ(Run({"group", "replay", "g", "e5", "e12", "--reason", "fixed"}), ExitCode::kOk);
  EXPECT_EQ(out(), "replayed: 2 events\n");
  EXPECT_THAT(groups_.last_replay.event_ids(), ElementsAre("e5", "e12"));
  EXPECT_EQ(groups_.last_replay.reason(), "fixed");
  EXPECT_EQ(Run({"group", "discard", "g", "e5"}), ExitCode::kOk);
  EXPECT_EQ(out(), "discarded: 1 event\n");
  EXPECT_EQ(Run({"group", "discard", "g", "--all", "--json"}), ExitCode::kOk);
  EXPECT_TRUE(groups_.last_discard.all());
  EXPECT_THAT(out(), HasSubstr("\"discarded_count\": \"0\""));
}

TEST_F(CliGroupTest, ResetsToAPlaceAndSaysWhatIsInTheWay) {
  Park();
  EXPECT_EQ(Run({"group", "reset", "g", "--to", "end", "--reason", "test"}), ExitCode::kRefused);
  EXPECT_THAT(err(),
              AllOf(StartsWith("error: PARKED_EVENTS_LEFT: "), HasSubstr("--discard-parked")));
  EXPECT_EQ(Run({"group", "reset", "g", "--to", "2026-01-31", "--discard-parked"}), ExitCode::kOk);
  EXPECT_EQ(groups_.last_reset.time().seconds(), 1769817600);
  EXPECT_TRUE(groups_.last_reset.discard_parked());
  EXPECT_THAT(out(), StartsWith("reset: g, at position "));
  EXPECT_EQ(Run({"group", "delete", "g"}), ExitCode::kOk);
  EXPECT_EQ(out(), "deleted: g\n");
  EXPECT_EQ(Run({"group", "delete", "none"}), ExitCode::kRefused);
}

TEST_F(CliGroupTest, TheLogTellsWhoWhenAndWhy) {
  auto* action = groups_.actions.add_actions();
  action->set_number(1);
  action->set_kind(v1::GROUP_ACTION_KIND_DISCARDED);
  action->set_principal("asha");
  action->set_reason("address does not exist");
  action->set_event_count(3);
  action->set_position(12);
  EXPECT_EQ(Run({"group", "log", "g"}), ExitCode::kOk);
  EXPECT_EQ(
      out(),
      "NUMBER  TIME  ACTION     PRINCIPAL  MEMBER  POSITION  EVENTS  REASON\n"
      "     1        discarded  asha                     12       3  address does not exist\n");
}

TEST_F(CliGroupTest, ConsumesShowsAndAcknowledges) {
  groups_.Fill(5, 5);
  EXPECT_EQ(Run({"group", "consume", "g", "--limit", "3", "--member", "me"}), ExitCode::kOk);
  const std::string shown = out();
  EXPECT_EQ(std::count(shown.begin(), shown.end(), '\n'), 3) << shown;
  EXPECT_EQ(err(), "left: 3 acknowledged, 0 to be retried\n");
  EXPECT_THAT(groups_.done, SizeIs(3));
  EXPECT_EQ(groups_.joins.at(0).member_name(), "me");
  EXPECT_EQ(groups_.joins.at(0).max_in_flight(), 3);
  EXPECT_EQ(Run({"group", "consume", "g", "--limit", "2", "--json", "--take-over"}), ExitCode::kOk);
  EXPECT_THAT(out(), HasSubstr("\"event_id\":\"5\""));
  EXPECT_THAT(groups_.done, SizeIs(5));
  EXPECT_TRUE(groups_.joins.at(1).take_over());
}

TEST_F(CliGroupTest, ExecGetsEachEventAndItsExitCodeDecides) {
  groups_.Fill(4, 4);
  const std::string file = directory_.path() + "/seen";
  // The second event fails once: the command leaves a mark when it was there.
  const std::string command = "read line; echo \"$line\" >> " + file +
                              "; case \"$line\" in *'\"event_id\":\"2\"'*) test -e " + file +
                              ".mark || { touch " + file + ".mark; exit 7; } ;; esac";
  EXPECT_EQ(Run({"group", "consume", "g", "--limit", "4", "--exec", command, "--workers", "2"}),
            ExitCode::kOk)
      << err();
  EXPECT_EQ(out(), "");
  EXPECT_EQ(err(), "left: 4 acknowledged, 1 to be retried\n");
  EXPECT_THAT(groups_.done, UnorderedElementsAre(1, 2, 3, 4));
  ASSERT_THAT(groups_.nacks, SizeIs(1));
  EXPECT_EQ(groups_.nacks.at(0).reason(), "exit code 7");
  std::ifstream seen(file);
  EXPECT_EQ(std::count(std::istreambuf_iterator<char>(seen), {}, '\n'), 5);
}

TEST_F(CliGroupTest, ExecMayLeaveItsInputUnread) {
  groups_.Fill(1, 1);
  EXPECT_EQ(Run({"group", "consume", "g", "--limit", "1", "--exec", "true"}), ExitCode::kOk);
  EXPECT_THAT(groups_.done, SizeIs(1));
}

TEST_F(CliGroupTest, CtrlCLeavesGracefully) {
  groups_.Fill(2, 2);
  std::thread interrupter([&] {
    EXPECT_TRUE(groups_.AwaitEmpty());
    kill(getpid(), SIGINT);
  });
  EXPECT_EQ(Run({"group", "consume", "g"}), ExitCode::kInterrupted);
  interrupter.join();
  EXPECT_EQ(err(), "left: 2 acknowledged, 0 to be retried\n");
}

TEST_F(CliGroupTest, ConsumeEndsWithWhatTheServerRefuses) {
  EXPECT_EQ(Run({"group", "consume", "none"}), ExitCode::kRefused);
  EXPECT_THAT(err(), HasSubstr("error: GROUP_NOT_FOUND: "));
  groups_.refuse_join = client::LedgerStatus(grpc::StatusCode::ALREADY_EXISTS, "MEMBER_EXISTS",
                                             "m is in the group already");
  EXPECT_EQ(Run({"group", "consume", "g", "--member", "m"}), ExitCode::kRefused);
  EXPECT_THAT(err(), AllOf(HasSubstr("error: MEMBER_EXISTS: "), HasSubstr("--take-over")));
}

TEST_F(CliGroupTest, WaitEndsWhenThePositionIsPassedOrInVain) {
  groups_.group.set_position(7);
  EXPECT_EQ(Run({"events", "wait", "--position", "7", "--group", "g"}), ExitCode::kOk);
  EXPECT_EQ(out(), "passed: position 7\n");
  EXPECT_EQ(Run({"events", "wait", "--position", "1234567", "--json"}), ExitCode::kOk);
  EXPECT_EQ(out(), "{\"position\": \"1234567\", \"passed\": true}\n");
  EXPECT_EQ(Run({"events", "wait", "--position", "8", "--group", "g", "--timeout", "500ms"}),
            ExitCode::kTimedOut);
  EXPECT_EQ(out(), "");
  EXPECT_THAT(err(), AllOf(StartsWith("error: TIMED_OUT: group g is at position 7, not 8\n"),
                           HasSubstr("\n  position       7\n"),
                           HasSubstr("'florin group show g' says who holds what")));
  EXPECT_EQ(Run({"events", "wait", "--position", "8", "--group", "none"}), ExitCode::kRefused);
}

}  // namespace
}  // namespace florin::cli
