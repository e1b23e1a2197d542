#include <memory>
#include <ostream>
#include <vector>

#include "apps/cli/error_report.h"
#include "apps/cli/metadata.h"
#include "apps/cli/transaction_commands.h"
#include "apps/cli/transaction_options.h"
#include "apps/cli/transaction_outcome.h"
#include "clients/cpp/uuid.h"

namespace florin::cli {
namespace {

struct ReverseOptions {
  std::string reverses;
  std::string id;
  std::string reason;
  std::vector<std::string> metadata;
  std::string effective_time;
  std::string correlation_id;
  std::string causation_id;
};

v1::ReverseTransactionRequest ToRequest(const ReverseOptions& options) {
  v1::ReverseTransactionRequest request;
  request.set_transaction_id(options.id.empty() ? client::UuidGenerator().Next() : options.id);
  request.set_reverses_transaction_id(options.reverses);
  request.set_reason(options.reason);
  SetMetadata(options.metadata, request.mutable_metadata());
  if (!options.effective_time.empty()) {
    // The option was checked when it was parsed.
    *request.mutable_effective_time() = ParseTime(options.effective_time).value();
  }
  request.set_correlation_id(options.correlation_id);
  request.set_causation_id(options.causation_id);
  return request;
}

ExitCode Reverse(Session& session, const ReverseOptions& options) {
  const auto request = ToRequest(options);
  const auto result = session.client().ReverseTransaction(request);
  if (result.ok()) {
    PrintOutcome(session, result.value());
    return ExitCode::kOk;
  }
  const ExitCode code = session.Fail(result.error());
  AdviseOnId(session, result.error(), request.transaction_id(), options.id.empty());
  return code;
}

}  // namespace

void AddTransactionReverse(CLI::App& transaction, Session& session) {
  auto* reverse = transaction.add_subcommand("reverse", "Post the exact opposite, once");
  const auto options = std::make_shared<ReverseOptions>();
  reverse->add_option("id", options->reverses, "The transaction to reverse")
      ->required()
      ->type_name("ID");
  reverse->add_option("--id", options->id, "The reversal's own id (default: a new UUIDv7)")
      ->type_name("ID");
  reverse->add_option("--reason", options->reason, "Why; becomes the description")
      ->type_name("TEXT");
  AddMetadataOption(*reverse, options->metadata);
  reverse
      ->add_option("--effective-time", options->effective_time,
                   "When it took effect in the world (default: now)")
      ->check(CheckTime)
      ->type_name("TIME");
  reverse
      ->add_option("--correlation-id", options->correlation_id,
                   "What this is part of; all its events carry it")
      ->type_name("ID");
  reverse->add_option("--causation-id", options->causation_id, "What led to this")->type_name("ID");
  reverse->footer(R"(
Example:
  florin transaction reverse salary-1 --id salary-1-back --reason "paid twice")");
  reverse->callback([&session, options] {
    session.action = [&session, options] { return Reverse(session, *options); };
  });
}

}  // namespace florin::cli
