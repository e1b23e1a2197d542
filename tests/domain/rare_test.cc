#include "domain/rare.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace florin::domain {
namespace {

TEST(RareTest, IsEmptyUntilItSaysSomething) {
  Rare<std::string> text;
  EXPECT_TRUE(text.empty());
  EXPECT_EQ(*text, "");
  text = "said";
  EXPECT_FALSE(text.empty());
  EXPECT_EQ(text, std::string("said"));
  EXPECT_EQ(std::string_view(text), "said");
  text = std::string();
  EXPECT_TRUE(text.empty());
  EXPECT_EQ(text, Rare<std::string>());
}

TEST(RareTest, CopiesAreTheirOwn) {
  Rare<std::string> first = std::string("one");
  Rare<std::string> second = first;
  second = "two";
  EXPECT_EQ(*first, "one");
  first = second;
  second = std::string_view("three");
  EXPECT_EQ(*first, "two");
  const Rare<std::string>& same = first;
  first = same;
  EXPECT_EQ(*first, "two");
}

TEST(RareTest, WhatWasMovedFromIsEmpty) {
  Rare<std::string> first = std::string(100, 'x');
  const Rare<std::string> second = std::move(first);
  EXPECT_TRUE(first.empty());  // NOLINT(bugprone-use-after-move): that is what is promised
  EXPECT_EQ(second->size(), 100U);
}

TEST(BoxedTest, IsAnOptional) {
  Boxed<std::vector<int>> boxed;
  EXPECT_FALSE(boxed.has_value());
  EXPECT_EQ(boxed.value_or({7}), std::vector<int>{7});
  // An empty value is a value.
  boxed = std::vector<int>{};
  EXPECT_TRUE(boxed.has_value());
  boxed->push_back(1);
  const Boxed<std::vector<int>> copy = boxed;
  boxed->push_back(2);
  EXPECT_EQ(copy->size(), 1U);
  std::optional<std::vector<int>> optional = boxed;
  EXPECT_EQ(optional->size(), 2U);
  boxed = std::optional<std::vector<int>>{};
  EXPECT_FALSE(boxed);
  optional = boxed;
  EXPECT_FALSE(optional);
}

}  // namespace
}  // namespace florin::domain
