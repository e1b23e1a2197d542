#include <memory>
#include <vector>

#include "apps/cli/transaction_commands.h"
#include "apps/cli/transaction_outcome.h"

namespace florin::cli {
namespace {

template <typename Response>
ExitCode Report(Session& session, const client::Result<Response>& result) {
  if (!result.ok()) {
    return session.Fail(result.error());
  }
  PrintOutcome(session, result.value());
  return ExitCode::kOk;
}

void AddRequestIdOption(CLI::App& command, std::string& id) {
  command.add_option("--request-id", id, "A request repeated with this id never acts twice")
      ->type_name("ID");
}

struct SettleOptions {
  std::string transaction_id;
  std::string amount;
  std::vector<std::string> amounts;
  std::string request_id;
};

ExitCode Settle(Session& session, const SettleOptions& options) {
  v1::SettleTransactionRequest request;
  request.set_transaction_id(options.transaction_id);
  request.set_amount(options.amount);
  request.set_request_id(options.request_id);
  for (const auto& amount : options.amounts) {
    request.add_amounts(amount);
  }
  return Report(session, session.client().SettleTransaction(request));
}

void AddSettle(CLI::App& transaction, Session& session) {
  auto* settle =
      transaction.add_subcommand("settle", "Post what a hold has reserved, or part of it");
  const auto options = std::make_shared<SettleOptions>();
  settle->add_option("id", options->transaction_id, "The hold")->required()->type_name("ID");
  auto* amount = settle
                     ->add_option("--amount", options->amount,
                                  "Only this much of a hold's single posting; the rest is released")
                     ->type_name("AMOUNT");
  settle
      ->add_option("--amounts", options->amounts,
                   "One for each posting of the hold, in their order, 0 for none")
      ->excludes(amount)
      ->type_name("AMOUNT")
      ->take_all();
  AddRequestIdOption(*settle, options->request_id);
  settle->footer(R"(
Example:
  florin transaction settle card-1
  florin transaction settle card-1 --amount 19.90
  florin transaction settle order-2 --amounts 58.80 0)");
  settle->callback([&session, options] {
    session.action = [&session, options] { return Settle(session, *options); };
  });
}

void AddVoid(CLI::App& transaction, Session& session) {
  auto* end = transaction.add_subcommand("void", "Release what a hold has reserved");
  const auto request = std::make_shared<v1::VoidTransactionRequest>();
  end->add_option("id", *request->mutable_transaction_id(), "The hold")
      ->required()
      ->type_name("ID");
  end->add_option("--reason", *request->mutable_reason(), "Why; kept with the transaction")
      ->type_name("TEXT");
  AddRequestIdOption(*end, *request->mutable_request_id());
  end->footer(R"(
Example:
  florin transaction void card-1 --reason "order cancelled")");
  end->callback([&session, request] {
    session.action = [&session, request] {
      return Report(session, session.client().VoidTransaction(*request));
    };
  });
}

}  // namespace

void AddTransactionEnds(CLI::App& transaction, Session& session) {
  AddSettle(transaction, session);
  AddVoid(transaction, session);
}

}  // namespace florin::cli
