#include <memory>
#include <ostream>

#include "clients/cli/account_view.h"
#include "clients/cli/error_report.h"
#include "clients/cli/json.h"
#include "clients/cli/session.h"
#include "clients/cli/text.h"
#include "clients/cpp/uuid.h"

namespace florin::cli {
namespace {

struct TransferOptions {
  std::string amount;
  std::string debit;
  std::string credit;
  std::string id;
  std::string type;
  std::string reference;
  std::string description;
  std::string effective_time;
  bool hold = false;
  std::string hold_timeout;
  bool validate_only = false;
};

constexpr char kFooter[] = R"(
Which is debited, which credited?
  A transfer debits one account and credits another by the same amount.
  asset and expense accounts grow when debited; liability, equity and revenue
  accounts grow when credited. Customers' money is a liability of the bank, so:
    customer A pays customer B    --debit A     --credit B
    customer A deposits cash      --debit cash  --credit A
    customer A withdraws cash     --debit A     --credit cash

Without --id a new one is made and printed. Run again with the same --id and the
same transfer, and it never acts twice.)";

v1::CreateTransactionRequest ToRequest(const TransferOptions& options) {
  v1::CreateTransactionRequest request;
  request.set_transaction_id(options.id);
  auto* posting = request.add_postings();
  posting->set_debit_account_id(options.debit);
  posting->set_credit_account_id(options.credit);
  posting->set_amount(options.amount);
  request.set_type(options.type);
  request.set_reference(options.reference);
  request.set_description(options.description);
  request.set_validate_only(options.validate_only);
  // The options were checked when they were parsed.
  if (!options.effective_time.empty()) {
    *request.mutable_effective_time() = ParseTime(options.effective_time).value();
  }
  if (options.hold || !options.hold_timeout.empty()) {
    request.mutable_hold();
  }
  if (!options.hold_timeout.empty()) {
    const auto timeout = ParseDuration(options.hold_timeout).value();
    auto* duration = request.mutable_hold()->mutable_timeout();
    duration->set_seconds(timeout.count() / 1000);
    duration->set_nanos(static_cast<int>(timeout.count() % 1000) * 1'000'000);
  }
  return request;
}

std::string Headline(const v1::CreateTransactionResponse& response, bool validate_only) {
  std::string text = FormatStatus(response.transaction().status());
  if (response.transaction().status() == v1::TRANSACTION_STATUS_PENDING) {
    text += " (held)";
  }
  if (validate_only && !response.replayed()) {
    return "would be " + text + ": ";
  }
  return text + (response.replayed() ? ", by an earlier call: " : ": ");
}

// What the transaction's id means now that it failed.
void AdviseOnId(Session& session, const client::ClientError& error, const std::string& id,
                bool own_id) {
  const bool recorded =
      error.code == grpc::StatusCode::FAILED_PRECONDITION || error.reason == "ACCOUNT_NOT_FOUND";
  if (recorded && !own_id) {
    session.console.err << "      then use a new --id: '" << id << "' stays refused\n";
  }
  if (own_id && ExitCodeOf(error) != ExitCode::kRefused) {
    session.console.err << "      it may have been done all the same; '--id " << id
                        << "' asks again without doing it twice\n";
  }
}

ExitCode Transfer(Session& session, TransferOptions options) {
  const bool own_id = options.id.empty();
  if (own_id) {
    options.id = client::UuidGenerator().Next();
  }
  const auto result = session.client().CreateTransaction(ToRequest(options));
  if (!result.ok()) {
    const ExitCode code = session.Fail(result.error());
    if (!options.validate_only) {
      AdviseOnId(session, result.error(), options.id, own_id);
    }
    return code;
  }
  const auto& response = result.value();
  if (session.json) {
    PrintJson(session.console.out, response);
    return ExitCode::kOk;
  }
  auto& out = session.console.out;
  out << Headline(response, options.validate_only) << response.transaction().transaction_id()
      << '\n';
  if (const auto expires = FormatTime(response.transaction().expire_time()); !expires.empty()) {
    out << "expires: " << expires << '\n';
  }
  PrintAccountBalances(out, response.account_balances());
  return ExitCode::kOk;
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
      ->type_name("ID");
  transfer->add_option("--credit", options->credit, "The account that is credited")
      ->required()
      ->type_name("ID");
  transfer
      ->add_option("--id", options->id,
                   "The transaction's id, 1-64 characters (default: a new "
                   "UUIDv7)")
      ->type_name("ID");
  transfer->add_option("--type", options->type, "What it is in the business, for example deposit")
      ->type_name("TEXT");
  transfer->add_option("--reference", options->reference, "An outside number")->type_name("TEXT");
  transfer->add_option("--description", options->description, "For people")->type_name("TEXT");
  transfer
      ->add_option("--effective-time", options->effective_time,
                   "When it took effect in the world (default: now)")
      ->check(CheckTime)
      ->type_name("TIME");
  transfer->add_flag("--hold", options->hold, "Reserve only; settle or void later");
  transfer
      ->add_option("--hold-timeout", options->hold_timeout,
                   "Reserve, and release by itself after so long (30m, 7d)")
      ->check(CheckDuration)
      ->type_name("DURATION");
  transfer->add_flag("--validate-only", options->validate_only,
                     "Say what would happen; change nothing");
  transfer->callback([&session, options] {
    session.action = [&session, options] { return Transfer(session, *options); };
  });
}

}  // namespace florin::cli
