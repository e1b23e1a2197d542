#include <memory>
#include <ostream>
#include <string_view>
#include <vector>

#include "apps/cli/account_commands.h"
#include "apps/cli/account_view.h"
#include "apps/cli/error_report.h"
#include "apps/cli/json.h"
#include "apps/cli/metadata.h"
#include "apps/cli/text.h"

namespace florin::cli {
namespace {

// What every change of an account may carry.
struct ChangeOptions {
  std::string account_id;
  std::string reason;
  std::int64_t expected_version = 0;
  std::string request_id;
};

struct UpdateOptions {
  ChangeOptions change;
  std::string owner;
  std::string overdraft_limit;
  bool unlimited_overdraft = false;
  std::string max_balance;
  std::vector<std::string> metadata;
  std::vector<std::string> cleared;
};

template <typename Request>
Request ToRequest(const ChangeOptions& options) {
  Request request;
  request.set_account_id(options.account_id);
  request.set_expected_version(options.expected_version);
  request.set_request_id(options.request_id);
  return request;
}

// `done`: "suspended".
template <typename Response>
ExitCode Report(Session& session, const client::Result<Response>& result, std::string_view done) {
  if (!result.ok()) {
    return session.Fail(result.error());
  }
  if (session.json) {
    PrintJson(session.console.out, result.value());
    return ExitCode::kOk;
  }
  const auto& account = result.value().account();
  session.console.out << done << (result.value().replayed() ? " before: " : ": ")
                      << account.account_id() << FormatSuspension(account) << ", version "
                      << account.version() << '\n';
  return ExitCode::kOk;
}

bool Clears(const UpdateOptions& options, std::string_view field) {
  for (const auto& cleared : options.cleared) {
    if (cleared == field) {
      return true;
    }
  }
  return false;
}

// What was given is named in the mask, so that it replaces also where it is empty.
v1::UpdateAccountRequest ToUpdate(const UpdateOptions& options) {
  auto request = ToRequest<v1::UpdateAccountRequest>(options.change);
  auto* mask = request.mutable_update_mask();
  if (!options.owner.empty() || Clears(options, "owner")) {
    request.set_owner_id(options.owner);
    mask->add_paths("owner_id");
  }
  if (!options.metadata.empty() || Clears(options, "metadata")) {
    SetMetadata(options.metadata, request.mutable_metadata());
    mask->add_paths("metadata");
  }
  if (!options.max_balance.empty() || Clears(options, "max-balance")) {
    request.mutable_limits()->set_max_balance(options.max_balance);
    mask->add_paths("limits.max_balance");
  }
  // Either floor ends the other: the contract refuses both together.
  if (!options.overdraft_limit.empty() || options.unlimited_overdraft) {
    request.mutable_limits()->set_overdraft_limit(options.overdraft_limit);
    request.mutable_limits()->set_unlimited_overdraft(options.unlimited_overdraft);
    mask->add_paths("limits.overdraft_limit");
    mask->add_paths("limits.unlimited_overdraft");
  }
  return request;
}

ExitCode Update(Session& session, const UpdateOptions& options) {
  const auto request = ToUpdate(options);
  if (request.update_mask().paths().empty()) {
    return ReportUsage(session.console.err, "nothing to change was given",
                       "'florin account update --help' shows what can be changed");
  }
  return Report(session, session.client().UpdateAccount(request), "updated");
}

std::string CheckScope(const std::string& text) {
  return ParseScope(text) ? "" : "'" + text + "' is not one of both, debits, credits";
}

void AddChangeOptions(CLI::App& command, ChangeOptions& options) {
  command.add_option("id", options.account_id, "The account")->required()->type_name("ACCOUNT");
  command
      .add_option("--expected-version", options.expected_version,
                  "Refuse unless the account is at this version")
      ->check(CheckPositive)
      ->type_name("N");
  command
      .add_option("--request-id", options.request_id,
                  "A request repeated with this id never acts twice")
      ->type_name("ID");
}

void AddReasonOption(CLI::App& command, ChangeOptions& options) {
  command.add_option("--reason", options.reason, "Why; kept in the event")->type_name("TEXT");
}

void AddUpdate(CLI::App& account, Session& session) {
  auto* update = account.add_subcommand("update", "Change limits, metadata or owner");
  const auto options = std::make_shared<UpdateOptions>();
  AddChangeOptions(*update, options->change);
  update->add_option("--owner", options->owner, "Its owner from now on")->type_name("ID");
  auto* limit = update
                    ->add_option("--overdraft-limit", options->overdraft_limit,
                                 "How far below zero it may go; ends an unlimited overdraft")
                    ->type_name("AMOUNT");
  update
      ->add_flag("--unlimited-overdraft", options->unlimited_overdraft,
                 "No lower limit from now on")
      ->excludes(limit);
  update->add_option("--max-balance", options->max_balance, "Highest posted balance")
      ->type_name("AMOUNT");
  AddMetadataOption(*update, options->metadata);
  update->get_option("--metadata")
      ->description("key=value, may be repeated; replaces all existing metadata");
  update->add_option("--clear", options->cleared, "Clear this field; may be repeated")
      ->check(CLI::IsMember({"max-balance", "metadata", "owner"}))
      ->type_name("max-balance|metadata|owner")
      ->allow_extra_args(false)
      ->take_all();
  update->footer(R"(
Example:
  florin account update customer:1 --overdraft-limit 500.00 --metadata tier=gold
  florin account update customer:1 --clear max-balance)");
  update->callback([&session, options] {
    session.action = [&session, options] { return Update(session, *options); };
  });
}

void AddSuspend(CLI::App& account, Session& session) {
  auto* suspend = account.add_subcommand("suspend", "Stop new postings and holds");
  const auto options = std::make_shared<ChangeOptions>();
  const auto scope = std::make_shared<std::string>("both");
  AddChangeOptions(*suspend, *options);
  AddReasonOption(*suspend, *options);
  suspend->add_option("--scope", *scope, "What it stops (default both)")
      ->check(CheckScope)
      ->type_name("both|debits|credits");
  suspend->footer(R"(
Earlier holds may still be settled and voided.

Example:
  florin account suspend customer:1 --scope debits --reason "card stolen")");
  suspend->callback([&session, options, scope] {
    session.action = [&session, options, scope] {
      auto request = ToRequest<v1::SuspendAccountRequest>(*options);
      request.set_reason(options->reason);
      // The option was checked when it was parsed.
      request.set_scope(ParseScope(*scope).value());
      return Report(session, session.client().SuspendAccount(request), "suspended");
    };
  });
}

void AddReactivate(CLI::App& account, Session& session) {
  auto* reactivate = account.add_subcommand("reactivate", "End a suspension");
  const auto options = std::make_shared<ChangeOptions>();
  AddChangeOptions(*reactivate, *options);
  AddReasonOption(*reactivate, *options);
  reactivate->footer(R"(
Example:
  florin account reactivate customer:1 --reason "new card")");
  reactivate->callback([&session, options] {
    session.action = [&session, options] {
      auto request = ToRequest<v1::ReactivateAccountRequest>(*options);
      request.set_reason(options->reason);
      return Report(session, session.client().ReactivateAccount(request), "reactivated");
    };
  });
}

void AddClose(CLI::App& account, Session& session) {
  auto* close = account.add_subcommand("close", "Close an account for ever");
  const auto options = std::make_shared<ChangeOptions>();
  AddChangeOptions(*close, *options);
  AddReasonOption(*close, *options);
  close->footer(R"(
Needs a posted balance of zero and nothing pending.

Example:
  florin account close customer:1 --reason "moved away")");
  close->callback([&session, options] {
    session.action = [&session, options] {
      auto request = ToRequest<v1::CloseAccountRequest>(*options);
      request.set_reason(options->reason);
      return Report(session, session.client().CloseAccount(request), "closed");
    };
  });
}

}  // namespace

void AddAccountChanges(CLI::App& account, Session& session) {
  AddUpdate(account, session);
  AddSuspend(account, session);
  AddReactivate(account, session);
  AddClose(account, session);
}

}  // namespace florin::cli
