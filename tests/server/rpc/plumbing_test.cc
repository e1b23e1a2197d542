// What stands between gRPC and the handlers: bytes, statuses, page tokens,
// quotes.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "florin/v1/group_service.pb.h"
#include "florin/v1/ledger_service.pb.h"
#include "server/rpc/message_bytes.h"
#include "server/rpc/page_token.h"
#include "server/rpc/quote.h"
#include "server/rpc/status.h"
#include "tests/server/rpc/status_details.h"

namespace florin::server {
namespace {

using domain::Reason;
using test_support::DetailsOf;
using testing::HasSubstr;

grpc::ByteBuffer Bytes(const std::string& bytes) {
  const grpc::Slice slice(bytes);
  return grpc::ByteBuffer(&slice, 1);
}

TEST(QuoteTest, CutsByCharactersAndEscapes) {
  EXPECT_EQ(Quote("abc"), "\"abc\"");
  EXPECT_EQ(Quote("a\"\\\n"), "\"a\\\"\\\\\\n\"");
  EXPECT_EQ(Quote("\x1b\u009b\u202e"), "\"\\x1b\\u009b\\u202e\"");
  EXPECT_EQ(Quote(std::string(64, 'x')), "\"" + std::string(64, 'x') + "\"");
  EXPECT_EQ(Quote(std::string(65, 'x')), "\"" + std::string(64, 'x') + "...\"");
  std::string accents;
  for (int i = 0; i < 65; ++i) accents += "\xC3\xA9";
  EXPECT_EQ(Quote(accents), "\"" + accents.substr(0, 128) + "...\"");
}

TEST(QuoteTest, CutUtf8NeverHalvesACharacter) {
  EXPECT_EQ(CutUtf8("a\xC3\xA9", 3), "a\xC3\xA9");
  EXPECT_EQ(CutUtf8("a\xC3\xA9", 2), "a");
  EXPECT_EQ(CutUtf8("\xE2\x82\xAC", 2), "");
}

TEST(MessageBytesTest, RefusesGarbage) {
  v1::OpenAccountRequest request;
  const auto refusal = ParseBytes(Bytes("\xFF\xFF\xFFgarbage"), &request);
  ASSERT_TRUE(refusal);
  EXPECT_EQ(refusal->reason, Reason::kFieldInvalid);
  EXPECT_THAT(refusal->message, HasSubstr("florin.v1.OpenAccountRequest"));
}

TEST(MessageBytesTest, NamesTheStringThatIsNotUtf8) {
  v1::OpenAccountRequest request;
  // Field 2, owner_id, three bytes that are no UTF-8.
  const auto refusal = ParseBytes(Bytes("\x12\x03\xC3\x28\x41"), &request);
  ASSERT_TRUE(refusal);
  EXPECT_EQ(refusal->reason, Reason::kFieldInvalid);
  const domain::StringMap field = {{"field", "owner_id"}};
  EXPECT_EQ(refusal->metadata, field);
  EXPECT_THAT(refusal->message, HasSubstr("owner_id is not UTF-8"));
}

// Bug: "member_name", where every other refusal of the join says "join.member_name".
TEST(MessageBytesTest, SaysWhereInTheMessageTheStringStands) {
  const std::string bad = "\xC3\x28";
  const auto field = [](const google::protobuf::Message& broken,
                        google::protobuf::Message* parsed) {
    const auto refusal = ParseBytes(Bytes(broken.SerializePartialAsString()), parsed);
    return refusal ? refusal->metadata.at(0).second : "none";
  };
  v1::ConsumeGroupRequest join;
  join.mutable_join()->set_group_id("g");
  join.mutable_join()->set_member_name(bad);
  v1::ConsumeGroupRequest acknowledge;
  acknowledge.mutable_acknowledge()->add_nacks()->set_reason("good");
  acknowledge.mutable_acknowledge()->add_nacks()->set_reason(bad);
  v1::CreateGroupRequest create;
  create.mutable_settings()->mutable_filter()->add_streams("good");
  create.mutable_settings()->mutable_filter()->add_streams(bad);
  v1::ConsumeGroupRequest consume;
  EXPECT_EQ(field(join, &consume), "join.member_name");
  EXPECT_EQ(field(acknowledge, &consume), "acknowledge.nacks[1].reason");
  v1::CreateGroupRequest created;
  EXPECT_EQ(field(create, &created), "settings.filter.streams[1]");
}

TEST(MessageBytesTest, ReadsWhatItWroteAcrossSlices) {
  v1::OpenAccountRequest request;
  request.set_owner_id(std::string(100'000, 'x'));
  const std::string bytes = request.SerializeAsString();
  const grpc::Slice slices[] = {grpc::Slice(bytes.substr(0, 777)), grpc::Slice(bytes.substr(777))};
  v1::OpenAccountRequest parsed;
  ASSERT_FALSE(ParseBytes(grpc::ByteBuffer(slices, 2), &parsed));
  EXPECT_EQ(parsed.SerializeAsString(), bytes);
  v1::OpenAccountRequest again;
  ASSERT_FALSE(ParseBytes(EncodeBytes(parsed), &again));
  EXPECT_EQ(again.owner_id(), request.owner_id());
}

TEST(MessageBytesTest, LeasesNest) {
  ArenaLease outer;
  auto* const first = outer.New<v1::OpenAccountRequest>();
  first->set_account_id("first");
  {
    ArenaLease inner;
    inner.New<v1::OpenAccountRequest>()->set_account_id("second");
  }
  EXPECT_EQ(first->account_id(), "first");
}

TEST(StatusTest, CarriesReasonDomainMetadata) {
  const grpc::Status status = ToStatus({Reason::kInsufficientFunds, "too little", {{"a", "1"}}});
  EXPECT_EQ(status.error_code(), grpc::StatusCode::FAILED_PRECONDITION);
  EXPECT_EQ(status.error_message(), "too little");
  const auto details = DetailsOf(status);
  EXPECT_EQ(details.reason, "INSUFFICIENT_FUNDS");
  EXPECT_EQ(details.domain, "florin.v1");
  EXPECT_EQ(details.metadata.at("a"), "1");
  EXPECT_FALSE(details.retry_seconds);
}

TEST(StatusTest, ResourceExhaustedSaysWhenToRetry) {
  for (const Reason reason : {Reason::kOverloaded, Reason::kRateLimited, Reason::kDiskFull}) {
    const grpc::Status status = ToStatus({reason, "", {}});
    EXPECT_EQ(status.error_code(), grpc::StatusCode::RESOURCE_EXHAUSTED);
    EXPECT_GT(DetailsOf(status).retry_seconds.value_or(0), 0);
  }
}

TEST(StatusTest, StaysSmall) {
  domain::Refusal refusal{Reason::kFieldInvalid, std::string(100'000, 'm'), {}};
  for (int i = 0; i < 100; ++i) {
    refusal.metadata.emplace_back("k" + std::to_string(i), std::string(5'000, 'v'));
  }
  const grpc::Status status = ToStatus(refusal);
  EXPECT_LE(status.error_message().size(), 512u);
  EXPECT_LT(status.error_details().size(), 4096u);
  EXPECT_EQ(DetailsOf(status).reason, "FIELD_INVALID");
}

TEST(StatusTest, MarksReplayedOnceAndInOrder) {
  domain::Refusal refusal{Reason::kAccountClosed, "", {{"a", "1"}, {"z", "2"}}};
  MarkReplayed(&refusal);
  MarkReplayed(&refusal);
  const domain::StringMap expected = {{"a", "1"}, {"replayed", "true"}, {"z", "2"}};
  EXPECT_EQ(refusal.metadata, expected);
}

TEST(PageTokenTest, RoundTrip) {
  const PagePlace place{42, -7, "hdfc:cash"};
  const auto decoded = DecodePageToken(9, EncodePageToken(9, place));
  ASSERT_TRUE(decoded.ok());
  EXPECT_EQ(decoded->head_position, 42);
  EXPECT_EQ(decoded->after, -7);
  EXPECT_EQ(decoded->after_key, "hdfc:cash");
}

TEST(PageTokenTest, RefusesOtherQueriesAndEveryChange) {
  const std::string token = EncodePageToken(9, {42, 7, "key"});
  EXPECT_EQ(DecodePageToken(8, token).refusal().reason, Reason::kPageTokenInvalid);
  for (std::size_t i = 0; i < token.size(); ++i) {
    std::string changed = token;
    changed[i] = changed[i] == '0' ? '1' : '0';
    EXPECT_FALSE(DecodePageToken(9, changed).ok()) << i;
    EXPECT_FALSE(DecodePageToken(9, token.substr(0, i)).ok()) << i;
  }
  EXPECT_FALSE(DecodePageToken(9, "not a token").ok());
  EXPECT_FALSE(DecodePageToken(9, token + "00").ok());
}

TEST(PageTokenTest, DigestTellsFieldsApart) {
  const auto digest = [](const std::string& a, const std::string& b) {
    return QueryDigest("Q", "ledger").Add(a).Add(b).value();
  };
  EXPECT_NE(digest("ab", "c"), digest("a", "bc"));
  EXPECT_NE(digest("", "a"), digest("a", ""));
  EXPECT_NE(QueryDigest("Q", "one").value(), QueryDigest("Q", "two").value());
  EXPECT_NE(QueryDigest("Q", "l").Add(std::optional<std::int64_t>(0)).value(),
            QueryDigest("Q", "l").Add(std::optional<std::int64_t>()).value());
}

}  // namespace
}  // namespace florin::server
