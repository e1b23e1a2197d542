#include "domain/mostly_empty.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace florin::domain {
namespace {

TEST(MostlyEmptyTest, IsEmptyUntilItSaysSomething) {
  MostlyEmpty<std::string> text;
  EXPECT_TRUE(text.empty());
  EXPECT_EQ(*text, "");
  text = "said";
  EXPECT_FALSE(text.empty());
  EXPECT_EQ(text, std::string("said"));
  EXPECT_EQ(std::string_view(text), "said");
  text = std::string();
  EXPECT_TRUE(text.empty());
  EXPECT_EQ(text, MostlyEmpty<std::string>());
}

TEST(MostlyEmptyTest, CopiesAreTheirOwn) {
  MostlyEmpty<std::string> first = std::string("one");
  MostlyEmpty<std::string> second = first;
  second = "two";
  EXPECT_EQ(*first, "one");
  first = second;
  second = std::string_view("three");
  EXPECT_EQ(*first, "two");
  const MostlyEmpty<std::string>& same = first;
  first = same;
  EXPECT_EQ(*first, "two");
}

TEST(MostlyEmptyTest, WhatWasMovedFromIsEmpty) {
  MostlyEmpty<std::string> first = std::string(100, 'x');
  const MostlyEmpty<std::string> second = std::move(first);
  EXPECT_TRUE(first.empty());  // NOLINT(bugprone-use-after-move): that is what is promised
  EXPECT_EQ(second->size(), 100U);
}

TEST(HeapOptionalTest, IsAnOptional) {
  HeapOptional<std::vector<int>> list;
  EXPECT_FALSE(list.has_value());
  EXPECT_EQ(list.value_or({7}), std::vector<int>{7});
  // An empty value is a value.
  list = std::vector<int>{};
  EXPECT_TRUE(list.has_value());
  list->push_back(1);
  const HeapOptional<std::vector<int>> copy = list;
  list->push_back(2);
  EXPECT_EQ(copy->size(), 1U);
  std::optional<std::vector<int>> optional = list;
  EXPECT_EQ(optional->size(), 2U);
  list = std::optional<std::vector<int>>{};
  EXPECT_FALSE(list);
  optional = list;
  EXPECT_FALSE(optional);
}

}  // namespace
}  // namespace florin::domain
