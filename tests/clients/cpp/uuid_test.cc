#include "clients/cpp/uuid.h"

#include <gtest/gtest.h>

#include <set>
#include <string>

namespace florin::client {
namespace {

TEST(UuidTest, HasTheShapeOfVersionSeven) {
  UuidGenerator generator;
  for (int i = 0; i < 100; ++i) {
    const std::string id = generator.Next();
    ASSERT_EQ(id.size(), 36U);
    EXPECT_EQ(id.find_first_not_of("0123456789abcdef-"), std::string::npos);
    for (const std::size_t dash : {8U, 13U, 18U, 23U}) {
      EXPECT_EQ(id[dash], '-');
    }
    EXPECT_EQ(id[14], '7');
    EXPECT_NE(std::string("89ab").find(id[19]), std::string::npos) << id;
  }
}

TEST(UuidTest, BeginsWithTheMilliseconds) {
  UuidGenerator generator([] { return std::int64_t{0x0123456789AB}; },
                          [] { return std::uint64_t{0}; });
  EXPECT_EQ(generator.Next(), "01234567-89ab-7000-8000-000000000000");
  EXPECT_EQ(generator.Next(), "01234567-89ab-7001-8000-000000000000");
}

TEST(UuidTest, GrowsWithinAMillisecondAndBeyondItsCounter) {
  UuidGenerator generator([] { return std::int64_t{1000}; }, [] { return ~std::uint64_t{0}; });
  std::string last;
  for (int i = 0; i < 10'000; ++i) {
    const std::string id = generator.Next();
    ASSERT_LT(last, id) << "after " << i;
    last = id;
  }
}

TEST(UuidTest, GrowsAlsoWhenTheClockGoesBack) {
  std::int64_t now = 2000;
  UuidGenerator generator([&] { return now; }, [] { return std::uint64_t{7}; });
  const std::string first = generator.Next();
  now = 500;
  const std::string second = generator.Next();
  now = 2001;
  const std::string third = generator.Next();
  EXPECT_LT(first, second);
  EXPECT_LT(second, third);
}

TEST(UuidTest, IsUniqueAndOrderedOnTheRealClock) {
  UuidGenerator generator;
  std::set<std::string> seen;
  std::string last;
  for (int i = 0; i < 20'000; ++i) {
    const std::string id = generator.Next();
    ASSERT_LT(last, id);
    ASSERT_TRUE(seen.insert(id).second);
    last = id;
  }
}

}  // namespace
}  // namespace florin::client
