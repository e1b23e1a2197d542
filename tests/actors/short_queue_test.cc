#include "actors/short_queue.h"

#include <gtest/gtest.h>

#include <deque>
#include <memory>
#include <random>
#include <string>

namespace florin::actors {
namespace {

TEST(ShortQueueTest, IsADequeForEveryMixOfPushAndPop) {
  const unsigned seed = std::random_device{}();
  SCOPED_TRACE("seed " + std::to_string(seed));
  std::mt19937 random(seed);
  ShortQueue<std::string> queue;
  std::deque<std::string> model;
  for (int step = 0; step < 100'000; ++step) {
    // Long stretches of more pushes than pops and the other way round: it grows, moves up and
    // empties.
    const bool growing = (step / 500) % 2 == 0;
    if (random() % 10 < (growing ? 6U : 4U)) {
      queue.push_back(std::to_string(step));
      model.push_back(std::to_string(step));
    } else if (!model.empty()) {
      queue.pop_front();
      model.pop_front();
    }
    ASSERT_EQ(queue.empty(), model.empty());
    ASSERT_EQ(queue.size(), model.size());
    if (!model.empty()) {
      ASSERT_EQ(queue.front(), model.front());
    }
    if (step % 97 == 0) {
      ASSERT_EQ(std::deque<std::string>(queue.begin(), queue.end()), model);
    }
  }
}

TEST(ShortQueueTest, LetsGoOfWhatIsPopped) {
  ShortQueue<std::shared_ptr<int>> queue;
  const auto first = std::make_shared<int>(1);
  queue.push_back(first);
  queue.push_back(std::make_shared<int>(2));
  EXPECT_EQ(first.use_count(), 2);
  queue.pop_front();
  EXPECT_EQ(first.use_count(), 1);
}

}  // namespace
}  // namespace florin::actors
