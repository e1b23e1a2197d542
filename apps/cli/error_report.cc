#include "apps/cli/error_report.h"

#include <fmt/format.h>

#include <map>
#include <string_view>
#include <utility>

#include "apps/cli/table.h"

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
       "register it with 'florin asset register CODE --scale N'; 'florin asset list' shows the "
       "registered ones"},
      {"TRANSACTION_NOT_FOUND", "check the id with 'florin transaction list'"},
      {"INSUFFICIENT_FUNDS", "bring funds to the account, or raise its overdraft limit"},
      {"BALANCE_LIMIT_EXCEEDED", "move less, or raise the account's max balance"},
      {"ID_REUSED", "this id is already used for something else; use a new one"},
      {"ASSET_MISMATCH", "both accounts of a transfer must hold the same asset"},
      {"VERSION_CONFLICT", "read the account again with 'florin account show', and decide again"},
      {"ACCOUNT_SUSPENDED", "'florin account reactivate' ends the suspension"},
      {"ACCOUNT_CLOSED", "closing is final; use another account"},
      {"BALANCE_NOT_ZERO", "move the rest away, and settle or void its holds; then close it"},
      {"NOT_A_HOLD",
       "only what was made with --hold can be settled or voided; undo this one with "
       "'florin transaction reverse'"},
      {"HOLD_NOT_PENDING", "it has ended; 'florin transaction show' says how"},
      {"HOLD_AMOUNT_EXCEEDED",
       "settle at most what is held; 'florin transaction show' says how much"},
      {"NOT_REVERSIBLE", "only a posted transaction can be reversed; void a hold instead"},
      {"ALREADY_REVERSED",
       "nothing is left to do; see the reversal with 'florin transaction show'"},
      {"AMOUNT_SCALE_EXCEEDED",
       "write fewer decimals; 'florin asset list' shows how many are allowed"},
      {"POSITION_BEYOND_HEAD", "'florin status' shows the head"},
      {"VERSION_BEYOND_HEAD", "'florin account show' shows its version"},
      {"TIME_IN_FUTURE", "ask for a time that has passed"},
      {"CHECKPOINT_INVALID", "start with --from beginning, or with the file of this ledger"},
      {"GROUP_NOT_FOUND",
       "'florin group list' shows the groups; 'florin group create' creates one"},
      {"GROUP_EXISTS",
       "see it with 'florin group show'; 'florin group update' changes its settings"},
      {"MEMBER_EXISTS",
       "use another --member, or --take-over to end the connected one; 'florin group show' names "
       "them"},
      {"PARKED_EVENTS_LEFT",
       "look at them with 'florin group parked'; replay or discard them first, or reset with "
       "--discard-parked"},
      {"DISK_FULL", "make room on the server's disk; reading still works meanwhile"},
      {"DATA_CORRUPT",
       "stop writing, keep the data directory as it is, and see the server's "
       "log"},
  };
  return kAdvice;
}

// gRPC's own words for what does not fit (docs/errors.md): without a reason. Another call's headers
// may have cut this one, so that its outcome is open.
std::string AdviceForTooMuch(const ClientError& error) {
  if (!error.reason.empty()) {
    return "nothing was changed; try again in a moment";
  }
  if (error.message.find("metadata size") != std::string::npos) {
    return "the outcome is not known; run it again with the same id";
  }
  return "send less at a time; a message may have 16 MiB at most";
}

std::string AdviceFor(const ClientError& error, const std::string& server) {
  if (const auto opened = error.metadata.find("opened_position"); opened != error.metadata.end()) {
    return "ask for position " + opened->second + " or later";
  }
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
    case StatusCode::INVALID_ARGUMENT:
      return "nothing was changed; correct the command, --help shows what is expected";
    case StatusCode::INTERNAL:
    case StatusCode::UNKNOWN:
      return "see the server's log";
    case StatusCode::RESOURCE_EXHAUSTED:
      return AdviceForTooMuch(error);
    case StatusCode::UNIMPLEMENTED:
      return fmt::format(
          "the server at {} does not know this call; is it a florind of this "
          "version?",
          server);
    default:
      return "";
  }
}

// gRPC's own words for a server that is not there name its sockets and
// subchannels; what a person needs of them is one of these.
ClientError InPlainWords(ClientError error, const std::string& server) {
  if (!error.reason.empty()) {
    return error;
  }
  if (error.code == StatusCode::DEADLINE_EXCEEDED) {
    error.message = "no answer from " + server + " within --timeout";
    return error;
  }
  static constexpr std::pair<std::string_view, std::string_view> kPhrases[] = {
      {"Connection refused", "nothing answers at {}"},
      {"DNS", "the host name of {} is unknown"},
      {"Name or service not known", "the host name of {} is unknown"},
      {"No route to host", "{} cannot be reached"},
      {"Network is unreachable", "{} cannot be reached"},
      {"failed to connect", "nothing answers at {}"},
      {"Socket closed", "the connection to {} was lost"},
      {"Connection reset", "the connection to {} was lost"},
      {"Broken pipe", "the connection to {} was lost"},
      {"GOAWAY", "{} is stopping"},
  };
  for (const auto& [phrase, words] : kPhrases) {
    if (error.code == StatusCode::UNAVAILABLE && error.message.find(phrase) != std::string::npos) {
      error.message = fmt::format(fmt::runtime(words), server);
      break;
    }
  }
  return error;
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

ExitCode ReportError(const Printer& err, const ClientError& error, const std::string& server) {
  err << "error: " << Sentence{InPlainWords(error, server).ToString()} << '\n';
  FieldList details;
  for (const auto& [key, value] : error.metadata) {
    details.Add("  " + key, value);
  }
  details.Print(err);
  if (const std::string advice = AdviceFor(error, server); !advice.empty()) {
    err << "next: " << Sentence{advice} << '\n';
  }
  return ExitCodeOf(error);
}

ExitCode ReportUsage(const Printer& err, const std::string& message, const std::string& next) {
  err << "error: " << Sentence{message} << '\n';
  if (!next.empty()) {
    err << "next: " << Sentence{next} << '\n';
  }
  return ExitCode::kUsage;
}

}  // namespace florin::cli
