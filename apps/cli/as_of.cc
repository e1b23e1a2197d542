#include "apps/cli/as_of.h"

#include <utility>

namespace florin::cli {
namespace {

// To the ledger an account that is not open yet is not there, and the advice for
// that (open it) is wrong for one that has been opened since.
client::ClientError ExplainNotYetOpen(Session& session, const std::string& account_id,
                                      client::ClientError error) {
  v1::ReadEventsRequest request;
  request.set_stream(account_id);
  request.set_page_size(1);
  const auto first = session.client().ReadEvents(request);
  if (!first.ok() || first.value().events().empty()) {
    return error;
  }
  const auto& opened = first.value().events(0);
  error.message = "account " + account_id + " was not open yet";
  error.metadata["opened_position"] = std::to_string(opened.position());
  error.metadata["opened_time"] = FormatTime(opened.has_time(), opened.time());
  return error;
}

}  // namespace

void AddAsOfOptions(CLI::App& command, AsOf& as_of) {
  auto* position =
      command
          .add_option("--at-position", as_of.position, "As it stood at this position of the log")
          ->check(CheckPositive)
          ->type_name("N");
  command.add_option("--at,--at-time", as_of.time, "As it stood at this time (commit time)")
      ->check(CheckTime)
      ->excludes(position)
      ->type_name("TIME");
}

void AddAsOfVersionOptions(CLI::App& command, AsOf& as_of) {
  AddAsOfOptions(command, as_of);
  command.add_option("--at-version", as_of.version, "As it stood at this version of the account")
      ->check(CheckPositive)
      ->excludes(command.get_option("--at-position"))
      ->excludes(command.get_option("--at"))
      ->type_name("N");
}

client::Result<v1::GetBalanceResponse> GetBalanceAsOf(Session& session,
                                                      const std::string& account_id,
                                                      const AsOf& as_of) {
  v1::GetBalanceRequest request;
  request.set_account_id(account_id);
  SetAsOf(as_of, &request);
  if (as_of.version > 0) {
    request.set_version(as_of.version);
  }
  auto result = session.client().GetBalance(request);
  if (!result.ok() && result.error().reason == "ACCOUNT_NOT_FOUND" && !as_of.is_now()) {
    return ExplainNotYetOpen(session, account_id, result.error());
  }
  return result;
}

}  // namespace florin::cli
