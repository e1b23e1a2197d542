#include "server/rpc/wire_bounds.h"

#include <gtest/gtest.h>

#include <string>

#include "florin/v1/ledger_service.pb.h"
#include "server/rpc/message_bytes.h"

namespace florin::server {
namespace {

using domain::Reason;

grpc::ByteBuffer Bytes(const std::string& bytes) {
  const grpc::Slice slice(bytes);
  return grpc::ByteBuffer(&slice, 1);
}

std::string Repeated(std::string_view unit, std::int64_t times) {
  std::string bytes;
  for (std::int64_t i = 0; i < times; ++i) bytes += unit;
  return bytes;
}

template <typename Message>
WireBounds Check(const std::string& bytes) {
  return CheckWireBounds(Bytes(bytes), Message::descriptor());
}

TEST(WireBoundsTest, CountsElementsUpToTheLimit) {
  const std::string_view element("\x0a\x00", 2);
  using Request = v1::BatchOpenAccountsRequest;
  EXPECT_EQ(Check<Request>(Repeated(element, kElementsMax)), WireBounds::kFits);
  EXPECT_EQ(Check<Request>(Repeated(element, kElementsMax + 1)), WireBounds::kTooMany);
}

TEST(WireBoundsTest, CountsUnknownFieldsGroupsAndNestedElements) {
  using Request = v1::ExecuteBatchRequest;
  const std::int64_t many = kElementsMax + 1;
  // Fields 15 (a number), 15 (bytes), and a group 15 that is full of them.
  EXPECT_EQ(Check<Request>(Repeated({"\x78\x00", 2}, many)), WireBounds::kTooMany);
  EXPECT_EQ(Check<Request>(Repeated({"\x7a\x00", 2}, many)), WireBounds::kTooMany);
  EXPECT_EQ(Check<Request>("\x7b" + Repeated({"\x78\x00", 2}, many) + "\x7c"),
            WireBounds::kTooMany);
  // One command, an alternation of its kinds: each replaces the one before it.
  std::string command("\x0a\x80\x89\x7a", 4);  // commands, 2,000,000 bytes
  command += Repeated({"\x0a\x00\x12\x00", 4}, 500'000);
  EXPECT_EQ(Check<Request>(command), WireBounds::kTooMany);
}

TEST(WireBoundsTest, CountsStringsThatReplaceEachOther) {
  using Request = v1::OpenAccountRequest;
  EXPECT_EQ(Check<Request>(Repeated({"\x0a\x00", 2}, kFieldsMax)), WireBounds::kFits);
  EXPECT_EQ(Check<Request>(Repeated({"\x0a\x00", 2}, kFieldsMax + 1)), WireBounds::kTooMany);
}

TEST(WireBoundsTest, CountsPackedNumbers) {
  using Request = v1::ListTransactionsRequest;
  // statuses, 1,000,000 bytes
  EXPECT_EQ(Check<Request>(std::string("\x3a\xc0\x84\x3d", 4) + std::string(1'000'000, '\1')),
            WireBounds::kTooMany);
}

TEST(WireBoundsTest, RefusesWhatProtobufDoesNotParse) {
  using Request = v1::BatchOpenAccountsRequest;
  for (const std::string_view bytes :
       {std::string_view("\x0a\x05", 2), std::string_view("\x0a", 1), std::string_view("\x00", 1),
        std::string_view("\x7c", 1), std::string_view("\x7b", 1), std::string_view("\x7d\x00", 2),
        std::string_view("\x0a\x02\x0a\x05", 4), std::string_view("\x7f", 1)}) {
    EXPECT_EQ(Check<Request>(std::string(bytes)), WireBounds::kMalformed);
    EXPECT_FALSE(Request().ParseFromString(std::string(bytes)));
  }
  EXPECT_EQ(Check<Request>(std::string(101, '\x7b') + std::string(101, '\x7c')),
            WireBounds::kMalformed);
}

// The largest that the contract allows in numbers, though not within 16 MiB.
TEST(WireBoundsTest, LetsTheFullestBatchThrough) {
  v1::ExecuteBatchRequest request;
  for (int i = 0; i < 8'192; ++i) {
    auto* const create = request.add_commands()->mutable_create_transaction();
    create->set_transaction_id("t");
    create->set_type("t");
    create->set_reference("r");
    create->set_description("d");
    create->set_correlation_id("c");
    create->set_causation_id("c");
    create->mutable_effective_time()->set_seconds(1);
    create->mutable_effective_time()->set_nanos(1);
    create->mutable_hold()->mutable_timeout()->set_seconds(1);
    create->mutable_hold()->mutable_timeout()->set_nanos(1);
    for (int m = 0; m < 32; ++m) (*create->mutable_metadata())[std::to_string(m)] = "v";
    for (int p = 0; p < 2; ++p) {
      auto* const posting = create->add_postings();
      posting->set_debit_account_id("d");
      posting->set_credit_account_id("c");
      posting->set_amount("1");
    }
  }
  EXPECT_EQ(Check<v1::ExecuteBatchRequest>(request.SerializeAsString()), WireBounds::kFits);
}

// Bug: 7,000,000 empty elements in 14 MB took 1 GB before they were counted.
TEST(WireBoundsTest, AMillionEmptyElementsAreRefusedUnparsed) {
  v1::BatchOpenAccountsRequest request;
  const auto refusal = ParseBytes(Bytes(Repeated({"\x0a\x00", 2}, 1'000'000)), &request);
  ASSERT_TRUE(refusal);
  EXPECT_EQ(refusal->reason, Reason::kTooManyItems);
  const domain::StringMap metadata = {{"field", ""}, {"limit", "500000"}};
  EXPECT_EQ(refusal->metadata, metadata);
  EXPECT_EQ(request.requests_size(), 0);
}

}  // namespace
}  // namespace florin::server
