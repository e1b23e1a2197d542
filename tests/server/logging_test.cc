// Goal: a message that quotes what a client sent makes one line of the log, and one
// object of JSON.
#include "server/logging.h"

#include <gtest/gtest.h>
#include <spdlog/spdlog.h>

#include <nlohmann/json.hpp>
#include <string>

namespace florin::server {
namespace {

// What the log says of `message`, without the new line at its end.
std::string Logged(const std::string& format, const std::string& message) {
  testing::internal::CaptureStderr();
  StartLogging("info", format);
  spdlog::warn("account {} is gone", message);
  spdlog::default_logger()->flush();
  spdlog::drop("florind");
  std::string text = testing::internal::GetCapturedStderr();
  EXPECT_TRUE(text.ends_with('\n')) << text;
  return text.substr(0, text.size() - 1);
}

constexpr char kForged[] = "a\"\n2026-12-01T00:00:00Z info stopped\x1b[8m\u009b\u202e\x80\\";

TEST(LoggingTest, AMessageIsOneLineOfText) {
  const std::string line = Logged("text", kForged);
  EXPECT_TRUE(
      line.ends_with("Z warning account a\"\\n2026-12-01T00:00:00Z info stopped\\x1b[8m"
                     "\\u009b\\u202e\\x80\\ is gone"))
      << line;
  EXPECT_EQ(line.find('\n'), std::string::npos);
}

TEST(LoggingTest, AMessageIsOneObjectOfValidJson) {
  const std::string line = Logged("json", kForged);
  EXPECT_EQ(line.find('\n'), std::string::npos);
  EXPECT_EQ(line.find('\x1b'), std::string::npos);
  EXPECT_EQ(line.find("\u009b"), std::string::npos);
  const auto object = nlohmann::json::parse(line, nullptr, false);
  ASSERT_FALSE(object.is_discarded()) << line;
  EXPECT_EQ(object.at("level"), "warning");
  EXPECT_EQ(object.at("message"),
            "account a\"\n2026-12-01T00:00:00Z info stopped\x1b[8m\u009b\u202e\ufffd\\ is gone");
}

}  // namespace
}  // namespace florin::server
