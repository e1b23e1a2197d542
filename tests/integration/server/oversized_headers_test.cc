// Goal: one call with headers above 8 KiB costs a subscription on its connection
// nothing but a new connection. gRPC cuts them all; the client takes it up again.

#include <gmock/gmock.h>

#include <memory>
#include <string>

#include "clients/cpp/client.h"
#include "clients/cpp/event_subscription.h"
#include "tests/integration/ledger/ledger_service_fixture.h"

namespace florin::test_support {
namespace {

using client::Client;
using client::ClientError;
using client::EventSubscription;

class OversizedHeadersTest : public LedgerServiceFixture {
 protected:
  static grpc::Status CallWithHeaders(Client& client, std::size_t bytes) {
    grpc::ClientContext context;
    context.AddMetadata("x-large", std::string(bytes, 'x'));
    v1::GetAccountRequest request;
    request.set_account_id("world");
    v1::GetAccountResponse response;
    return client.ledger_stub().GetAccount(&context, request, &response);
  }
};

TEST_F(OversizedHeadersTest, ASubscriptionBesideGoesOn) {
  const auto client = Client::Connect(server().address());
  client::EventSubscriptionOptions options;
  ClientError cut;
  options.on_disconnect = [&](const ClientError& error, auto /*delay*/) { cut = error; };
  EventSubscription subscription(*client, {}, options);
  std::int64_t last = 0;
  const auto read_until = [&](std::int64_t position) {
    while (last < position) {
      const auto batch = subscription.Next();
      ASSERT_TRUE(batch.ok()) << batch.error().ToString();
      for (const auto& event : batch.value().events()) {
        ASSERT_EQ(event.position(), last + 1);
        last = event.position();
      }
    }
  };
  Open("headers:a");
  read_until(Transfer("headers:1", "world", "headers:a", "1").transaction().position());
  const grpc::Status status = CallWithHeaders(*client, 9000);
  EXPECT_EQ(status.error_code(), grpc::StatusCode::RESOURCE_EXHAUSTED);
  // What tells it from the ledger's own refusals.
  EXPECT_TRUE(status.error_details().empty());
  read_until(Transfer("headers:2", "world", "headers:a", "1").transaction().position());
  EXPECT_EQ(cut.code, grpc::StatusCode::RESOURCE_EXHAUSTED);
  EXPECT_THAT(cut.message, testing::HasSubstr("metadata size"));
  EXPECT_TRUE(cut.reason.empty());
}

}  // namespace
}  // namespace florin::test_support
