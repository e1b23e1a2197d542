#include <algorithm>
#include <memory>
#include <ostream>

#include "apps/cli/as_of.h"
#include "apps/cli/json.h"
#include "apps/cli/session.h"
#include "apps/cli/table.h"

namespace florin::cli {
namespace {

struct BooksOptions {
  std::string prefix;
  std::string asset;
  AsOf as_of;
};

bool Balances(const v1::TrialBalanceLine& line) {
  return line.debits_posted() == line.credits_posted() &&
         line.debits_pending() == line.credits_pending();
}

void PrintLines(const Printer& out, const v1::GetTrialBalanceResponse& books) {
  Table table({{"ASSET"},
               {"DEBITS", Table::Align::kRight},
               {"CREDITS", Table::Align::kRight},
               {"PENDING DEBITS", Table::Align::kRight},
               {"PENDING CREDITS", Table::Align::kRight},
               {"ACCOUNTS", Table::Align::kRight},
               {"DEBITS = CREDITS"}});
  for (const auto& line : books.lines()) {
    table.AddRow({line.asset(), line.debits_posted(), line.credits_posted(), line.debits_pending(),
                  line.credits_pending(), std::to_string(line.account_count()),
                  Balances(line) ? "yes" : "no"});
  }
  table.Print(out);
}

// Only all accounts of an asset together must be equal; a part of them is what it
// is.
ExitCode Judge(Session& session, const BooksOptions& options, bool balanced) {
  auto& out = session.console.out;
  if (!options.prefix.empty()) {
    if (!session.json) {
      out << "a part of the books need not balance\n";
    }
    return ExitCode::kOk;
  }
  if (!session.json) {
    out << (balanced ? "the books balance" : "the books do not balance") << '\n';
  }
  if (balanced) {
    return ExitCode::kOk;
  }
  out.Flush();
  session.console.err << "error: the books do not balance\n"
                         "next: stop writing, keep the data directory as it is, and see the "
                         "server's log\n";
  return ExitCode::kServerTrouble;
}

ExitCode Books(Session& session, const BooksOptions& options) {
  v1::GetTrialBalanceRequest request;
  request.set_account_id_prefix(options.prefix);
  request.set_asset(options.asset);
  SetAsOf(options.as_of, &request);
  const auto result = session.client().GetTrialBalance(request);
  if (!result.ok()) {
    return session.Fail(result.error());
  }
  const auto& books = result.value();
  if (session.json) {
    PrintJson(session.console.out, books);
  } else {
    PrintLines(session.console.out, books);
    session.console.out << "as of position " << books.position() << ": ";
  }
  return Judge(session, options, std::all_of(books.lines().begin(), books.lines().end(), Balances));
}

}  // namespace

void AddBooksCommand(CLI::App& app, Session& session) {
  auto* books = app.add_subcommand("books", "Show the trial balance: debits and credits per asset");
  const auto options = std::make_shared<BooksOptions>();
  books->add_option("--prefix", options->prefix, "Only accounts that begin with this")
      ->type_name("PREFIX");
  books->add_option("--asset", options->asset, "Only this asset")->type_name("CODE");
  AddAsOfOptions(*books, options->as_of);
  books->footer(R"(
Ends with 5 if the debits and credits of an asset differ: the ledger is then broken.

Example:
  florin books
  florin books --asset INR --at 2026-01-31T18:00:00Z)");
  books->callback([&session, options] {
    session.action = [&session, options] { return Books(session, *options); };
  });
}

}  // namespace florin::cli
