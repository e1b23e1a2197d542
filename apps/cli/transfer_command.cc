#include <memory>

#include "apps/cli/session.h"
#include "apps/cli/transaction_options.h"

namespace florin::cli {
namespace {

struct TransferOptions {
  TransactionOptions transaction;
  std::string amount;
  std::string debit;
  std::string credit;
};

constexpr char kFooter[] = R"(
Which is debited, which credited?
  A transfer debits one account and credits another by the same amount.
  asset and expense accounts grow when debited; liability, equity and revenue
  accounts grow when credited. Customers' money is a liability of the bank, so:
    customer A pays customer B    --debit A     --credit B
    customer A deposits cash      --debit cash  --credit A
    customer A withdraws cash     --debit A     --credit cash

Without --id a new id is made and printed. The same transfer repeated with the same
--id never acts twice.

Example:
  florin transfer 12.50 --debit customer:1 --credit customer:2 --id rent-7)";

v1::CreateTransactionRequest ToTransfer(const TransferOptions& options) {
  auto request = ToRequest(options.transaction);
  auto* posting = request.add_postings();
  posting->set_debit_account_id(options.debit);
  posting->set_credit_account_id(options.credit);
  posting->set_amount(options.amount);
  return request;
}

}  // namespace

void AddTransferCommand(CLI::App& app, Session& session) {
  auto* transfer =
      app.add_subcommand("transfer", "Move an amount between two accounts of one asset");
  transfer->footer(kFooter);
  const auto options = std::make_shared<TransferOptions>();
  transfer
      ->add_option("amount", options->amount,
                   "Decimal, at most the asset's decimals, for example 12.50")
      ->required()
      ->type_name("AMOUNT");
  transfer->add_option("--debit", options->debit, "The account that is debited")
      ->required()
      ->type_name("ACCOUNT");
  transfer->add_option("--credit", options->credit, "The account that is credited")
      ->required()
      ->type_name("ACCOUNT");
  AddTransactionOptions(*transfer, options->transaction);
  transfer->callback([&session, options] {
    session.action = [&session, options] {
      return CreateTransaction(session, ToTransfer(*options));
    };
  });
}

}  // namespace florin::cli
