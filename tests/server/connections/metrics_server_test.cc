// Clients that are slow or silent hold no scrape up, and do not stay.

#include "server/connections/metrics_server.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <prometheus/gauge.h>
#include <prometheus/registry.h>

#include <filesystem>
#include <iterator>
#include <memory>
#include <string>
#include <vector>

#include "tests/support/tcp_client.h"

namespace florin::server {
namespace {

using test_support::HttpGet;
using test_support::TcpClient;
using testing::HasSubstr;
using testing::StartsWith;

std::size_t OpenDescriptors() {
  const std::filesystem::directory_iterator entries("/proc/self/fd");
  return static_cast<std::size_t>(std::distance(begin(entries), end(entries)));
}

class MetricsServerTest : public testing::Test {
 protected:
  void SetUp() override {
    prometheus::BuildGauge().Name("answer").Help("42").Register(*registry_).Add({}).Set(42);
    std::string error;
    auto listener = Listener::Open("127.0.0.1:0", &error);
    ASSERT_NE(listener, nullptr) << error;
    server_ = MetricsServer::Start(std::move(listener), {registry_}, &error);
    ASSERT_NE(server_, nullptr) << error;
    port_ = test_support::PortOf(server_->address());
  }

  std::vector<std::unique_ptr<TcpClient>> Silent(std::size_t count) const {
    std::vector<std::unique_ptr<TcpClient>> clients;
    for (std::size_t i = 0; i < count; ++i) clients.push_back(std::make_unique<TcpClient>(port_));
    return clients;
  }

  std::shared_ptr<prometheus::Registry> registry_ = std::make_shared<prometheus::Registry>();
  std::unique_ptr<MetricsServer> server_;
  int port_ = 0;
};

TEST_F(MetricsServerTest, ServesTheTextFormat) {
  const std::string page = HttpGet(port_, "/metrics");
  EXPECT_THAT(page, StartsWith("HTTP/1.1 200 OK\r\n"));
  EXPECT_THAT(page, HasSubstr("text/plain; version=0.0.4"));
  EXPECT_THAT(page, HasSubstr("\nanswer 42\n"));
}

TEST_F(MetricsServerTest, SaysWhatElseThereIs) {
  EXPECT_THAT(HttpGet(port_, "/"), HasSubstr("Only /metrics is served.\n"));
  const TcpClient client(port_);
  ASSERT_TRUE(client.Send("DELETE /metrics HTTP/1.1\r\nHost: localhost\r\n\r\n"));
  EXPECT_THAT(client.ReadToEnd(), StartsWith("HTTP/1.1 405 "));
}

TEST_F(MetricsServerTest, AnswersWhileOthersAreSilent) {
  const auto silent = Silent(5);
  EXPECT_THAT(HttpGet(port_, "/metrics"), HasSubstr("answer 42"));
  // It did not wait for their end.
  for (const auto& client : silent) EXPECT_TRUE(client->IsOpenAndSilent());
}

TEST_F(MetricsServerTest, AnswersWhileVeryManyAreSilent) {
  const auto silent = Silent(5 * kMetricsConnectionsMax);
  EXPECT_THAT(HttpGet(port_, "/metrics"), HasSubstr("answer 42"));
  EXPECT_TRUE(silent.back()->IsOpenAndSilent());
  EXPECT_FALSE(silent.front()->IsOpenAndSilent());
}

TEST_F(MetricsServerTest, DropsTheSilent) {
  const TcpClient client(port_);
  EXPECT_EQ(client.ReadToEnd(), "");
}

TEST_F(MetricsServerTest, DropsThoseWhoSendAByteNowAndThen) {
  const TcpClient client(port_);
  ASSERT_TRUE(client.Send("GET /metrics HTTP/1.1\r\nX: "));
  while (client.Send("x") && !client.ClosedSoon()) {
  }
}

TEST_F(MetricsServerTest, DropsThoseWhoDoNotRead) {
  // More than the buffers between the two hold.
  auto& family = prometheus::BuildGauge().Name("many").Help("many").Register(*registry_);
  for (int i = 0; i < 20'000; ++i) {
    family.Add({{"label", std::to_string(i) + std::string(500, 'x')}}).Set(i);
  }
  const std::size_t before = OpenDescriptors();
  const TcpClient deaf(port_);
  ASSERT_TRUE(deaf.Send("GET /metrics HTTP/1.1\r\nHost: localhost\r\n\r\n"));
  // The page of another goes out meanwhile.
  EXPECT_THAT(HttpGet(port_, "/metrics"), HasSubstr("answer 42"));
  // The server closes its end of that one some time after we have read to it.
  while (OpenDescriptors() > before + 2) poll(nullptr, 0, 20);
  EXPECT_EQ(OpenDescriptors(), before + 2);
  // The server's end of it goes; ours stays.
  while (OpenDescriptors() > before + 1) poll(nullptr, 0, 20);
}

TEST_F(MetricsServerTest, StopsWithConnectionsOpen) {
  const auto silent = Silent(3);
  server_.reset();
  for (const auto& client : silent) EXPECT_EQ(client->ReadToEnd(), "");
}

}  // namespace
}  // namespace florin::server
