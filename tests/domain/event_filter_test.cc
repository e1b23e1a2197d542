#include "domain/event_filter.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <iostream>
#include <random>
#include <string>
#include <vector>

namespace florin::domain {
namespace {

using ::testing::HasSubstr;
using ::testing::Pair;
using ::testing::UnorderedElementsAre;

EventFilter Compiled(const EventFilterSpec& spec) {
  auto filter = EventFilter::Compile(spec);
  EXPECT_TRUE(filter.ok());
  return *filter;
}

TEST(EventFilterTest, SelectsEverythingWhenEmpty) {
  EXPECT_TRUE(EventFilter().MatchesEverything());
  const EventFilter filter = Compiled({});
  EXPECT_TRUE(filter.MatchesEverything());
  EXPECT_TRUE(filter.Matches("a:1", "account.opened"));
}

TEST(EventFilterTest, TakesPrefixesOrStreams) {
  const EventFilter filter = Compiled({{"bank:", "transaction/"}, {}, {"customer:1", "asset/EUR"}});
  EXPECT_FALSE(filter.MatchesEverything());
  for (const char* stream : {"bank:", "bank:cash", "transaction/7", "customer:1", "asset/EUR"}) {
    EXPECT_TRUE(filter.Matches(stream, "any.type")) << stream;
  }
  for (const char* stream :
       {"", "bank", "banks:cash", "customer:10", "customer:", "asset/EURO", "Bank:cash"}) {
    EXPECT_FALSE(filter.Matches(stream, "any.type")) << stream;
  }
}

TEST(EventFilterTest, TakesAnyOfThePatterns) {
  const EventFilter filter = Compiled({{}, {"account.funds.*", "transaction.posted"}, {}});
  EXPECT_TRUE(filter.Matches("x", "account.funds.deposited"));
  EXPECT_TRUE(filter.Matches("x", "transaction.posted"));
  EXPECT_FALSE(filter.Matches("x", "transaction.voided"));
  EXPECT_FALSE(filter.Matches("x", "account.opened"));
}

TEST(EventFilterTest, NeedsEveryFilledFieldToMatch) {
  const EventFilter filter = Compiled({{"bank:"}, {"account.#"}, {"customer:1"}});
  EXPECT_TRUE(filter.Matches("bank:cash", "account.opened"));
  EXPECT_TRUE(filter.Matches("customer:1", "account.opened"));
  EXPECT_FALSE(filter.Matches("bank:cash", "transaction.posted"));
  EXPECT_FALSE(filter.Matches("customer:2", "account.opened"));
}

TEST(EventFilterTest, SelectsEverythingByAllEmbracingEntries) {
  EXPECT_TRUE(Compiled({{""}, {"#", "account.opened"}, {"x"}}).MatchesEverything());
  EXPECT_TRUE(Compiled({{}, {"account.opened", "#.#"}, {}}).MatchesEverything());
}

TEST(EventFilterTest, AgreesWithEachPrefixAloneOnRandomStreams) {
  const std::uint64_t seed = std::random_device{}();
  std::cout << "seed " << seed << "\n";
  std::mt19937_64 random(seed);
  const auto text = [&](std::size_t size_max) {
    // Also bytes above 127, which must sort as they compare.
    constexpr std::string_view kBytes = "ab:\xC3";
    std::string made(1 + random() % size_max, ' ');
    for (char& c : made) c = kBytes[random() % kBytes.size()];
    return made;
  };
  for (int round = 0; round < 300; ++round) {
    EventFilterSpec spec;
    for (std::uint64_t i = 1 + random() % 8; i > 0; --i) {
      spec.stream_prefixes.push_back(text(5));
    }
    const EventFilter filter = Compiled(spec);
    for (int i = 0; i < 50; ++i) {
      const std::string stream = text(8);
      const bool expected =
          std::any_of(spec.stream_prefixes.begin(), spec.stream_prefixes.end(),
                      [&](const std::string& prefix) { return stream.starts_with(prefix); });
      ASSERT_EQ(filter.MatchesStream(stream), expected);
    }
  }
}

TEST(EventFilterTest, NamesTheEntryThatIsMalformed) {
  const auto pattern = EventFilter::Compile({{}, {"account.#", "a..b"}, {}});
  ASSERT_FALSE(pattern.ok());
  EXPECT_EQ(pattern.refusal().reason, Reason::kFieldInvalid);
  EXPECT_THAT(pattern.refusal().message, HasSubstr("'a..b' has an empty word"));
  EXPECT_THAT(pattern.refusal().metadata,
              UnorderedElementsAre(Pair("field", "filter.type_patterns[1]")));

  const auto stream = EventFilter::Compile({{}, {}, {"a", "b", ""}});
  ASSERT_FALSE(stream.ok());
  EXPECT_EQ(stream.refusal().reason, Reason::kFieldInvalid);
  EXPECT_THAT(stream.refusal().metadata, UnorderedElementsAre(Pair("field", "filter.streams[2]")));
}

TEST(EventFilterTest, RefusesTooManyEntriesWithTheLimit) {
  const auto expect_refused = [](const EventFilterSpec& spec, const std::string& field,
                                 const std::string& limit) {
    const auto filter = EventFilter::Compile(spec);
    ASSERT_FALSE(filter.ok());
    EXPECT_EQ(filter.refusal().reason, Reason::kTooManyItems);
    EXPECT_THAT(filter.refusal().metadata,
                UnorderedElementsAre(Pair("field", field), Pair("limit", limit)));
  };
  const std::vector<std::string> streams(EventFilter::kStreamsMax + 1, "a");
  const std::vector<std::string> patterns(EventFilter::kPatternsMax + 1, "a");
  expect_refused({streams, {}, {}}, "filter.stream_prefixes", "8192");
  expect_refused({{}, {}, streams}, "filter.streams", "8192");
  expect_refused({{}, patterns, {}}, "filter.type_patterns", "256");
  EXPECT_TRUE(EventFilter::Compile({{streams.begin() + 1, streams.end()},
                                    {patterns.begin() + 1, patterns.end()},
                                    {streams.begin() + 1, streams.end()}})
                  .ok());
}

TEST(EventFilterTest, RefusesTooManyBytesNamingWhereTheyPassTheLimit) {
  const auto field_of = [](const EventFilterSpec& spec) -> std::string {
    const auto filter = EventFilter::Compile(spec);
    if (filter.ok()) return "";
    EXPECT_EQ(filter.refusal().reason, Reason::kFieldInvalid);
    return filter.refusal().metadata.front().second;
  };
  const std::string most(EventFilter::kEntryBytesMax, 's');
  EXPECT_EQ(field_of({{most}, {}, {most}}), "");
  EXPECT_EQ(field_of({{"a", most + "s"}, {}, {}}), "filter.stream_prefixes[1]");
  EXPECT_EQ(field_of({{}, {}, {most + "s"}}), "filter.streams[0]");
  const std::size_t fit = EventFilter::kBytesMax / EventFilter::kEntryBytesMax;
  const std::vector<std::string> half(fit / 2, most);
  EXPECT_EQ(field_of({half, {}, half}), "");
  EXPECT_EQ(field_of({half, {"a"}, half}), "filter.streams[" + std::to_string(fit / 2 - 1) + "]");
}

}  // namespace
}  // namespace florin::domain
