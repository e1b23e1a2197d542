#pragma once

#include <google/protobuf/text_format.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "domain/result.h"
#include "server/convert/event_checkpoint.h"

namespace florin::server {

template <typename Message>
Message Parse(const std::string& text) {
  Message message;
  EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(text, &message)) << text;
  return message;
}

inline std::string FieldOf(const domain::Refusal& refusal) {
  for (const auto& [key, value] : refusal.metadata) {
    if (key == "field") return value;
  }
  return "";
}

template <typename T>
void ExpectRefused(const domain::Result<T>& result, domain::Reason reason, const std::string& field,
                   const std::string& text) {
  ASSERT_FALSE(result.ok()) << text;
  EXPECT_EQ(result.refusal().reason, reason) << text << ": " << result.refusal().message;
  EXPECT_EQ(FieldOf(result.refusal()), field) << text;
  EXPECT_FALSE(result.refusal().message.empty()) << text;
}

struct BadRequest {
  std::string text;
  domain::Reason reason;
  std::string field;
};

/// Starts that every reader of the log refuses, of "ledger-1" whose head is 100.
inline std::vector<BadRequest> BadStarts() {
  using domain::Reason;
  const std::string other = EncodeCheckpoint("ledger-2", 5);
  const std::string beyond = EncodeCheckpoint("ledger-1", 101);
  return {
      {"beginning: false", Reason::kFieldInvalid, "beginning"},
      {"end: false", Reason::kFieldInvalid, "end"},
      {"time { seconds: -99999999999 }", Reason::kFieldInvalid, "time"},
      {"time { nanos: -1 }", Reason::kFieldInvalid, "time"},
      {"after_checkpoint: 'tomorrow'", Reason::kCheckpointInvalid, "after_checkpoint"},
      {"after_checkpoint: '" + other + "'", Reason::kCheckpointInvalid, "after_checkpoint"},
      {"after_checkpoint: '" + beyond + "'", Reason::kCheckpointInvalid, "after_checkpoint"},
  };
}

}  // namespace florin::server
