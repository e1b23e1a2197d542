#include "clients/cli/error_report.h"

#include <fmt/format.h>

#include <map>
#include <ostream>
#include <string_view>

#include "clients/cli/table.h"

namespace florin::cli {
namespace {

using client::ClientError;
using grpc::StatusCode;

// What a person at a terminal can do about a reason. Those not listed say it in
// their message.
const std::map<std::string_view, std::string_view>& Advice() {
  static const std::map<std::string_view, std::string_view> kAdvice = {
      {"ACCOUNT_NOT_FOUND",
       "check the id with 'florin account list', or open it with 'florin "
       "account open'"},
      {"ACCOUNT_EXISTS",
       "see it with 'florin account show'; the settings it was opened with "
       "differ from these"},
      {"ASSET_EXISTS", "see it with 'florin asset list'; scales never change"},
      {"ASSET_NOT_FOUND",
       "register it with 'florin asset register CODE --scale N'; 'florin asset "
       "list' shows those that are"},
      {"TRANSACTION_NOT_FOUND", "check the id with 'florin transaction list'"},
      {"INSUFFICIENT_FUNDS", "bring funds to the account, or raise its overdraft limit"},
      {"BALANCE_LIMIT_EXCEEDED", "move less, or raise the account's max balance"},
      {"ID_REUSED", "this id already stands for something else; use a new one"},
      {"ASSET_MISMATCH", "both accounts of a transfer must hold the same asset"},
      {"CHECKPOINT_INVALID", "start with --from beginning, or with the file of this ledger"},
      {"DISK_FULL", "make room on the server's disk; reading still works meanwhile"},
      {"DATA_CORRUPT",
       "stop writing, keep the data directory as it is, and see the server's "
       "log"},
  };
  return kAdvice;
}

std::string AdviceFor(const ClientError& error, const std::string& server) {
  if (const auto found = Advice().find(error.reason); found != Advice().end()) {
    return std::string(found->second);
  }
  switch (error.code) {
    case StatusCode::UNAVAILABLE:
    case StatusCode::CANCELLED:
      return fmt::format(
          "is florind running at {}? Start it, or name another server with "
          "--server or FLORIN_SERVER",
          server);
    case StatusCode::DEADLINE_EXCEEDED:
      return "the outcome is not known; run it again with the same id, or "
             "allow "
             "more with --timeout";
    case StatusCode::RESOURCE_EXHAUSTED:
      return "nothing was changed; try again in a moment";
    case StatusCode::UNIMPLEMENTED:
      return fmt::format(
          "the server at {} does not know this call; is it a florind of this "
          "version?",
          server);
    default:
      return "";
  }
}

}  // namespace

ExitCode ExitCodeOf(const ClientError& error) {
  switch (error.code) {
    case StatusCode::UNAVAILABLE:
    case StatusCode::DEADLINE_EXCEEDED:
    case StatusCode::CANCELLED:
      return ExitCode::kUnreachable;
    case StatusCode::INTERNAL:
    case StatusCode::UNKNOWN:
    case StatusCode::DATA_LOSS:
    case StatusCode::UNIMPLEMENTED:
    case StatusCode::RESOURCE_EXHAUSTED:
      return ExitCode::kServerTrouble;
    default:
      return ExitCode::kRefused;
  }
}

ExitCode ReportError(std::ostream& err, const ClientError& error, const std::string& server) {
  err << "error: " << error.ToString() << '\n';
  FieldList details;
  for (const auto& [key, value] : error.metadata) {
    details.Add("  " + key, value);
  }
  details.Print(err);
  if (const std::string advice = AdviceFor(error, server); !advice.empty()) {
    err << "next: " << advice << '\n';
  }
  return ExitCodeOf(error);
}

ExitCode ReportUsage(std::ostream& err, const std::string& message) {
  err << "error: " << message << '\n';
  return ExitCode::kUsage;
}

}  // namespace florin::cli
