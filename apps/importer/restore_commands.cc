#include "apps/importer/restore_commands.h"

#include <fmt/format.h>
#include <google/protobuf/util/time_util.h>

#include <algorithm>
#include <type_traits>
#include <utility>
#include <variant>

#include "apps/importer/restore_check.h"
#include "clients/cpp/batch_sender.h"

namespace florin::importer {
namespace {

using google::protobuf::util::TimeUtil;

// Half of what the contract allows: reversals have postings that are not seen
// here.
constexpr std::int64_t kPostingsMax = 8192;
constexpr std::size_t kBytesMax = 4 * 1024 * 1024;

ImportFailure FailureOf(client::ClientError error, std::int64_t line) {
  ImportFailure failure;
  failure.ledger = std::move(error);
  failure.doing = fmt::format("repeating line {}", line);
  return failure;
}

// nullopt: it changes an account.
std::optional<v1::TransactionCommand> ToTransactionCommand(const jsonl::Command& command) {
  v1::TransactionCommand result;
  if (const auto* create = std::get_if<v1::CreateTransactionRequest>(&command)) {
    *result.mutable_create_transaction() = *create;
  } else if (const auto* settle = std::get_if<v1::SettleTransactionRequest>(&command)) {
    *result.mutable_settle_transaction() = *settle;
  } else if (const auto* ended = std::get_if<v1::VoidTransactionRequest>(&command)) {
    *result.mutable_void_transaction() = *ended;
  } else if (const auto* reverse = std::get_if<v1::ReverseTransactionRequest>(&command)) {
    *result.mutable_reverse_transaction() = *reverse;
  } else {
    return std::nullopt;
  }
  return result;
}

// An earlier run gave an open hold what was left of its time then, so that now
// its content is another.
bool IsOfOtherTimeout(const client::ClientError& error) {
  const auto field = error.metadata.find("field");
  return error.reason == "ID_REUSED" && field != error.metadata.end() && field->second == "hold";
}

// What one answer of an account's change comes to.
template <typename Response>
std::optional<client::ClientError> Outcome(const client::Result<Response>& result,
                                           RestoreCounts* counts) {
  if (!result.ok()) {
    return result.error();
  }
  ++(result.value().replayed() ? counts->replayed : counts->done);
  return std::nullopt;
}

struct AccountCaller {
  client::Client& client;
  const std::string& request_id;
  RestoreCounts* counts;

  template <typename Request>
  std::optional<client::ClientError> operator()(Request request) const {
    if constexpr (requires { request.expected_version(); }) {
      request.set_request_id(request_id);
    }
    if constexpr (std::is_same_v<Request, v1::UpdateAccountRequest>) {
      return Outcome(client.UpdateAccount(request), counts);
    } else if constexpr (std::is_same_v<Request, v1::SuspendAccountRequest>) {
      return Outcome(client.SuspendAccount(request), counts);
    } else if constexpr (std::is_same_v<Request, v1::ReactivateAccountRequest>) {
      return Outcome(client.ReactivateAccount(request), counts);
    } else if constexpr (std::is_same_v<Request, v1::CloseAccountRequest>) {
      return Outcome(client.CloseAccount(request), counts);
    } else {
      return std::nullopt;  // of transactions: not sent one by one
    }
  }
};

}  // namespace

std::optional<ImportFailure> RestoreCommands::Take(jsonl::CommandDocument document,
                                                   std::int64_t line) {
  auto command = ToTransactionCommand(document.command);
  if (!command) {
    if (auto failure = Flush()) {
      return failure;
    }
    return ChangeAccount(document, line);
  }
  if (document.open_hold) {
    SetTimeout(document.origin, command->mutable_create_transaction()->mutable_hold());
  }
  if (!document.refused.empty()) {
    // Tried on what the commands before it left.
    if (auto failure = Flush()) {
      return failure;
    }
    const auto refused = IsRefusedHere(*command);
    if (!refused.ok()) {
      return FailureOf(refused.error(), line);
    }
    if (!refused.value()) {
      AddDifference(
          fmt::format("line {}: was refused ({}) in the exported ledger and would be done "
                      "in this one; left out",
                      line, document.refused),
          outcome_);
      return std::nullopt;
    }
  }
  postings_ += command->create_transaction().postings_size();
  bytes_ += command->ByteSizeLong();
  *batch_.add_commands() = *std::move(command);
  items_.push_back({line, document.refused, document.open_hold});
  const bool full = batch_.commands_size() >= options_.batch_size || postings_ >= kPostingsMax ||
                    bytes_ >= kBytesMax;
  return full ? Flush() : std::nullopt;
}

std::optional<ImportFailure> RestoreCommands::Flush() {
  if (items_.empty()) {
    return std::nullopt;
  }
  const v1::ExecuteBatchRequest batch = std::exchange(batch_, {});
  const std::vector<Item> items = std::exchange(items_, {});
  postings_ = 0;
  bytes_ = 0;
  const auto answer = client::ExecuteBatchUntilDecided(client_, batch);
  if (!answer.ok()) {
    return FailureOf(answer.error(), items.front().line);
  }
  const int answered = std::min(answer.value().results_size(), static_cast<int>(items.size()));
  for (int i = 0; i < answered; ++i) {
    if (auto failure = Check(items[static_cast<std::size_t>(i)], answer.value().results(i))) {
      return failure;
    }
  }
  return std::nullopt;
}

client::Result<bool> RestoreCommands::IsRefusedHere(const v1::TransactionCommand& command) {
  v1::ExecuteBatchRequest trial;
  *trial.add_commands() = command;
  trial.set_validate_only(true);
  const auto answer = client::ExecuteBatchUntilDecided(client_, trial);
  if (!answer.ok()) {
    return answer.error();
  }
  if (answer.value().results_size() != 1 || !answer.value().results(0).has_refusal()) {
    return false;
  }
  // Refused only for now says nothing of what the business would say.
  auto refusal = client::FromRefusal(answer.value().results(0).refusal());
  if (client::IsRetryable(refusal, client::Idempotency::kSafe)) {
    return refusal;
  }
  return true;
}

std::optional<ImportFailure> RestoreCommands::Check(const Item& item,
                                                    const v1::TransactionResult& result) {
  const auto error = client::FromRefusal(result.refusal());
  if (item.open_hold && IsOfOtherTimeout(error)) {
    ++outcome_->counts.replayed;
    return std::nullopt;
  }
  // A refusal only for now is none that the exported ledger could remember.
  const bool for_now = client::IsRetryable(error, client::Idempotency::kSafe);
  if (result.has_refusal() && (item.refused.empty() || for_now)) {
    return FailureOf(error, item.line);
  }
  Count(result);
  if (error.reason != item.refused) {
    AddDifference(
        fmt::format("line {}: was refused ({}) in the exported ledger, and in this one {}",
                    item.line, item.refused, result.has_refusal() ? "for " + error.reason : "done"),
        outcome_);
  }
  return std::nullopt;
}

void RestoreCommands::Count(const v1::TransactionResult& result) {
  RestoreCounts& counts = outcome_->counts;
  if (result.replayed()) {
    ++counts.replayed;
  } else {
    ++(result.has_refusal() ? counts.refused : counts.done);
  }
}

std::optional<ImportFailure> RestoreCommands::ChangeAccount(const jsonl::CommandDocument& document,
                                                            std::int64_t line) {
  // Makes it safe to repeat, also by a second run after later changes.
  const std::string request_id = fmt::format("import:{}", document.origin.position);
  const auto error =
      std::visit(AccountCaller{client_, request_id, &outcome_->counts}, document.command);
  return error ? std::optional(FailureOf(*error, line)) : std::nullopt;
}

void RestoreCommands::SetTimeout(const jsonl::Origin& origin, v1::Hold* hold) const {
  if (!origin.expire_time) {
    return;
  }
  const auto left = *origin.expire_time - TimeUtil::GetCurrentTime();
  *hold->mutable_timeout() =
      std::max(left, TimeUtil::SecondsToDuration(options_.hold_grace.count()));
}

}  // namespace florin::importer
