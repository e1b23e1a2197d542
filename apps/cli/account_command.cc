#include <memory>
#include <ostream>
#include <vector>

#include "apps/cli/account_commands.h"
#include "apps/cli/account_view.h"
#include "apps/cli/as_of.h"
#include "apps/cli/json.h"
#include "apps/cli/metadata.h"
#include "apps/cli/paging.h"
#include "apps/cli/session.h"
#include "apps/cli/text.h"

namespace florin::cli {
namespace {

struct OpenOptions {
  std::string account_id;
  std::string asset;
  std::string type;
  std::string owner;
  std::string overdraft_limit;
  bool unlimited_overdraft = false;
  std::string max_balance;
  std::vector<std::string> metadata;
};

struct ShowOptions {
  std::string account_id;
  AsOf as_of;
};

struct ListOptions {
  std::string prefix;
  std::string owner;
  std::int64_t limit = kDefaultLimit;
};

ExitCode Open(Session& session, const OpenOptions& options) {
  v1::OpenAccountRequest request;
  request.set_account_id(options.account_id);
  request.set_asset(options.asset);
  // The option was checked when it was parsed.
  request.set_type(ParseType(options.type).value());
  request.set_owner_id(options.owner);
  auto* limits = request.mutable_limits();
  limits->set_overdraft_limit(options.overdraft_limit);
  limits->set_unlimited_overdraft(options.unlimited_overdraft);
  limits->set_max_balance(options.max_balance);
  SetMetadata(options.metadata, request.mutable_metadata());
  const auto result = session.client().OpenAccount(request);
  if (!result.ok()) {
    return session.Fail(result.error());
  }
  if (session.json) {
    PrintJson(session.console.out, result.value());
    return ExitCode::kOk;
  }
  const auto& account = result.value().account();
  session.console.out << (result.value().replayed() ? "opened before: " : "opened: ")
                      << account.account_id() << " (" << account.asset() << " "
                      << FormatType(account.type()) << ")\n";
  return ExitCode::kOk;
}

ExitCode ShowAsOf(Session& session, const ShowOptions& options) {
  const auto result = GetBalanceAsOf(session, options.account_id, options.as_of);
  if (!result.ok()) {
    return session.Fail(result.error());
  }
  if (session.json) {
    PrintJson(session.console.out, result.value());
  } else {
    PrintBalance(session.console.out, options.account_id, result.value());
  }
  return ExitCode::kOk;
}

ExitCode Show(Session& session, const ShowOptions& options) {
  if (!options.as_of.is_now()) {
    return ShowAsOf(session, options);
  }
  v1::GetAccountRequest request;
  request.set_account_id(options.account_id);
  const auto result = session.client().GetAccount(request);
  if (!result.ok()) {
    return session.Fail(result.error());
  }
  if (session.json) {
    PrintJson(session.console.out, result.value().account());
  } else {
    PrintAccount(session.console.out, result.value().account());
  }
  return ExitCode::kOk;
}

ExitCode List(Session& session, const ListOptions& options) {
  v1::ListAccountsRequest request;
  request.set_account_id_prefix(options.prefix);
  request.set_owner_id(options.owner);
  Table table = AccountTable();
  return ShowPages(
      session, request, options.limit,
      [&](const auto& page) { return session.client().ListAccounts(page); },
      [](const auto& page) -> const auto& { return page.accounts(); },
      [&](const v1::ListAccountsResponse& page, int count) {
        for (int i = 0; i < count; ++i) {
          if (session.json) {
            PrintJsonLine(session.console.out, page.accounts(i));
          } else {
            AddAccountRow(page.accounts(i), &table);
          }
        }
        table.Print(session.console.out);
      });
}

void AddOpen(CLI::App& account, Session& session) {
  auto* open = account.add_subcommand("open", "Open an account (the same again changes nothing)");
  const auto options = std::make_shared<OpenOptions>();
  open->add_option("id", options->account_id,
                   "1-128 characters of A-Z a-z 0-9 : . _ @ -, for example "
                   "hdfc:cash:INR")
      ->required()
      ->type_name("ID");
  open->add_option("--asset", options->asset, "Code of a registered asset")
      ->required()
      ->type_name("CODE");
  open->add_option("--type", options->type,
                   "asset, expense: grow by debits; liability, equity, "
                   "revenue: grow by credits")
      ->required()
      ->check(CheckType)
      ->type_name("asset|liability|equity|revenue|expense");
  open->add_option("--owner", options->owner, "Its owner")->type_name("ID");
  auto* limit = open->add_option("--overdraft-limit", options->overdraft_limit,
                                 "How far below zero it may go (default 0)")
                    ->type_name("AMOUNT");
  open->add_flag("--unlimited-overdraft", options->unlimited_overdraft,
                 "No lower limit: for cash, clearing and the outside world")
      ->excludes(limit);
  open->add_option("--max-balance", options->max_balance, "Highest posted balance (default: none)")
      ->type_name("AMOUNT");
  AddMetadataOption(*open, options->metadata);
  open->footer(R"(
Example:
  florin account open customer:1 --asset INR --type liability --owner asha)");
  open->callback([&session, options] {
    session.action = [&session, options] { return Open(session, *options); };
  });
}

void AddShow(CLI::App& account, Session& session) {
  auto* show = account.add_subcommand("show", "Show an account, or its balance in the past");
  const auto options = std::make_shared<ShowOptions>();
  show->add_option("id", options->account_id, "The account")->required()->type_name("ACCOUNT");
  AddAsOfVersionOptions(*show, options->as_of);
  show->footer(R"(
Example:
  florin account show customer:1
  florin account show customer:1 --at 2026-01-31)");
  show->callback([&session, options] {
    session.action = [&session, options] { return Show(session, *options); };
  });
}

void AddList(CLI::App& account, Session& session) {
  auto* list = account.add_subcommand("list", "List accounts by id");
  const auto options = std::make_shared<ListOptions>();
  list->add_option("prefix,--prefix", options->prefix, "Only ids that begin with this")
      ->type_name("PREFIX");
  list->add_option("--owner", options->owner, "Only this owner's")->type_name("ID");
  AddLimitOption(*list, options->limit);
  list->footer(R"(
Example:
  florin account list customer: --limit 20)");
  list->callback([&session, options] {
    session.action = [&session, options] { return List(session, *options); };
  });
}

}  // namespace

void AddAccountCommands(CLI::App& app, Session& session) {
  auto* account = app.add_subcommand("account", "Open, view and change accounts");
  account->require_subcommand(1);
  AddOpen(*account, session);
  AddShow(*account, session);
  AddList(*account, session);
  AddAccountBalance(*account, session);
  AddAccountHistory(*account, session);
  AddAccountChanges(*account, session);
}

}  // namespace florin::cli
