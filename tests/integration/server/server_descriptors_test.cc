// florind where descriptors are missing: standard streams that are closed, and a low limit on
// open files with more clients than there may be.

#include <gmock/gmock.h>
#include <signal.h>
#include <sys/resource.h>
#include <unistd.h>

#include <chrono>
#include <filesystem>
#include <fstream>
#include <memory>
#include <regex>
#include <string>
#include <vector>

#include "process/descriptor_limit.h"
#include "tests/integration/florin_program.h"
#include "tests/integration/ledger/ledger_service_fixture.h"
#include "tests/support/child_program.h"
#include "tests/support/tcp_client.h"

namespace florin::test_support {
namespace {

using testing::HasSubstr;

constexpr std::chrono::seconds kPatience{60};

std::vector<std::string> WithLimit(int files) {
  return {"/bin/sh", "-c", "ulimit -n " + std::to_string(files) + "; exec \"$@\"", "sh"};
}

/// A client of one address, which waits for the server.
class Books {
 public:
  explicit Books(const std::string& address)
      : channel_(grpc::CreateChannel(address, grpc::InsecureChannelCredentials())),
        stub_(v1::LedgerService::NewStub(channel_)) {}

  grpc::Status OpenBooks() {
    grpc::Status status = RegisterEuro();
    for (const char* const id : {"from", "to"}) {
      if (status.ok()) status = Open(id);
    }
    return status;
  }
  grpc::Status Transfer(const std::string& id) {
    v1::CreateTransactionResponse response;
    const auto context = NewContext();
    return stub_->CreateTransaction(context.get(), TransferRequest(id, "from", "to", "1.00"),
                                    &response);
  }
  std::string PostedTo() {
    const auto context = NewContext();
    v1::GetBalanceRequest request;
    request.set_account_id("to");
    v1::GetBalanceResponse response;
    const grpc::Status status = stub_->GetBalance(context.get(), request, &response);
    return status.ok() ? response.balances().posted() : status.error_message();
  }

 private:
  static std::unique_ptr<grpc::ClientContext> NewContext() {
    auto context = std::make_unique<grpc::ClientContext>();
    context->set_wait_for_ready(true);
    context->set_deadline(std::chrono::system_clock::now() + kPatience);
    return context;
  }
  grpc::Status RegisterEuro() {
    v1::RegisterAssetResponse response;
    const auto context = NewContext();
    return stub_->RegisterAsset(
        context.get(), FromText<v1::RegisterAssetRequest>("asset { code: 'EUR' scale: 2 }"),
        &response);
  }
  grpc::Status Open(const std::string& id) {
    v1::OpenAccountResponse response;
    const auto context = NewContext();
    return stub_->OpenAccount(
        context.get(),
        FromText<v1::OpenAccountRequest>("account_id: '" + id +
                                         "' asset: 'EUR' type: ACCOUNT_TYPE_LIABILITY "
                                         "limits { unlimited_overdraft: true }"),
        &response);
  }

  const std::shared_ptr<grpc::Channel> channel_;
  const std::unique_ptr<v1::LedgerService::Stub> stub_;
};

class ClosedStreamsTest : public testing::Test {
 protected:
  // Through a socket's file, as nobody is told of a port.
  std::string address() const { return "unix:" + directory_.path() + "/socket"; }
  // The log names it, and the file that the log went to did not bear 512 bytes of it.
  std::string data_dir() const {
    return directory_.path() + "/" + std::string(200, 'a') + "/" + std::string(200, 'b') + "/" +
           std::string(100, 'c');
  }
  std::unique_ptr<ChildProgram> StartFlorind() const {
    std::filesystem::create_directories(std::filesystem::path(data_dir()).parent_path());
    return std::make_unique<ChildProgram>(
        std::vector<std::string>{"/bin/sh", "-c", "exec \"$@\" <&- >&- 2>&-", "sh",
                                 FLORIN_FLORIND_PATH, "--listen", address(), "--data-dir",
                                 data_dir()},
        directory_.path() + "/output");
  }

  const TemporaryDirectory directory_;
};

// A file that took a stream's number was overwritten with the log, and the books did not open
// again after an orderly stop.
TEST_F(ClosedStreamsTest, TheBooksAreWholeAfterARunWithoutStandardStreams) {
  const auto run = [this](auto work) {
    const auto florind = StartFlorind();
    Books books(address());
    work(books);
    florind->Signal(SIGTERM);
    EXPECT_EQ(florind->Wait(), 0);
  };
  run([](Books& books) {
    EXPECT_EQ(books.OpenBooks().error_message(), "");
    EXPECT_EQ(books.Transfer("first").error_message(), "");
  });
  // Without a command nothing was written over the log's lines again.
  run([](Books& books) { EXPECT_EQ(books.PostedTo(), "1.00"); });
  const auto again = ServerProcess::Start(data_dir());
  ASSERT_NE(again, nullptr);
  EXPECT_EQ(Books(again->address()).PostedTo(), "1.00");
}

TEST_F(ClosedStreamsTest, ACommandSaysThatItsOutputIsLost) {
  const auto server = ServerProcess::Start(data_dir());
  ASSERT_NE(server, nullptr);
  ASSERT_EQ(Books(server->address()).OpenBooks().error_message(), "");
  const std::string list = "account list --server " + server->address();
  constexpr int kFile = 4;
  for (const char* const lost : {" >/dev/full", " >&-", " <&- >&-", " <&- >&- 2>&-"}) {
    EXPECT_EQ(RunFlorin(list + lost).exit_code, kFile) << lost;
  }
  EXPECT_THAT(RunFlorin(list + " >/dev/full").output, HasSubstr("the output could not be written"));
  EXPECT_EQ(RunFlorin("--help >/dev/full").exit_code, kFile);
  EXPECT_EQ(RunFlorin("shell <&-").exit_code, kFile);
  // What was asked for is done all the same.
  const ProgramResult whole = RunFlorin(list + " <&- 2>&-");
  EXPECT_EQ(whole.exit_code, 0);
  EXPECT_THAT(whole.output, HasSubstr("from"));
}

TEST_F(ClosedStreamsTest, FlorindSaysThatItsOutputIsLost) {
  const std::string florind = std::string("'") + FLORIN_FLORIND_PATH + "' ";
  EXPECT_EQ(RunCommand(florind + "--help >/dev/full").exit_code, 1);
  EXPECT_EQ(RunCommand(florind + "--version >&-").exit_code, 1);
  EXPECT_EQ(RunCommand(florind + "--no-such-flag 2>&-").exit_code, 2);
  EXPECT_EQ(RunCommand(florind + "--data-dir /dev/null/no 2>/dev/full").exit_code, 1);
}

class DescriptorsTest : public testing::Test {
 protected:
  void SetUp() override { process::RaiseDescriptorLimit(); }
  std::string data_dir() const { return directory_.path() + "/data"; }

  const TemporaryDirectory directory_;
};

TEST_F(DescriptorsTest, NewClientsAreServedWhenIdleOnesHaveGone) {
  constexpr int kLimit = 512;
  const auto server =
      ServerProcess::StartUnder(WithLimit(kLimit), data_dir(), {"--metrics-listen", "127.0.0.1:0"});
  ASSERT_NE(server, nullptr);
  EXPECT_THAT(server->Log(), HasSubstr("this process may have 512 files open"));
  std::smatch metrics;
  const std::string log = server->Log();
  ASSERT_TRUE(std::regex_search(log, metrics, std::regex("http://127\\.0\\.0\\.1:([0-9]+)/")));
  const int metrics_port = std::stoi(metrics[1]);
  Books early(server->address());
  ASSERT_EQ(early.OpenBooks().error_message(), "");
  {
    std::vector<std::unique_ptr<TcpClient>> idle;
    for (int i = 0; i < kLimit + 100; ++i) {
      idle.push_back(std::make_unique<TcpClient>(PortOf(server->address())));
      // The store and the metrics have descriptors left.
      if (i % 100 == 0) {
        ASSERT_EQ(early.Transfer("idle:" + std::to_string(i)).error_message(), "");
      }
    }
    // The last one is turned away, not kept waiting.
    EXPECT_EQ(idle.back()->ReadToEnd(), "");
    EXPECT_THAT(HttpGet(metrics_port, "/metrics"), HasSubstr("\nflorin_connections_max 128\n"));
    const std::filesystem::directory_iterator open("/proc/" + std::to_string(server->pid()) +
                                                   "/fd");
    EXPECT_LT(std::distance(begin(open), end(open)), 400);
  }
  EXPECT_THAT(HttpGet(metrics_port, "/metrics"),
              testing::ContainsRegex("\nflorin_connections_refused_total [1-9]"));
  Books late(server->address());
  EXPECT_EQ(late.Transfer("late").error_message(), "");
  EXPECT_EQ(server->Terminate(), 0);
}

TEST_F(DescriptorsTest, ManyConnectionsToTheMetricsTakeNobodysPlace) {
  const auto server =
      ServerProcess::StartUnder(WithLimit(512), data_dir(), {"--metrics-listen", "127.0.0.1:0"});
  ASSERT_NE(server, nullptr);
  std::smatch metrics;
  const std::string log = server->Log();
  ASSERT_TRUE(std::regex_search(log, metrics, std::regex("http://127\\.0\\.0\\.1:([0-9]+)/")));
  const int port = std::stoi(metrics[1]);
  std::vector<std::unique_ptr<TcpClient>> idle(600);
  for (auto& connection : idle) connection = std::make_unique<TcpClient>(port);
  EXPECT_THAT(HttpGet(port, "/metrics"), HasSubstr("florin_connections_max"));
  EXPECT_EQ(Books(server->address()).OpenBooks().error_message(), "");
}

TEST_F(DescriptorsTest, TheSoftLimitIsRaised) {
  const auto server =
      ServerProcess::StartUnder({"/bin/sh", "-c", "ulimit -Sn 100; exec \"$@\"", "sh"}, data_dir());
  ASSERT_NE(server, nullptr);
  std::ifstream limits("/proc/" + std::to_string(server->pid()) + "/limits");
  for (std::string line; std::getline(limits, line);) {
    if (!line.starts_with("Max open files")) continue;
    std::smatch numbers;
    ASSERT_TRUE(std::regex_search(line, numbers, std::regex("([0-9]+) +([0-9]+)"))) << line;
    EXPECT_EQ(numbers[1], numbers[2]);
  }
}

TEST_F(DescriptorsTest, TooFewAreRefusedWithTheWayOut) {
  const ProgramResult result = RunCommand(std::string("ulimit -n 256; '") + FLORIN_FLORIND_PATH +
                                          "' --listen 127.0.0.1:0 --data-dir " + data_dir());
  EXPECT_EQ(result.exit_code, 1);
  EXPECT_THAT(result.output, HasSubstr("this process may have 256 files open, but florind needs "
                                       "at least 448; raise the limit on open files"));
  EXPECT_FALSE(std::filesystem::exists(data_dir()));
}

}  // namespace
}  // namespace florin::test_support
