#include "server/logging.h"

#include <fmt/chrono.h>
#include <fmt/format.h>
#include <grpc/support/log.h>
#include <spdlog/formatter.h>
#include <spdlog/pattern_formatter.h>
#include <spdlog/sinks/stdout_color_sinks.h>
#include <spdlog/spdlog.h>

#include <chrono>
#include <iterator>
#include <memory>
#include <string>
#include <string_view>

#include "text/visible.h"

namespace florin::server {
namespace {

void AppendEscaped(std::string_view text, spdlog::memory_buf_t* out) {
  std::string escaped;
  for (const char c : text) {
    if (c == '"' || c == '\\') {
      escaped += '\\';
      escaped += c;
    } else if (static_cast<unsigned char>(c) < 0x20) {
      escaped += fmt::format("\\u{:04x}", static_cast<unsigned char>(c));
    } else {
      escaped += c;
    }
  }
  // JSON is UTF-8: a path, or what a library says, need not be.
  escaped = text::VisibleJson(escaped);
  out->append(escaped.data(), escaped.data() + escaped.size());
}

// "%*" in the pattern: the message, which may quote what a client sent, on one line.
class VisibleMessage final : public spdlog::custom_flag_formatter {
 public:
  void format(const spdlog::details::log_msg& message, const std::tm& /*time*/,
              spdlog::memory_buf_t& out) override {
    const std::string shown =
        text::Visible({message.payload.data(), message.payload.size()}, text::Backslash::kKept);
    out.append(shown.data(), shown.data() + shown.size());
  }

  std::unique_ptr<spdlog::custom_flag_formatter> clone() const override {
    return spdlog::details::make_unique<VisibleMessage>();
  }
};

std::unique_ptr<spdlog::formatter> TextFormatter() {
  auto formatter = std::make_unique<spdlog::pattern_formatter>(spdlog::pattern_time_type::utc);
  formatter->add_flag<VisibleMessage>('*').set_pattern("%Y-%m-%dT%H:%M:%S.%fZ %^%l%$ %*");
  return formatter;
}

class JsonFormatter final : public spdlog::formatter {
 public:
  void format(const spdlog::details::log_msg& message, spdlog::memory_buf_t& out) override {
    const auto micros =
        std::chrono::duration_cast<std::chrono::microseconds>(message.time.time_since_epoch())
            .count();
    const auto level = spdlog::level::to_string_view(message.level);
    fmt::format_to(std::back_inserter(out),
                   R"({{"time":"{:%Y-%m-%dT%H:%M:%S}.{:06}Z","level":"{}","thread":{},"message":")",
                   fmt::gmtime(static_cast<std::time_t>(micros / 1'000'000)), micros % 1'000'000,
                   std::string_view(level.data(), level.size()), message.thread_id);
    AppendEscaped({message.payload.data(), message.payload.size()}, &out);
    constexpr std::string_view kEnd = "\"}\n";
    out.append(kEnd.data(), kEnd.data() + kEnd.size());
  }

  std::unique_ptr<spdlog::formatter> clone() const override {
    return std::make_unique<JsonFormatter>();
  }
};

void LogGrpc(gpr_log_func_args* args) {
  const auto level =
      args->severity == GPR_LOG_SEVERITY_ERROR ? spdlog::level::warn : spdlog::level::debug;
  spdlog::log(level, "grpc: {}", args->message);
}

}  // namespace

void StartLogging(const std::string& level, const std::string& format) {
  auto logger = spdlog::stderr_color_mt("florind");
  logger->set_level(spdlog::level::from_str(level));
  logger->flush_on(spdlog::level::info);
  if (format == "json") {
    logger->set_formatter(std::make_unique<JsonFormatter>());
  } else {
    logger->set_formatter(TextFormatter());
  }
  spdlog::set_default_logger(std::move(logger));
  gpr_set_log_function(LogGrpc);
}

}  // namespace florin::server
