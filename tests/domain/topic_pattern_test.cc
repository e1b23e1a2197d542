#include "domain/topic_pattern.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <iostream>
#include <random>
#include <string>
#include <string_view>
#include <vector>

namespace florin::domain {
namespace {

using ::testing::HasSubstr;
using ::testing::Pair;
using ::testing::UnorderedElementsAre;

struct Case {
  std::string_view pattern;
  std::string_view topic;
  bool matches;
};

// AMQP 0-9-1, 3.1.3.3: "*.stock.#" matches usd.stock and eur.stock.db but not
// stock.nasdaq; the rest are its corners.
constexpr Case kCases[] = {
    {"*.stock.#", "usd.stock", true},
    {"*.stock.#", "eur.stock.db", true},
    {"*.stock.#", "stock.nasdaq", false},
    {"account.opened", "account.opened", true},
    {"account.opened", "account.opened.late", false},
    {"account.opened", "account", false},
    {"account.opened", "Account.opened", false},
    {"account.open", "account.opened", false},
    {"account.funds.*", "account.funds.deposited", true},
    {"account.funds.*", "account.funds", false},
    {"account.funds.*", "account.funds.deposited.twice", false},
    {"*", "account", true},
    {"*", "account.opened", false},
    {"*", "", false},
    {"*.*", "account.opened", true},
    {"*.*", "account", false},
    {"#", "", true},
    {"#", "account", true},
    {"#", "account.funds.deposited", true},
    {"account.#", "account", true},
    {"account.#", "account.opened", true},
    {"account.#", "account.funds.deposited", true},
    {"account.#", "accounts.opened", false},
    {"#.deposited", "deposited", true},
    {"#.deposited", "account.funds.deposited", true},
    {"#.deposited", "account.funds.deposited.x", false},
    {"account.#.deposited", "account.deposited", true},
    {"account.#.deposited", "account.funds.deposited", true},
    {"account.#.deposited", "account.a.b.c.deposited", true},
    {"account.#.deposited", "account.a.b.c", false},
    {"#.#", "", true},
    {"#.#", "a.b", true},
    {"#.*", "", false},
    {"#.*", "a", true},
    {"#.*", "a.b.c", true},
    {"*.#", "a", true},
    {"*.#.*", "a", false},
    {"*.#.*", "a.b", true},
    {"#.a.#.b.#", "a.b", true},
    {"#.a.#.b.#", "x.a.y.b.z", true},
    {"#.a.#.b.#", "b.a", false},
    {"#.a.b", "a.a.b", true},
    {"#.a.b", "a.b.a.b", true},
    {"#.a.b", "a.b.a", false},
};

TEST(TopicPatternTest, MatchesByTheRulesOfAmqp) {
  for (const Case& c : kCases) {
    const auto pattern = TopicPattern::Parse(c.pattern);
    ASSERT_TRUE(pattern.ok()) << c.pattern;
    EXPECT_EQ(pattern->Matches(c.topic), c.matches) << c.pattern << " on '" << c.topic << "'";
  }
}

TEST(TopicPatternTest, KnowsWhichPatternsMatchEverything) {
  for (const char* text : {"#", "#.#", "#.#.#"}) {
    EXPECT_TRUE(TopicPattern::Parse(text)->MatchesEverything()) << text;
  }
  for (const char* text : {"*", "#.*", "account.#", "a"}) {
    EXPECT_FALSE(TopicPattern::Parse(text)->MatchesEverything()) << text;
  }
}

TEST(TopicPatternTest, RefusesMalformedPatternsAndSaysWhy) {
  const std::vector<std::pair<std::string, std::string>> cases = {
      {"", "is empty"},
      {".", "empty word"},
      {"account.", "empty word"},
      {".opened", "empty word"},
      {"account..opened", "empty word"},
      {"acc*", "whole word"},
      {"account.*ed", "whole word"},
      {"account.##", "whole word"},
      {"account.*#", "whole word"},
      {"account opened", "a character that no event type has"},
      {"account/opened", "a character that no event type has"},
      {"konto.er\xC3\xB6"
       "ffnet",
       "a character that no event type has"},
      {std::string(256, 'a'), "longer than 255 bytes"},
  };
  for (const auto& [text, problem] : cases) {
    const auto pattern = TopicPattern::Parse(text);
    ASSERT_FALSE(pattern.ok()) << text;
    EXPECT_EQ(pattern.refusal().reason, Reason::kFieldInvalid);
    EXPECT_THAT(pattern.refusal().message, HasSubstr(problem)) << text;
    EXPECT_THAT(pattern.refusal().metadata, UnorderedElementsAre(Pair("field", "type_patterns")));
  }
  EXPECT_TRUE(TopicPattern::Parse(std::string(255, 'a')).ok());
}

std::vector<std::string> Split(const std::string& text) {
  std::vector<std::string> words;
  std::size_t begin = 0;
  for (std::size_t end = 0; !text.empty() && end != std::string::npos; begin = end + 1) {
    end = text.find('.', begin);
    words.push_back(text.substr(begin, end - begin));
  }
  return words;
}

/// The rules as they are said, in exponential time.
bool MatchesSlowly(const std::vector<std::string>& pattern, std::size_t p,
                   const std::vector<std::string>& topic, std::size_t t) {
  if (p == pattern.size()) return t == topic.size();
  if (pattern[p] == "#") {
    return MatchesSlowly(pattern, p + 1, topic, t) ||
           (t < topic.size() && MatchesSlowly(pattern, p, topic, t + 1));
  }
  return t < topic.size() && (pattern[p] == "*" || pattern[p] == topic[t]) &&
         MatchesSlowly(pattern, p + 1, topic, t + 1);
}

TEST(TopicPatternTest, AgreesWithTheRulesOnRandomWords) {
  const std::uint64_t seed = std::random_device{}();
  std::cout << "seed " << seed << "\n";
  std::mt19937_64 random(seed);
  const auto make = [&](std::size_t kinds, std::size_t least) {
    constexpr const char* kWords[] = {"a", "b", "#", "*"};
    std::string text;
    for (std::size_t i = least + random() % 6; i > 0; --i) {
      text += (text.empty() ? "" : ".") + std::string(kWords[random() % kinds]);
    }
    return text;
  };
  int matched = 0;
  for (int i = 0; i < 20'000; ++i) {
    const std::string pattern = make(4, 1);
    const std::string topic = make(2, 0);
    const bool expected = MatchesSlowly(Split(pattern), 0, Split(topic), 0);
    matched += expected ? 1 : 0;
    ASSERT_EQ(TopicPattern::Parse(pattern)->Matches(topic), expected) << pattern << " on " << topic;
  }
  EXPECT_GT(matched, 1000);
}

TEST(TopicPatternTest, TakesNoExponentialTime) {
  std::string pattern = "#";
  std::string topic = "a";
  for (int i = 0; i < 60; ++i) {
    pattern += ".a.#";
    topic += ".a";
  }
  pattern += ".b";
  // With a search that tried every '#' again, this would not end.
  EXPECT_FALSE(TopicPattern::Parse(pattern)->Matches(topic));
}

}  // namespace
}  // namespace florin::domain
