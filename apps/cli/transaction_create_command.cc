#include <memory>
#include <tuple>
#include <vector>

#include "apps/cli/transaction_commands.h"
#include "apps/cli/transaction_options.h"

namespace florin::cli {
namespace {

// Debited account, credited account, amount. Three words, as an account id may
// hold every character that could part them.
using PostingWords = std::tuple<std::string, std::string, std::string>;

struct CreateOptions {
  TransactionOptions transaction;
  std::vector<PostingWords> postings;
};

v1::CreateTransactionRequest ToCreate(const CreateOptions& options) {
  auto request = ToRequest(options.transaction);
  for (const auto& [debit, credit, amount] : options.postings) {
    auto* posting = request.add_postings();
    posting->set_debit_account_id(debit);
    posting->set_credit_account_id(credit);
    posting->set_amount(amount);
  }
  return request;
}

}  // namespace

void AddTransactionCreate(CLI::App& transaction, Session& session) {
  auto* create =
      transaction.add_subcommand("create", "Post or hold several postings, all or nothing");
  const auto options = std::make_shared<CreateOptions>();
  create
      ->add_option(
          "--posting", options->postings,
          "The account that is debited, the one that is credited, and how much; may be repeated")
      ->required()
      ->type_name("ACCOUNT ACCOUNT AMOUNT")
      ->allow_extra_args(false)
      ->take_all();
  AddTransactionOptions(*create, options->transaction);
  create->footer(R"(
'florin transfer --help' says which account to debit and which to credit.

Example:
  florin transaction create --id order-2 --hold-timeout 7d
    --posting shopper:7 shop:3 58.80 --posting shopper:7 psp:fees 1.20)");
  create->callback([&session, options] {
    session.action = [&session, options] { return CreateTransaction(session, ToCreate(*options)); };
  });
}

}  // namespace florin::cli
