// florind as a process: health, reflection, status, metrics, stop, second
// server.

#include <gmock/gmock.h>
#include <sys/wait.h>

#include <array>
#include <cstdio>
#include <fstream>
#include <string>
#include <thread>

#include "florin/v1/admin_service.grpc.pb.h"
#include "grpc/health/v1/health.grpc.pb.h"
#include "tests/integration/ledger_service_fixture.h"

namespace florin::test_support {
namespace {

using grpc::health::v1::Health;
using grpc::health::v1::HealthCheckRequest;
using grpc::health::v1::HealthCheckResponse;
using testing::HasSubstr;

class ServerLifecycleTest : public LedgerServiceFixture {
 protected:
  // Runs florind to its end; its output and exit code.
  static std::pair<std::string, int> Run(const std::string& arguments) {
    const std::string command =
        std::string(FLORIN_FLORIND_PATH) + " " + arguments + " 2>&1";
    FILE* const pipe = popen(command.c_str(), "r");
    std::string output;
    std::array<char, 4096> buffer;
    while (fgets(buffer.data(), buffer.size(), pipe) != nullptr) {
      output += buffer.data();
    }
    return {output, WEXITSTATUS(pclose(pipe))};
  }

  static HealthCheckResponse::ServingStatus Check(Health::Stub* health,
                                                  const std::string& service) {
    grpc::ClientContext context;
    HealthCheckRequest request;
    request.set_service(service);
    HealthCheckResponse response;
    EXPECT_TRUE(health->Check(&context, request, &response).ok()) << service;
    return response.status();
  }
};

TEST_F(ServerLifecycleTest, HealthNamesEachService) {
  const auto health = Health::NewStub(server().channel());
  for (const char* const service :
       {"", "florin.v1.LedgerService", "florin.v1.EventService",
        "florin.v1.AdminService"}) {
    EXPECT_EQ(Check(health.get(), service), HealthCheckResponse::SERVING)
        << service;
  }
  grpc::ClientContext context;
  HealthCheckRequest request;
  request.set_service("florin.v1.PaymentService");
  HealthCheckResponse response;
  EXPECT_EQ(health->Check(&context, request, &response).error_code(),
            grpc::StatusCode::NOT_FOUND);
}

TEST_F(ServerLifecycleTest, StatusTellsWhatRuns) {
  Open("status:a");
  const auto position =
      Transfer("status:1", "world", "status:a", "1").transaction().position();
  const auto admin = v1::AdminService::NewStub(server().channel());
  grpc::ClientContext context;
  v1::GetStatusResponse status;
  ASSERT_TRUE(admin->GetStatus(&context, v1::GetStatusRequest(), &status).ok());
  EXPECT_FALSE(status.version().empty());
  EXPECT_FALSE(status.ledger_id().empty());
  EXPECT_GE(status.head_position(), position);
  EXPECT_GE(status.account_count(), 2);
  EXPECT_GE(status.active_account_count(), 1);
  EXPECT_GT(status.data_bytes(), 0);
  EXPECT_GT(status.start_time().seconds(), 0);
  EXPECT_FALSE(status.read_only());
  EXPECT_EQ(status.head_hash().size(), 64u);
  grpc::ClientContext other;
  v1::VerifyLedgerRequest verify;
  auto reader = admin->VerifyLedger(&other, verify);
  v1::VerifyLedgerResponse ignored;
  EXPECT_FALSE(reader->Read(&ignored));
  EXPECT_EQ(reader->Finish().error_code(), grpc::StatusCode::UNIMPLEMENTED);
}

TEST_F(ServerLifecycleTest, SecondServerNamesTheHolder) {
  const auto [output, code] =
      Run("--listen 127.0.0.1:0 --data-dir " + server().data_dir());
  EXPECT_EQ(code, 1);
  EXPECT_THAT(output, HasSubstr(std::to_string(server().pid())));
  EXPECT_EQ(std::count(output.begin(), output.end(), '\n'), 1) << output;
  Open("second:a");
}

TEST_F(ServerLifecycleTest, TakenAddressIsSaid) {
  TemporaryDirectory directory;
  const auto [output, code] = Run("--listen " + server().address() +
                                  " --data-dir " + directory.path() + "/data");
  EXPECT_EQ(code, 1);
  EXPECT_THAT(output, HasSubstr("cannot listen on " + server().address()));
}

TEST_F(ServerLifecycleTest, BadSettingsExitWithTwo) {
  TemporaryDirectory directory;
  const std::string file = directory.path() + "/florind.toml";
  std::ofstream(file) << "listen = \"127.0.0.1:0\"\nno_such_key = 1\n";
  const auto [output, code] = Run("--config " + file);
  EXPECT_EQ(code, 2);
  EXPECT_THAT(output, HasSubstr(file + ":2: there is no setting"));
}

TEST_F(ServerLifecycleTest, StopFinishesWhatWasAcceptedAndEndsStreams) {
  TemporaryDirectory directory;
  auto own = ServerProcess::Start(directory.path() + "/data",
                                  {"--log-format", "json"});
  ASSERT_NE(own, nullptr);
  const auto ledger = v1::LedgerService::NewStub(own->channel());
  grpc::ClientContext context;
  auto stream = ledger->ExecuteStream(&context);
  v1::ExecuteStreamRequest request;
  *request.add_commands()->mutable_create_transaction() =
      TransferRequest("stop:1", "a", "b", "1");
  ASSERT_TRUE(stream->Write(request));
  v1::ExecuteStreamResponse response;
  ASSERT_TRUE(stream->Read(&response));
  EXPECT_EQ(response.results(0).refusal().reason(), "ACCOUNT_NOT_FOUND");
  // A watch of health sees the stop before the connection goes.
  const auto health = Health::NewStub(own->channel());
  grpc::ClientContext watch_context;
  auto watch = health->Watch(&watch_context, HealthCheckRequest());
  HealthCheckResponse state;
  ASSERT_TRUE(watch->Read(&state));
  EXPECT_EQ(state.status(), HealthCheckResponse::SERVING);
  const auto start = std::chrono::steady_clock::now();
  std::thread reader([&] {
    EXPECT_TRUE(watch->Read(&state));
    EXPECT_EQ(state.status(), HealthCheckResponse::NOT_SERVING);
    EXPECT_FALSE(stream->Read(&response));
    EXPECT_EQ(ReasonOf(stream->Finish()), "SHUTTING_DOWN");
  });
  EXPECT_EQ(own->Terminate(), 0);
  reader.join();
  EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::seconds(8));
  EXPECT_THAT(own->Log(), HasSubstr("\"message\":\"stopped\""));
  // And it comes back with what it had answered.
  ASSERT_TRUE(own->Restart());
  const auto again = v1::LedgerService::NewStub(own->channel());
  grpc::ClientContext get_context;
  v1::GetTransactionRequest get;
  get.set_transaction_id("stop:1");
  v1::GetTransactionResponse kept;
  ASSERT_TRUE(again->GetTransaction(&get_context, get, &kept).ok());
  EXPECT_EQ(kept.transaction().status(), v1::TRANSACTION_STATUS_REFUSED);
}

}  // namespace
}  // namespace florin::test_support
