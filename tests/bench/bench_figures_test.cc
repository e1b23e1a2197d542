// Goal: the figures that florin-bench prints are what they are called.

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <set>
#include <string>

#include "bench/histogram.h"
#include "bench/options.h"
#include "bench/report.h"
#include "bench/transfers.h"

namespace florin::bench {
namespace {

using std::chrono::microseconds;

// Bug: a terminal obeyed what an argument held when an error quoted it.
TEST(OptionsTest, WhatIsQuotedStaysOnItsLine) {
  char program[] = "florin-bench";
  char argument[] = "--a\nb\x1b[8m";
  char* argv[] = {program, argument};
  const CommandLine line = ParseCommandLine(2, argv);
  EXPECT_EQ(line.exit_code, 2);
  EXPECT_NE(line.output.find("--a\\nb\\x1b[8m"), std::string::npos) << line.output;
}

TEST(HistogramTest, QuantilesAreWithinTwoPercent) {
  Histogram histogram;
  for (int i = 1; i <= 10'000; ++i) histogram.Record(microseconds(i));
  EXPECT_EQ(histogram.count(), 10'000);
  EXPECT_NEAR(histogram.Milliseconds(0.5), 5.0, 0.1);
  EXPECT_NEAR(histogram.Milliseconds(0.99), 9.9, 0.2);
  EXPECT_NEAR(histogram.Milliseconds(1), 10.0, 0.2);
}

TEST(HistogramTest, NothingBelowZeroOrBeyondTheEndIsLost) {
  Histogram histogram;
  histogram.Record(std::chrono::nanoseconds(-5));
  histogram.Record(std::chrono::hours(1'000'000));
  EXPECT_EQ(histogram.count(), 2);
  EXPECT_EQ(histogram.Milliseconds(0.5), 0);
  histogram.Clear();
  EXPECT_EQ(histogram.count(), 0);
  EXPECT_EQ(histogram.Milliseconds(0.5), 0);
}

TEST(ReportTest, ShowsTheMedianOfTheRounds) {
  Report report;
  Row* const row = report.row("unary-64", "transfers/s");
  for (const double round : {300.0, 100.0, 200.0}) row->rounds.push_back(round);
  for (const double ratio : {0.1, 0.5, 0.3}) row->ratios.push_back(ratio);
  row->baseline = "echo-64";
  row->Detail("p50_ms", 1.5);
  EXPECT_EQ(report.row("unary-64", "transfers/s"), row);
  const auto json = nlohmann::json::parse(report.Json());
  const auto& entry = json.at("rows").at(0);
  EXPECT_EQ(entry.at("value"), 200.0);
  EXPECT_EQ(entry.at("ratio"), 0.3);
  EXPECT_EQ(entry.at("baseline"), "echo-64");
  EXPECT_EQ(entry.at("p50_ms"), 1.5);
  EXPECT_NE(report.Table().find("unary-64                       200  transfers/s"),
            std::string::npos)
      << report.Table();
}

TEST(ReportTest, RefusalsBeyondOnePercentAreNoted) {
  Report report;
  Interval interval;
  interval.per_second = 10;
  interval.refused_share = 0.5;
  interval.first_refusal = "account a has 0.00 available";
  AddInterval(interval, report.row("holds", "commands/s"), report.notes());
  ASSERT_EQ(report.notes()->size(), 1);
  EXPECT_NE(report.notes()->front().find("50.0 % refused (account a has 0.00 available)"),
            std::string::npos);
}

TEST(TransferMakerTest, FollowsTheWorkload) {
  Workload workload;
  workload.accounts = 5;
  workload.hot = 1;
  workload.postings = 3;
  TransferMaker maker(workload, 1);
  std::set<std::string> ids;
  v1::CreateTransactionRequest request;
  for (int i = 0; i < 100; ++i) {
    maker.Fill(&request);
    ids.insert(request.transaction_id());
    ASSERT_EQ(request.postings_size(), 3);
    for (const v1::Posting& posting : request.postings()) {
      EXPECT_EQ(posting.debit_account_id(), AccountName(0));
      EXPECT_NE(posting.credit_account_id(), posting.debit_account_id());
    }
  }
  EXPECT_EQ(ids.size(), 100);
}

TEST(TransferMakerTest, TimeOrderedIdsGrowAndRandomOnesDoNot) {
  TransferMaker ordered(Workload{}, 1);
  std::string last;
  for (int i = 0; i < 1'000; ++i) {
    const std::string id = ordered.NextId();
    EXPECT_GT(id, last);
    last = id;
  }
  Workload random;
  random.random_ids = true;
  TransferMaker maker(random, 1);
  EXPECT_EQ(maker.NextId()[14], '4');
  EXPECT_EQ(maker.NextId().size(), 36);
}

TEST(OptionsTest, WrongOnesAreExplained) {
  const char* arguments[] = {"florin-bench", "--only", "unary,speed"};
  const CommandLine line = ParseCommandLine(3, const_cast<char**>(arguments));
  EXPECT_EQ(line.exit_code, 2);
  EXPECT_NE(line.output.find("there is no measurement 'speed'"), std::string::npos) << line.output;
}

}  // namespace
}  // namespace florin::bench
