#include "server/convert/event_checkpoint.h"

#include <gtest/gtest.h>

#include <limits>

namespace florin::server {
namespace {

constexpr std::int64_t kHead = 1'000'000;

domain::Reason ReasonOf(std::string_view text) {
  const auto position = DecodeCheckpoint(text, "ledger-1", kHead);
  return position.ok() ? domain::Reason::kNone : position.refusal().reason;
}

TEST(EventCheckpointTest, GivesBackThePosition) {
  for (const std::int64_t position : {std::int64_t{0}, std::int64_t{1}, kHead}) {
    const auto decoded =
        DecodeCheckpoint(EncodeCheckpoint("ledger-1", position), "ledger-1", kHead);
    ASSERT_TRUE(decoded.ok());
    EXPECT_EQ(*decoded, position);
  }
  constexpr auto kLast = std::numeric_limits<std::int64_t>::max();
  const auto last = DecodeCheckpoint(EncodeCheckpoint("x", kLast), "x", kLast);
  ASSERT_TRUE(last.ok());
  EXPECT_EQ(*last, kLast);
}

TEST(EventCheckpointTest, NoticesEveryChangedCharacter) {
  const std::string checkpoint = EncodeCheckpoint("ledger-1", 4711);
  for (std::size_t i = 0; i < checkpoint.size(); ++i) {
    for (const char c : std::string_view("0123456789abcdefg/ ")) {
      if (c == checkpoint[i]) continue;
      std::string changed = checkpoint;
      changed[i] = c;
      EXPECT_EQ(ReasonOf(changed), domain::Reason::kCheckpointInvalid) << changed;
    }
  }
}

TEST(EventCheckpointTest, RefusesWhatItDidNotMake) {
  const std::string checkpoint = EncodeCheckpoint("ledger-1", 4711);
  for (const std::string& text :
       {std::string("1"), std::string("4711"), checkpoint + "00", checkpoint.substr(2),
        std::string(checkpoint.size(), '0'), std::string(1 << 20, 'a'), std::string("\0\xff", 2)}) {
    EXPECT_EQ(ReasonOf(text), domain::Reason::kCheckpointInvalid);
  }
}

TEST(EventCheckpointTest, RefusesThoseOfAnotherLedgerAndBeyondTheHead) {
  EXPECT_EQ(ReasonOf(EncodeCheckpoint("ledger-2", 4711)), domain::Reason::kCheckpointInvalid);
  const auto beyond = DecodeCheckpoint(EncodeCheckpoint("ledger-1", kHead + 1), "ledger-1", kHead);
  ASSERT_FALSE(beyond.ok());
  EXPECT_EQ(beyond.refusal().reason, domain::Reason::kCheckpointInvalid);
  EXPECT_NE(beyond.refusal().message.find("beyond"), std::string::npos);
}

}  // namespace
}  // namespace florin::server
