#include "apps/cli/transaction_options.h"

#include <charconv>
#include <cstdint>
#include <optional>
#include <ostream>

#include "apps/cli/error_report.h"
#include "apps/cli/metadata.h"
#include "apps/cli/text.h"
#include "apps/cli/transaction_outcome.h"
#include "clients/cpp/uuid.h"

namespace florin::cli {
namespace {

// "ID=7". Account ids hold no '='.
std::optional<v1::VersionCheck> ParseVersionCheck(const std::string& text) {
  const auto equals = text.find('=');
  std::int64_t version = 0;
  if (equals == std::string::npos || equals == 0) {
    return std::nullopt;
  }
  const char* end = text.data() + text.size();
  const auto [rest, error] = std::from_chars(text.data() + equals + 1, end, version);
  if (error != std::errc() || rest != end || version < 1) {
    return std::nullopt;
  }
  v1::VersionCheck check;
  check.set_account_id(text.substr(0, equals));
  check.set_expected_version(version);
  return check;
}

// "ID=MIN..MAX", either may be left out.
std::optional<v1::BalanceCheck> ParseBalanceCheck(const std::string& text) {
  const auto equals = text.find('=');
  const auto dots = text.find("..", equals == std::string::npos ? 0 : equals);
  if (equals == std::string::npos || equals == 0 || dots == std::string::npos) {
    return std::nullopt;
  }
  v1::BalanceCheck check;
  check.set_account_id(text.substr(0, equals));
  check.set_min_available(text.substr(equals + 1, dots - equals - 1));
  check.set_max_posted(text.substr(dots + 2));
  const bool bounded = !check.min_available().empty() || !check.max_posted().empty();
  return bounded ? std::optional(check) : std::nullopt;
}

std::string CheckVersionCheck(const std::string& text) {
  return ParseVersionCheck(text) ? "" : "'" + text + "' must look like ACCOUNT=VERSION";
}

std::string CheckBalanceCheck(const std::string& text) {
  return ParseBalanceCheck(text)
             ? ""
             : "'" + text +
                   "' must look like ACCOUNT=MIN_AVAILABLE..MAX_POSTED, where one may be left out";
}

void AddChecks(CLI::App& command, TransactionOptions& options) {
  command
      .add_option("--version-check", options.version_checks,
                  "Refuse unless the account is at this version; may be repeated")
      ->check(CheckVersionCheck)
      ->type_name("ACCOUNT=VERSION")
      ->allow_extra_args(false)
      ->take_all();
  command
      .add_option("--balance-check", options.balance_checks,
                  "Refuse unless the account ends up within these bounds, of which one may be left "
                  "out: least available, most posted; may be repeated")
      ->check(CheckBalanceCheck)
      ->type_name("ACCOUNT=MIN..MAX")
      ->allow_extra_args(false)
      ->take_all();
  command.add_flag("--validate-only", options.validate_only,
                   "Say what would happen; change nothing");
}

void AddHold(CLI::App& command, TransactionOptions& options) {
  command.add_flag("--hold", options.hold, "Reserve only; settle or void later");
  command
      .add_option("--hold-timeout", options.hold_timeout,
                  "Reserve, and release automatically after this time (30m, 7d)")
      ->check(CheckDuration)
      ->type_name("DURATION");
}

void SetHold(const TransactionOptions& options, v1::CreateTransactionRequest* request) {
  if (options.hold || !options.hold_timeout.empty()) {
    request->mutable_hold();
  }
  if (!options.hold_timeout.empty()) {
    const auto timeout = ParseDuration(options.hold_timeout).value();
    auto* duration = request->mutable_hold()->mutable_timeout();
    duration->set_seconds(timeout.count() / 1000);
    duration->set_nanos(static_cast<int>(timeout.count() % 1000) * 1'000'000);
  }
}

}  // namespace

void AddTransactionOptions(CLI::App& command, TransactionOptions& options) {
  command
      .add_option("--id", options.id,
                  "The transaction's id, 1-64 characters (default: a new UUIDv7)")
      ->type_name("ID");
  command.add_option("--type", options.type, "What it is in your business, for example deposit")
      ->type_name("TEXT");
  command.add_option("--reference", options.reference, "An external reference")->type_name("TEXT");
  command.add_option("--description", options.description, "A description for people")
      ->type_name("TEXT");
  AddMetadataOption(command, options.metadata);
  command
      .add_option("--effective-time", options.effective_time,
                  "When it took effect in the world (default: now)")
      ->check(CheckTime)
      ->type_name("TIME");
  AddHold(command, options);
  AddChecks(command, options);
  command
      .add_option("--correlation-id", options.correlation_id,
                  "What this is part of; all its events carry it")
      ->type_name("ID");
  command.add_option("--causation-id", options.causation_id, "What led to this")->type_name("ID");
}

v1::CreateTransactionRequest ToRequest(const TransactionOptions& options) {
  v1::CreateTransactionRequest request;
  request.set_transaction_id(options.id);
  request.set_type(options.type);
  request.set_reference(options.reference);
  request.set_description(options.description);
  SetMetadata(options.metadata, request.mutable_metadata());
  if (!options.effective_time.empty()) {
    *request.mutable_effective_time() = ParseTime(options.effective_time).value();
  }
  SetHold(options, &request);
  for (const auto& check : options.version_checks) {
    *request.add_version_checks() = ParseVersionCheck(check).value();
  }
  for (const auto& check : options.balance_checks) {
    *request.add_balance_checks() = ParseBalanceCheck(check).value();
  }
  request.set_validate_only(options.validate_only);
  request.set_correlation_id(options.correlation_id);
  request.set_causation_id(options.causation_id);
  return request;
}

void AdviseOnId(Session& session, const client::ClientError& error, const std::string& id,
                bool own_id) {
  const bool recorded =
      error.code == grpc::StatusCode::FAILED_PRECONDITION || error.reason == "ACCOUNT_NOT_FOUND";
  if (recorded && !own_id) {
    session.console.err << "      then use a new --id: '" << id << "' stays refused\n";
  }
  if (own_id && ExitCodeOf(error) != ExitCode::kRefused) {
    session.console.err << "      it may have been done anyway; '--id " << id
                        << "' asks again without doing it twice\n";
  }
}

ExitCode CreateTransaction(Session& session, v1::CreateTransactionRequest request) {
  const bool own_id = request.transaction_id().empty();
  if (own_id) {
    request.set_transaction_id(client::UuidGenerator().Next());
  }
  const auto result = session.client().CreateTransaction(request);
  if (!result.ok()) {
    const ExitCode code = session.Fail(result.error());
    if (!request.validate_only()) {
      AdviseOnId(session, result.error(), request.transaction_id(), own_id);
    }
    return code;
  }
  PrintOutcome(session, result.value(), request.validate_only());
  return ExitCode::kOk;
}

}  // namespace florin::cli
