#include "apps/cli/session.h"

#include <charconv>
#include <cstdint>
#include <system_error>

#include "apps/cli/error_report.h"
#include "apps/cli/text.h"

namespace florin::cli {
namespace {

// CLI11's own checks name the range by writing out the largest double.
bool IsWholeFrom(std::int64_t least, const std::string& text) {
  std::int64_t value = 0;
  const char* const end = text.data() + text.size();
  const auto [rest, error] = std::from_chars(text.data(), end, value);
  return error == std::errc() && rest == end && value >= least;
}

}  // namespace

client::Client& Session::client() {
  const std::string wanted = server + " " + timeout;
  if (!client_ || connected_as_ != wanted) {
    client::ClientOptions options;
    // The option was checked when it was parsed.
    options.deadline = ParseDuration(timeout).value_or(options.deadline);
    client_ = client::Client::Connect(server, options);
    connected_as_ = wanted;
  }
  return *client_;
}

Session Session::Next() const {
  Session next(console);
  next.server = server;
  next.timeout = timeout;
  next.json = json;
  next.in_shell = true;
  next.client_ = client_;
  next.connected_as_ = connected_as_;
  return next;
}

client::RetryPolicy Session::PatientPolicy() const {
  return client::PolicyFor(ParseDuration(timeout).value_or(client::ClientOptions().deadline));
}

ExitCode Session::Fail(const client::ClientError& error) {
  console.out.Flush();
  return ReportError(console.err, error, server);
}

std::string CheckTime(const std::string& text) {
  return ParseTime(text) ? ""
                         : "'" + text + "' is not a time; write 2026-01-31 or 2026-01-31T09:00:00Z";
}

std::string CheckDuration(const std::string& text) {
  if (ParseDuration(text)) {
    return "";
  }
  // "0s" reads like a duration, so to call it none would send people looking for
  // a typing mistake.
  const auto unit = text.find_first_not_of('0');
  if (unit != 0 && unit != std::string::npos && ParseDuration("1" + text.substr(unit))) {
    return "'" + text + "' is too short; it must be more than zero";
  }
  return "'" + text + "' is not a duration up to 100 years; write 500ms, 30s, 15m, 12h or 7d";
}

std::string CheckType(const std::string& text) {
  return ParseType(text)
             ? ""
             : "'" + text + "' is not one of asset, liability, equity, revenue, expense";
}

std::string CheckStatus(const std::string& text) {
  return ParseStatus(text)
             ? ""
             : "'" + text + "' is not one of pending, posted, voided, expired, refused";
}

std::string CheckPositive(const std::string& text) {
  return IsWholeFrom(1, text) ? "" : "'" + text + "' is not a whole number above 0";
}

std::string CheckNotNegative(const std::string& text) {
  return IsWholeFrom(0, text) ? "" : "'" + text + "' is not a whole number of 0 or more";
}

std::string CheckKeyValue(const std::string& text) {
  const auto equals = text.find('=');
  return equals != std::string::npos && equals > 0 ? "" : "'" + text + "' must look like key=value";
}

}  // namespace florin::cli
