#include <memory>
#include <ostream>
#include <vector>

#include "apps/cli/account_commands.h"
#include "apps/cli/account_view.h"
#include "apps/cli/as_of.h"
#include "apps/cli/error_report.h"
#include "apps/cli/json.h"
#include "apps/cli/paging.h"

namespace florin::cli {
namespace {

struct BalanceOptions {
  std::vector<std::string> account_ids;
  std::string prefix;
  AsOf as_of;
  std::int64_t limit = kDefaultLimit;
};

constexpr char kHelp[] = "'florin account balance --help' shows the forms";

ExitCode ShowOne(Session& session, const BalanceOptions& options) {
  const auto& id = options.account_ids.front();
  const auto result = GetBalanceAsOf(session, id, options.as_of);
  if (!result.ok()) {
    return session.Fail(result.error());
  }
  if (session.json) {
    PrintJson(session.console.out, result.value());
  } else {
    PrintBalance(session.console.out, id, result.value());
  }
  return ExitCode::kOk;
}

ExitCode ShowMany(Session& session, const BalanceOptions& options) {
  v1::BatchGetBalancesRequest request;
  request.set_account_id_prefix(options.prefix);
  for (const auto& id : options.account_ids) {
    request.add_account_ids(id);
  }
  SetAsOf(options.as_of, &request);
  Table table = BalanceTable();
  std::int64_t position = 0;
  const ExitCode code = ShowPages(
      session, request, options.limit,
      [&](const auto& page) { return session.client().BatchGetBalances(page); },
      [](const auto& page) -> const auto& { return page.account_balances(); },
      [&](const v1::BatchGetBalancesResponse& page, int count) {
        position = page.position();
        for (int i = 0; i < count; ++i) {
          if (session.json) {
            PrintJsonLine(session.console.out, page.account_balances(i));
          } else {
            AddBalanceRow(page.account_balances(i), &table);
          }
        }
        table.Print(session.console.out);
      });
  if (code == ExitCode::kOk && !session.json) {
    session.console.out << "all as of position " << position << '\n';
  }
  return code;
}

ExitCode Balance(Session& session, const BalanceOptions& options) {
  const std::size_t count = options.account_ids.size();
  if (count == 0 && options.prefix.empty()) {
    return ReportUsage(session.console.err, "name an account, or a --prefix", kHelp);
  }
  if (count == 1 && options.prefix.empty()) {
    return ShowOne(session, options);
  }
  if (options.as_of.version > 0) {
    return ReportUsage(session.console.err,
                       "--at-version is for one account; for several, use --at-position or --at",
                       kHelp);
  }
  return ShowMany(session, options);
}

}  // namespace

void AddAccountBalance(CLI::App& account, Session& session) {
  auto* balance =
      account.add_subcommand("balance", "Show balances, now or as they stood, all at one position");
  const auto options = std::make_shared<BalanceOptions>();
  balance->add_option("id", options->account_ids, "One account or several")->type_name("ACCOUNT");
  balance->add_option("--prefix", options->prefix, "All accounts that begin with this")
      ->type_name("PREFIX");
  AddAsOfVersionOptions(*balance, options->as_of);
  AddLimitOption(*balance, options->limit);
  balance->footer(R"(
Example:
  florin account balance customer:1 --at-version 2
  florin account balance bank:cash customer:1 --at 2026-01-31T18:00:00Z
  florin account balance --prefix customer: --limit 0)");
  balance->callback([&session, options] {
    session.action = [&session, options] { return Balance(session, *options); };
  });
}

}  // namespace florin::cli
