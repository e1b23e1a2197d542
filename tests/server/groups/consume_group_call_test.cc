// ConsumeGroup through gRPC: what a member sends, what it gets, how it ends.

#include "server/groups/consume_group_call.h"

#include <gmock/gmock.h>

#include <string>
#include <vector>

#include "server/groups/response.h"
#include "server/rpc/message_bytes.h"
#include "tests/server/groups/group_calls_fixture.h"
#include "tests/server/rpc/status_details.h"

namespace florin::server {
namespace {

using actors::DeliveryBatch;
using domain::Reason;
using std::chrono::milliseconds;
using std::chrono::seconds;
using test_support::DetailsOf;
using test_support::FieldOf;
using test_support::ReasonOf;

actors::Delivery DeliveryOf(const v1::Event& event, const std::string& id) {
  return {event.position(), 2, id, event.SerializeAsString()};
}

TEST(GroupResponseTest, SaysWhatTheBatchSays) {
  EventLog log(3, 10);
  log.Write(30);
  DeliveryBatch batch;
  batch.head_position = 1234;
  batch.caught_up = true;
  batch.durable_acknowledge_count = 77;
  for (const v1::Event& event : log.Events()) {
    batch.deliveries.push_back(DeliveryOf(event, "d" + std::to_string(event.position())));
  }
  batch.refusals.push_back({"x", {Reason::kDeliveryUnknown, "gone", {}}});
  for (const std::size_t bytes : {std::size_t{1}, std::size_t{1000}, kGroupResponseBytes}) {
    std::vector<v1::DeliveredEvent> events;
    auto responses = EncodeDeliveries(batch, bytes);
    EXPECT_EQ(responses.size() == 1, bytes == kGroupResponseBytes);
    for (std::size_t i = 0; i < responses.size(); ++i) {
      v1::ConsumeGroupResponse response;
      ASSERT_FALSE(ParseBytes(responses[i], &response).has_value());
      EXPECT_EQ(response.head_position(), 1234);
      EXPECT_EQ(response.durable_acknowledge_count(), 77);
      const bool last = i + 1 == responses.size();
      EXPECT_EQ(response.caught_up(), last);
      EXPECT_EQ(response.refusals_size(), last ? 1 : 0);
      for (const auto& event : response.events()) events.push_back(event);
      if (!last) continue;
      EXPECT_EQ(response.refusals(0).delivery_id(), "x");
      EXPECT_EQ(response.refusals(0).refusal().reason(), "DELIVERY_UNKNOWN");
    }
    const std::vector<v1::Event> all = log.Events();
    ASSERT_EQ(events.size(), all.size());
    for (std::size_t i = 0; i < all.size(); ++i) {
      EXPECT_EQ(events[i].event().SerializeAsString(), all[i].SerializeAsString());
      EXPECT_EQ(events[i].attempt(), 2);
      EXPECT_EQ(events[i].delivery_id(), "d" + std::to_string(all[i].position()));
    }
  }
}

TEST(ConsumeGroupCallTest, DeliversOneBatchAfterTheOther) {
  GroupServer server;
  grpc::ClientContext context;
  const auto stream = server.Open(&context);
  const auto member = server.Join(stream.get());
  EXPECT_EQ(server.groups().group_id, "g");
  EXPECT_EQ(server.groups().joined.member_name, "m");
  v1::ConsumeGroupResponse response;
  for (int i = 1; i <= 3; ++i) {
    DeliveryBatch batch;
    batch.head_position = 20;
    batch.deliveries.push_back(DeliveryOf(server.log().Events()[0], "d" + std::to_string(i)));
    member->sink().Write(std::move(batch));
    member->WaitForWritten(i);
    ASSERT_TRUE(stream->Read(&response));
    EXPECT_EQ(response.events(0).delivery_id(), "d" + std::to_string(i));
    EXPECT_EQ(response.events(0).event().position(), 1);
    EXPECT_EQ(response.head_position(), 20);
  }
  ASSERT_TRUE(stream->Write(AcknowledgeOf("d2")));
  EXPECT_THAT(member->TakeAcknowledge().delivery_ids, testing::ElementsAre("d2"));
  member->sink().End({Reason::kGroupNotFound, "it was deleted", {}});
  EXPECT_EQ(ReasonOf(EndOf(stream.get())), "GROUP_NOT_FOUND");
  EXPECT_FALSE(member->left());
}

TEST(ConsumeGroupCallTest, AHalfCloseWaitsUntilWhatWasAcknowledgedIsDurable) {
  GroupServer server;
  grpc::ClientContext context;
  const auto stream = server.Open(&context);
  const auto member = server.Join(stream.get());
  member->set_leave_held(true);
  ASSERT_TRUE(stream->Write(AcknowledgeOf("a")));
  ASSERT_TRUE(stream->Write(AcknowledgeOf("b")));
  stream->WritesDone();
  member->TakeAcknowledge();
  member->TakeAcknowledge();
  DeliveryBatch first;
  first.durable_acknowledge_count = 1;
  member->sink().Write(first);
  member->WaitForWritten(1);
  EXPECT_FALSE(member->left());
  DeliveryBatch second;
  second.durable_acknowledge_count = 2;
  member->sink().Write(second);
  member->WaitForLeave();
  v1::ConsumeGroupResponse response;
  ASSERT_TRUE(stream->Read(&response));
  ASSERT_TRUE(stream->Read(&response));
  EXPECT_EQ(response.durable_acknowledge_count(), 2);
  // Its name is free when it hears that it has left.
  member->ReleaseLeave();
  EXPECT_FALSE(stream->Read(&response));
  EXPECT_TRUE(stream->Finish().ok());
}

TEST(ConsumeGroupCallTest, WhoSaidGoodbyeGetsNothingMore) {
  GroupServer server;
  grpc::ClientContext context;
  const auto stream = server.Open(&context);
  const auto member = server.Join(stream.get());
  ASSERT_TRUE(stream->Write(AcknowledgeOf("a")));
  stream->WritesDone();
  member->TakeAcknowledge();
  // Written until the half-close has arrived; from then on without events.
  v1::ConsumeGroupResponse response;
  int written = 0;
  do {
    DeliveryBatch batch;
    batch.deliveries.push_back(DeliveryOf(server.log().Events()[0], "d"));
    member->sink().Write(std::move(batch));
    member->WaitForWritten(++written);
    ASSERT_TRUE(stream->Read(&response));
  } while (response.events_size() > 0);
  DeliveryBatch last;
  last.durable_acknowledge_count = 1;
  member->sink().Write(last);
  EXPECT_TRUE(EndOf(stream.get()).ok());
  EXPECT_TRUE(member->left());
  // That one was no attempt: nobody heard of it.
  EXPECT_EQ(member->unsent(), std::vector<std::string>{"d"});
}

TEST(ConsumeGroupCallTest, LeavesWhenTheConnectionGoes) {
  GroupServer server;
  grpc::ClientContext context;
  const auto stream = server.Open(&context);
  const auto member = server.Join(stream.get());
  context.TryCancel();
  member->WaitForLeave();
  EXPECT_EQ(stream->Finish().error_code(), grpc::StatusCode::CANCELLED);
}

struct BadMessage {
  const char* what;
  v1::ConsumeGroupRequest request;
  std::string reason;
  std::string field;
};

TEST(ConsumeGroupCallTest, RefusesFirstMessagesThatDoNotJoin) {
  GroupServer server;
  v1::ConsumeGroupRequest nameless;
  nameless.mutable_join()->set_group_id("g");
  for (const BadMessage& bad :
       {BadMessage{"empty", {}, "FIELD_MISSING", "join"},
        BadMessage{"acknowledge", AcknowledgeOf("a"), "FIELD_MISSING", "join"},
        BadMessage{"nameless", nameless, "FIELD_MISSING", "join.member_name"}}) {
    grpc::ClientContext context;
    const auto stream = server.Open(&context);
    ASSERT_TRUE(stream->Write(bad.request));
    const grpc::Status status = EndOf(stream.get());
    EXPECT_EQ(ReasonOf(status), bad.reason) << bad.what;
    EXPECT_EQ(FieldOf(status), bad.field) << bad.what;
  }
  grpc::ClientContext context;
  const auto silent = server.Open(&context);
  silent->WritesDone();
  EXPECT_EQ(FieldOf(EndOf(silent.get())), "join");
}

TEST(ConsumeGroupCallTest, EndsMembersThatSendWhatIsMalformed) {
  GroupServer server;
  v1::ConsumeGroupRequest again;
  again.mutable_join()->set_group_id("g");
  v1::ConsumeGroupRequest actionless;
  actionless.mutable_acknowledge()->add_nacks();
  v1::ConsumeGroupRequest many = AcknowledgeOf("d");
  for (int i = 0; i < kGroupIdsMax; ++i) many.mutable_acknowledge()->add_delivery_ids("d");
  for (const BadMessage& bad :
       {BadMessage{"second join", again, "FIELD_INVALID", "join"},
        BadMessage{"empty", {}, "FIELD_MISSING", "acknowledge"},
        BadMessage{"actionless", actionless, "FIELD_MISSING", "acknowledge.nacks[0].action"},
        BadMessage{"many", many, "TOO_MANY_ITEMS", "acknowledge"}}) {
    grpc::ClientContext context;
    const auto stream = server.Open(&context);
    const auto member = server.Join(stream.get());
    ASSERT_TRUE(stream->Write(bad.request));
    const grpc::Status status = EndOf(stream.get());
    EXPECT_EQ(ReasonOf(status), bad.reason) << bad.what;
    EXPECT_EQ(FieldOf(status), bad.field) << bad.what;
    EXPECT_TRUE(member->left()) << bad.what;
  }
}

TEST(ConsumeGroupCallTest, RefusesBytesThatAreNoRequest) {
  GroupServer server;
  grpc::ClientContext context;
  const auto stream = server.Open(&context);
  const auto member = server.Join(stream.get());
  // A second `join`, whose bytes are none.
  v1::ConsumeGroupRequest broken;
  broken.GetReflection()->MutableUnknownFields(&broken)->AddLengthDelimited(1, "\xff\xff\xff");
  ASSERT_TRUE(stream->Write(broken));
  EXPECT_EQ(ReasonOf(EndOf(stream.get())), "FIELD_INVALID");
  EXPECT_TRUE(member->left());
}

TEST(ConsumeGroupCallTest, SaysWhyAJoinIsRefused) {
  GroupServer server;
  server.groups().join_refusal = {Reason::kMemberExists, "m is connected", {}};
  grpc::ClientContext context;
  const auto stream = server.Open(&context);
  v1::ConsumeGroupRequest request;
  request.mutable_join()->set_group_id("g");
  request.mutable_join()->set_member_name("m");
  ASSERT_TRUE(stream->Write(request));
  EXPECT_EQ(ReasonOf(EndOf(stream.get())), "MEMBER_EXISTS");
}

TEST(ConsumeGroupCallTest, AStopEndsWhoHasNotJoinedAndAsksTheGroupsForTheRest) {
  GroupServer server;
  grpc::ClientContext contexts[3];
  const auto waiting = server.Open(&contexts[0]);
  const auto stream = server.Open(&contexts[1]);
  const auto member = server.Join(stream.get());
  server.host().StartDraining();
  EXPECT_EQ(ReasonOf(EndOf(waiting.get())), "SHUTTING_DOWN");
  EXPECT_EQ(server.groups().ended(), 1);
  DeliveryBatch last;
  last.durable_acknowledge_count = 0;
  last.head_position = 9;
  member->sink().Write(last);
  member->WaitForWritten(1);
  member->sink().End({Reason::kShuttingDown, "the server is stopping", {}});
  v1::ConsumeGroupResponse response;
  ASSERT_TRUE(stream->Read(&response));
  EXPECT_EQ(response.head_position(), 9);
  EXPECT_EQ(ReasonOf(EndOf(stream.get())), "SHUTTING_DOWN");
  const auto late = server.Open(&contexts[2]);
  EXPECT_EQ(ReasonOf(EndOf(late.get())), "SHUTTING_DOWN");
}

// Bug: a stop waited for members that did not read, until its own time was over.
TEST(ConsumeGroupCallTest, AStopCutsAMemberThatDoesNotRead) {
  StreamLimits limits{10, seconds(60), seconds(60)};
  limits.shutdown_grace = milliseconds(200);
  GroupServer server(limits);
  grpc::ClientContext context;
  const auto stream = server.Open(&context);
  const auto member = server.Join(stream.get());
  // More than the connection takes.
  DeliveryBatch batch;
  const v1::Event event = server.log().Events()[0];
  for (int i = 0; i < 40'000; ++i) batch.deliveries.push_back(DeliveryOf(event, "d"));
  member->sink().Write(std::move(batch));
  server.host().StartDraining();
  member->sink().End({Reason::kShuttingDown, "the server is stopping", {}});
  EXPECT_TRUE(server.host().WaitUntilIdle(seconds(20)));
  const grpc::Status status = EndOf(stream.get());
  EXPECT_EQ(status.error_code(), grpc::StatusCode::UNAVAILABLE);
  EXPECT_THAT(status.error_message(), testing::HasSubstr("SHUTTING_DOWN"));
}

TEST(ConsumeGroupCallTest, MembersBeyondTheLimitAreRefused) {
  GroupServer server({1, seconds(60), seconds(60)});
  grpc::ClientContext contexts[2];
  const auto first = server.Open(&contexts[0]);
  const auto member = server.Join(first.get());
  const grpc::Status status = server.Open(&contexts[1])->Finish();
  EXPECT_EQ(ReasonOf(status), "OVERLOADED");
  EXPECT_EQ(DetailsOf(status).metadata.at("limit"), "1");
  EXPECT_FALSE(member->left());
}

// Bug: a member that takes over was refused where all places were taken, though
// it replaces one.
TEST(ConsumeGroupCallTest, BeyondTheLimitAMemberMayOnlyReplaceAnother) {
  StreamLimits limits{1, seconds(60), seconds(60)};
  limits.spare_max = 1;
  GroupServer server(limits);
  grpc::ClientContext contexts[3];
  const auto first = server.Open(&contexts[0]);
  const auto member = server.Join(first.get());
  EXPECT_FALSE(server.groups().joined.replaces_only);
  const auto second = server.Open(&contexts[1]);
  const auto successor = server.Join(second.get());
  EXPECT_TRUE(server.groups().joined.replaces_only);
  EXPECT_EQ(ReasonOf(server.Open(&contexts[2])->Finish()), "OVERLOADED");
  member->sink().End({Reason::kMemberExists, "taken over", {}});
  EXPECT_EQ(ReasonOf(EndOf(first.get())), "MEMBER_EXISTS");
  EXPECT_FALSE(successor->left());
}

TEST(ConsumeGroupCallTest, EndsWhoDoesNotJoinInTime) {
  StreamLimits limits{10, seconds(60), seconds(60)};
  limits.join_timeout = milliseconds(200);
  GroupServer server(limits);
  grpc::ClientContext contexts[2];
  const auto stream = server.Open(&contexts[0]);
  const auto member = server.Join(stream.get());
  const auto silent = server.Open(&contexts[1]);
  const grpc::Status status = EndOf(silent.get());
  EXPECT_EQ(ReasonOf(status), "FIELD_MISSING");
  EXPECT_EQ(FieldOf(status), "join");
  EXPECT_THAT(status.error_message(), testing::HasSubstr("no join arrived within 0.2 s"));
  // Who has joined stays, however long it is silent.
  EXPECT_FALSE(member->left());
}

// Batches until one is not taken.
void WriteUntilLeft(ScriptedMember* member, const v1::Event& event) {
  DeliveryBatch batch;
  for (int i = 0; i < 4'000; ++i) batch.deliveries.push_back(DeliveryOf(event, "d"));
  for (int written = 1; written <= 200; ++written) {
    member->sink().Write(batch);
    member->WaitForWrittenOrLeave(written);
    if (member->left()) return;
  }
  FAIL() << "the client took everything";
}

TEST(ConsumeGroupCallTest, AMemberThatNeverReadsIsCut) {
  GroupServer server({10, milliseconds(200), milliseconds(200)});
  grpc::ClientContext context;
  const auto stream = server.Open(&context);
  const auto member = server.Join(stream.get());
  // What it holds goes to others at the stall, before its connection ends.
  WriteUntilLeft(member.get(), server.log().Events()[0]);
  server.WaitForStalledCall();
  const grpc::Status status = EndOf(stream.get());
  EXPECT_EQ(status.error_code(), grpc::StatusCode::UNAVAILABLE) << status.error_message();
  EXPECT_THAT(status.error_message(), testing::HasSubstr("SUBSCRIBER_STALLED"));
}

TEST(ConsumeGroupCallTest, AMemberThatReadsAgainIsToldWhyItEnded) {
  GroupServer server({10, milliseconds(200), seconds(60)});
  grpc::ClientContext context;
  const auto stream = server.Open(&context);
  const auto member = server.Join(stream.get());
  WriteUntilLeft(member.get(), server.log().Events()[0]);
  EXPECT_EQ(ReasonOf(EndOf(stream.get())), "SUBSCRIBER_STALLED");
}

// Bug guarded against: the server stopped to read a client that acknowledged
// all it had, one by one, before it read again; both waited for ever.
TEST(ConsumeGroupCallTest, TakesEverythingAMemberCanHaveInFlightWithoutAnAnswer) {
  GroupServer server;
  grpc::ClientContext context;
  const auto stream = server.Open(&context);
  const auto member = server.Join(stream.get());
  for (int i = 0; i < 10'000; ++i) {
    ASSERT_TRUE(stream->Write(AcknowledgeOf("d" + std::to_string(i))));
  }
  for (int i = 0; i < 10'000; ++i) {
    EXPECT_EQ(member->TakeAcknowledge().delivery_ids[0], "d" + std::to_string(i));
  }
}

}  // namespace
}  // namespace florin::server
