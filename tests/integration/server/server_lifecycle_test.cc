// florind as a process: health, reflection, status, metrics, stop, second
// server.

#include <gmock/gmock.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdio>
#include <fstream>
#include <regex>
#include <set>
#include <string>
#include <string_view>
#include <thread>
#include <utility>

#include "florin/v1/admin_service.grpc.pb.h"
#include "grpc/health/v1/health.grpc.pb.h"
#include "grpc/reflection/v1alpha/reflection.grpc.pb.h"
#include "tests/integration/ledger/ledger_service_fixture.h"
#include "tests/support/tcp_client.h"

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
    const std::string command = std::string(FLORIN_FLORIND_PATH) + " " + arguments + " 2>&1";
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
       {"", "florin.v1.LedgerService", "florin.v1.EventService", "florin.v1.GroupService",
        "florin.v1.AdminService", "florin.v1.Commands"}) {
    EXPECT_EQ(Check(health.get(), service), HealthCheckResponse::SERVING) << service;
  }
  grpc::ClientContext context;
  HealthCheckRequest request;
  request.set_service("florin.v1.PaymentService");
  HealthCheckResponse response;
  EXPECT_EQ(health->Check(&context, request, &response).error_code(), grpc::StatusCode::NOT_FOUND);
}

TEST_F(ServerLifecycleTest, StatusTellsWhatRuns) {
  Open("status:a");
  const auto position = Transfer("status:1", "world", "status:a", "1").transaction().position();
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

TEST_F(ServerLifecycleTest, ReflectionListsAndDescribesEveryService) {
  using grpc::reflection::v1alpha::ServerReflection;
  using grpc::reflection::v1alpha::ServerReflectionRequest;
  using grpc::reflection::v1alpha::ServerReflectionResponse;
  const auto reflection = ServerReflection::NewStub(server().channel());
  grpc::ClientContext context;
  const auto stream = reflection->ServerReflectionInfo(&context);
  const auto ask = [&stream](const ServerReflectionRequest& request) {
    ServerReflectionResponse response;
    EXPECT_TRUE(stream->Write(request));
    EXPECT_TRUE(stream->Read(&response));
    return response;
  };
  ServerReflectionRequest request;
  request.set_list_services("");
  std::set<std::string> services;
  const ServerReflectionResponse list = ask(request);
  for (const auto& service : list.list_services_response().service()) {
    services.insert(service.name());
  }
  EXPECT_EQ(services, (std::set<std::string>{"florin.v1.AdminService", "florin.v1.EventService",
                                             "florin.v1.GroupService", "florin.v1.LedgerService",
                                             "grpc.health.v1.Health",
                                             "grpc.reflection.v1alpha.ServerReflection"}));
  for (const std::string& service : services) {
    request.set_file_containing_symbol(service);
    EXPECT_TRUE(ask(request).has_file_descriptor_response()) << service;
  }
  request.set_file_by_filename("florin/v1/ledger_service.proto");
  const auto by_name = ask(request).file_descriptor_response().file_descriptor_proto();
  EXPECT_GT(by_name.size(), 1);
  request.set_file_containing_symbol("florin.v1.LedgerService.CreateTransaction");
  const auto by_method = ask(request).file_descriptor_response().file_descriptor_proto();
  ASSERT_GT(by_method.size(), 1);
  EXPECT_EQ(by_method[0], by_name[0]);
  request.set_file_containing_symbol("florin.v1.Nothing\n");
  const ServerReflectionResponse nothing = ask(request);
  EXPECT_EQ(nothing.error_response().error_code(), static_cast<int>(grpc::StatusCode::NOT_FOUND));
  EXPECT_EQ(nothing.error_response().error_message(),
            "there is nothing called \"florin.v1.Nothing\\n\"");
  request.clear_message_request();
  EXPECT_EQ(ask(request).error_response().error_code(),
            static_cast<int>(grpc::StatusCode::INVALID_ARGUMENT));
  stream->WritesDone();
  EXPECT_TRUE(stream->Finish().ok());
}

TEST_F(ServerLifecycleTest, MetricsCountCallsByMethodAndReason) {
  TemporaryDirectory directory;
  auto own = ServerProcess::Start(directory.path() + "/data", {"--metrics-listen", "127.0.0.1:0"});
  ASSERT_NE(own, nullptr);
  const auto ledger = v1::LedgerService::NewStub(own->channel());
  grpc::ClientContext context;
  v1::RegisterAssetResponse asset;
  ASSERT_TRUE(ledger
                  ->RegisterAsset(
                      &context,
                      FromText<v1::RegisterAssetRequest>("asset { code: 'EUR' scale: 2 }"), &asset)
                  .ok());
  grpc::ClientContext other;
  v1::GetAccountResponse account;
  EXPECT_FALSE(ledger->GetAccount(&other, v1::GetAccountRequest(), &account).ok());
  std::smatch port;
  const std::string log = own->Log();
  ASSERT_TRUE(std::regex_search(log, port, std::regex("http://127\\.0\\.0\\.1:([0-9]+)/metrics")))
      << log;
  // A command leaves the pipeline after its answer, so that a stop loses none.
  constexpr std::string_view kAllLeft = "florin_in_flight_commands 0\n";
  std::string page = HttpGet(std::stoi(port[1]), "/metrics");
  for (int tries = 0; tries < 1000 && page.find(kAllLeft) == std::string::npos; ++tries) {
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
    page = HttpGet(std::stoi(port[1]), "/metrics");
  }
  const std::string service =
      "florin_requests_total{method=\"florin.v1."
      "LedgerService/";
  EXPECT_THAT(page, HasSubstr(service + "RegisterAsset\",reason=\"OK\"} 1\n"));
  EXPECT_THAT(page, HasSubstr(service + "GetAccount\",reason=\"FIELD_MISSING\"} 1\n"));
  for (const char* const name :
       {"florin_request_seconds_bucket", "florin_commit_commands_count 1\n",
        "florin_sync_seconds_count 1\n", "florin_active_accounts ", "florin_in_flight_commands 0\n",
        "florin_reader_queue ", "florin_subscribers 0\n", "florin_groups 0\n",
        "florin_group_members 0\n", "florin_head_position 1\n", "florin_data_bytes ",
        "florin_build_info{"}) {
    EXPECT_THAT(page, HasSubstr(name));
  }
}

TEST_F(ServerLifecycleTest, SecondServerNamesTheHolder) {
  const auto [output, code] = Run("--listen 127.0.0.1:0 --data-dir " + server().data_dir());
  EXPECT_EQ(code, 1);
  EXPECT_THAT(output, HasSubstr(std::to_string(server().pid())));
  EXPECT_EQ(std::count(output.begin(), output.end(), '\n'), 1) << output;
  Open("second:a");
}

TEST_F(ServerLifecycleTest, TakenAddressIsSaid) {
  TemporaryDirectory directory;
  const auto [output, code] =
      Run("--listen " + server().address() + " --data-dir " + directory.path() + "/data");
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
  auto own = ServerProcess::Start(directory.path() + "/data", {"--log-format", "json"});
  ASSERT_NE(own, nullptr);
  const auto ledger = v1::LedgerService::NewStub(own->channel());
  grpc::ClientContext context;
  auto stream = ledger->ExecuteStream(&context);
  v1::ExecuteStreamRequest request;
  *request.add_commands()->mutable_create_transaction() = TransferRequest("stop:1", "a", "b", "1");
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
