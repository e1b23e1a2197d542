#include "clients/cli/session.h"

#include "clients/cli/error_report.h"
#include "clients/cli/text.h"

namespace florin::cli {

client::Client& Session::client() {
  if (!client_) {
    client::ClientOptions options;
    // The option was checked when it was parsed.
    options.deadline = ParseDuration(timeout).value_or(options.deadline);
    client_ = client::Client::Connect(server, options);
  }
  return *client_;
}

client::RetryPolicy Session::PatientPolicy() const {
  return client::PolicyFor(ParseDuration(timeout).value_or(client::ClientOptions().deadline));
}

ExitCode Session::Fail(const client::ClientError& error) {
  console.out.flush();
  return ReportError(console.err, error, server);
}

std::string CheckTime(const std::string& text) {
  return ParseTime(text) ? ""
                         : "'" + text + "' is no time; write 2026-01-31 or 2026-01-31T09:00:00Z";
}

std::string CheckDuration(const std::string& text) {
  return ParseDuration(text) ? ""
                             : "'" + text + "' is no duration; write 500ms, 30s, 15m, 12h or 7d";
}

std::string CheckType(const std::string& text) {
  return ParseType(text) ? ""
                         : "'" + text +
                               "' is none of asset, liability, equity, "
                               "revenue, expense";
}

std::string CheckStatus(const std::string& text) {
  return ParseStatus(text) ? ""
                           : "'" + text +
                                 "' is none of pending, posted, voided, "
                                 "expired, refused";
}

std::string CheckKeyValue(const std::string& text) {
  const auto equals = text.find('=');
  return equals != std::string::npos && equals > 0 ? "" : "'" + text + "' must look like key=value";
}

}  // namespace florin::cli
