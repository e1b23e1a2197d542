#include <memory>
#include <ostream>

#include "apps/cli/account_commands.h"
#include "apps/cli/json.h"
#include "apps/cli/paging.h"
#include "apps/cli/statement_view.h"
#include "apps/cli/time_range.h"

namespace florin::cli {
namespace {

struct HistoryOptions {
  std::string account_id;
  TimeRange range;
  bool descending = false;
  std::int64_t limit = kDefaultLimit;
};

ExitCode History(Session& session, const HistoryOptions& options) {
  // A stream that has no events reads as empty; an account that is not there is
  // an error.
  v1::GetAccountRequest account;
  account.set_account_id(options.account_id);
  if (const auto found = session.client().GetAccount(account); !found.ok()) {
    return session.Fail(found.error());
  }
  v1::ReadEventsRequest request;
  request.set_stream(options.account_id);
  request.set_descending(options.descending);
  SetTimeRange(options.range, &request);
  Table table = StatementTable();
  return ShowPages(
      session, request, options.limit,
      [&](const auto& page) { return session.client().ReadEvents(page); },
      [](const auto& page) -> const auto& { return page.events(); },
      [&](const v1::ReadEventsResponse& page, int count) {
        for (int i = 0; i < count; ++i) {
          if (session.json) {
            PrintJsonLine(session.console.out, page.events(i));
          } else {
            AddStatementRow(page.events(i), &table);
          }
        }
        table.Print(session.console.out);
      });
}

}  // namespace

void AddAccountHistory(CLI::App& account, Session& session) {
  auto* history = account.add_subcommand("history", "Show an account's events as a statement");
  const auto options = std::make_shared<HistoryOptions>();
  history->add_option("id", options->account_id, "The account")->required()->type_name("ACCOUNT");
  AddTimeRangeOptions(*history, options->range);
  history->add_flag("--descending", options->descending, "Newest first");
  AddLimitOption(*history, options->limit);
  history->footer(R"(
AMOUNT is the change of BALANCE. HELD is what a hold reserved (+) or released (-):
what it takes leaves AVAILABLE at once, what it brings is added only when the hold
is settled.

Example:
  florin account history customer:1 --descending --limit 10
  florin account history customer:1 --start 2026-01-01 --end 2026-02-01)");
  history->callback([&session, options] {
    session.action = [&session, options] { return History(session, *options); };
  });
}

}  // namespace florin::cli
