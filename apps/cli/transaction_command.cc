#include <memory>
#include <ostream>
#include <vector>

#include "apps/cli/json.h"
#include "apps/cli/paging.h"
#include "apps/cli/session.h"
#include "apps/cli/text.h"
#include "apps/cli/transaction_commands.h"
#include "apps/cli/transaction_view.h"

namespace florin::cli {
namespace {

struct ListOptions {
  std::string account_id;
  std::string start;
  std::string end;
  std::vector<std::string> statuses;
  bool ascending = false;
  std::int64_t limit = kDefaultLimit;
};

ExitCode Show(Session& session, const std::string& transaction_id) {
  v1::GetTransactionRequest request;
  request.set_transaction_id(transaction_id);
  const auto result = session.client().GetTransaction(request);
  if (!result.ok()) {
    return session.Fail(result.error());
  }
  if (session.json) {
    PrintJson(session.console.out, result.value().transaction());
  } else {
    PrintTransaction(session.console.out, result.value().transaction());
  }
  return ExitCode::kOk;
}

ExitCode List(Session& session, const ListOptions& options) {
  v1::ListTransactionsRequest request;
  request.set_account_id(options.account_id);
  // The options were checked when they were parsed.
  if (!options.start.empty()) {
    *request.mutable_start_commit_time() = ParseTime(options.start).value();
  }
  if (!options.end.empty()) {
    *request.mutable_end_commit_time() = ParseTime(options.end).value();
  }
  for (const auto& status : options.statuses) {
    request.add_statuses(ParseStatus(status).value());
  }
  request.set_ascending(options.ascending);
  Table table = TransactionTable();
  return ShowPages(
      session, request, options.limit,
      [&](const auto& page) { return session.client().ListTransactions(page); },
      [](const auto& page) -> const auto& { return page.transactions(); },
      [&](const v1::ListTransactionsResponse& page, int count) {
        for (int i = 0; i < count; ++i) {
          if (session.json) {
            PrintJsonLine(session.console.out, page.transactions(i));
          } else {
            AddTransactionRow(page.transactions(i), &table);
          }
        }
        table.Print(session.console.out);
      });
}

void AddList(CLI::App& transaction, Session& session) {
  auto* list =
      transaction.add_subcommand("list", "List transactions, newest first, refused ones left out");
  const auto options = std::make_shared<ListOptions>();
  list->add_option("--account", options->account_id, "Only those of this account")
      ->type_name("ACCOUNT");
  list->add_option("--start", options->start, "Committed at this time or later")
      ->check(CheckTime)
      ->type_name("TIME");
  list->add_option("--end", options->end, "Committed before this time")
      ->check(CheckTime)
      ->type_name("TIME");
  list->add_option("--status", options->statuses, "Only this status; may be repeated")
      ->check(CheckStatus)
      ->type_name("pending|posted|voided|expired|refused")
      ->take_all();
  list->add_flag("--ascending", options->ascending, "Oldest first");
  AddLimitOption(*list, options->limit);
  list->footer(R"(
Example:
  florin transaction list --account customer:1 --status refused --limit 20)");
  list->callback([&session, options] {
    session.action = [&session, options] { return List(session, *options); };
  });
}

}  // namespace

void AddTransactionCommands(CLI::App& app, Session& session) {
  auto* transaction =
      app.add_subcommand("transaction", "Create, end, reverse and view transactions");
  transaction->require_subcommand(1);

  auto* show = transaction->add_subcommand("show", "Show a transaction with its postings");
  const auto id = std::make_shared<std::string>();
  show->add_option("id", *id, "The transaction")->required()->type_name("ID");
  show->footer(R"(
Example:
  florin transaction show salary-1)");
  show->callback(
      [&session, id] { session.action = [&session, id] { return Show(session, *id); }; });
  AddList(*transaction, session);
  AddTransactionCreate(*transaction, session);
  AddTransactionEnds(*transaction, session);
  AddTransactionReverse(*transaction, session);
}

}  // namespace florin::cli
