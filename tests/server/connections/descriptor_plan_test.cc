#include "server/connections/descriptor_plan.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace florin::server {
namespace {

using testing::HasSubstr;

TEST(DescriptorPlanTest, ALargeLimitGivesAllThatIsWanted) {
  const DescriptorPlan plan = PlanDescriptors(1'000'000, 10'000);
  EXPECT_EQ(plan.refusal, "");
  EXPECT_EQ(plan.warning, "");
  EXPECT_EQ(plan.connections, 10'000u);
  EXPECT_EQ(plan.storage_files, 768u);
}

TEST(DescriptorPlanTest, ALowLimitIsSharedAndSaidWithTheWayOut) {
  const DescriptorPlan plan = PlanDescriptors(1'024, 10'000);
  EXPECT_EQ(plan.refusal, "");
  EXPECT_EQ(plan.connections, 416u);
  EXPECT_EQ(plan.storage_files, 416u);
  EXPECT_THAT(plan.warning, HasSubstr("may have 1024 files open, but 10960 are wanted: at most "
                                      "416 of --max-connections 10000"));
  EXPECT_THAT(plan.warning, HasSubstr("LimitNOFILE="));
}

TEST(DescriptorPlanTest, TheTwoNeverPassTheLimit) {
  for (std::size_t limit = 0; limit < 20'000; ++limit) {
    for (const std::size_t wanted : {std::size_t{1}, std::size_t{64}, std::size_t{10'000}}) {
      const DescriptorPlan plan = PlanDescriptors(limit, wanted);
      if (!plan.refusal.empty()) {
        EXPECT_LT(limit, 448u);
        continue;
      }
      ASSERT_LE(plan.connections + plan.storage_files + 192, limit) << wanted;
      ASSERT_GE(plan.storage_files, 192u) << limit << " " << wanted;
      ASSERT_GE(plan.connections, std::min<std::size_t>(wanted, 64)) << limit << " " << wanted;
    }
  }
}

TEST(DescriptorPlanTest, TooFewAreRefusedWithTheNumbers) {
  const DescriptorPlan plan = PlanDescriptors(256, 10'000);
  EXPECT_THAT(plan.refusal, HasSubstr("may have 256 files open, but florind needs at least 448"));
}

}  // namespace
}  // namespace florin::server
