#include "server/convert/transactions.h"

#include <fmt/format.h>

#include <set>
#include <string>
#include <utility>

#include "server/convert/shape.h"
#include "server/rpc/quote.h"

namespace florin::server {
namespace {

using domain::Reason;
using domain::TransactionCommand;

template <typename Command>
domain::Result<TransactionCommand> Finished(const Shape& shape, Command command) {
  if (!shape.ok()) return shape.refusal();
  return TransactionCommand(std::move(command));
}

void CheckDifferent(const v1::Posting& posting, int index, Shape* shape) {
  if (posting.debit_account_id() != posting.credit_account_id() ||
      !shape->WouldKeep(Reason::kSameAccount)) {
    return;
  }
  const Field field{"credit_account_id", "postings", index};
  shape->Refuse(Reason::kSameAccount, field,
                fmt::format("postings[{}] debits and credits the account {}; a posting "
                            "moves between two accounts",
                            index, Quote(posting.debit_account_id())));
}

std::vector<domain::TransactionPosting> ToPostings(
    const google::protobuf::RepeatedPtrField<v1::Posting>& postings, Shape* shape) {
  std::vector<domain::TransactionPosting> out;
  shape->Present({"postings"}, !postings.empty());
  out.reserve(static_cast<std::size_t>(std::min(postings.size(), kPostingsMax)));
  for (int i = 0; i < postings.size(); ++i) {
    const v1::Posting& posting = postings[i];
    const bool debit = shape->Id({"debit_account_id", "postings", i}, posting.debit_account_id(),
                                 IdKind::kAccount);
    const bool credit = shape->Id({"credit_account_id", "postings", i}, posting.credit_account_id(),
                                  IdKind::kAccount);
    const auto amount =
        shape->Amount({"amount", "postings", i}, posting.amount(), Shape::Zero::kRefused);
    if (debit && credit) CheckDifferent(posting, i, shape);
    if (i >= kPostingsMax || !shape->ok()) continue;
    out.push_back({posting.debit_account_id(), posting.credit_account_id(), *amount, std::nullopt});
  }
  if (postings.size() > kPostingsMax) {
    shape->Refuse(Reason::kTooManyPostings, {"postings"},
                  fmt::format("the transaction has {} postings; at most {} are "
                              "allowed: split it, or send an atomic batch",
                              postings.size(), kPostingsMax));
  }
  return out;
}

/// As many as a transaction can name accounts; more would be work without bound for one command.
constexpr int kChecksMax = 2'000;

/// False, and refused, if there are more than kChecksMax.
bool FewEnough(const char* field, int count, Shape* shape) {
  if (count <= kChecksMax) return true;
  shape->Invalid({field}, fmt::format("has {} checks; at most {} are allowed", count, kChecksMax));
  return false;
}

std::vector<domain::VersionCheck> ToVersionChecks(const v1::CreateTransactionRequest& request,
                                                  Shape* shape) {
  std::vector<domain::VersionCheck> out;
  std::set<std::string_view> seen;
  if (!FewEnough("version_checks", request.version_checks_size(), shape)) return out;
  for (int i = 0; i < request.version_checks_size(); ++i) {
    const v1::VersionCheck& check = request.version_checks(i);
    const Field id_field{"account_id", "version_checks", i};
    shape->Id(id_field, check.account_id(), IdKind::kAccount);
    if (check.expected_version() < 1) {
      shape->Invalid({"expected_version", "version_checks", i},
                     fmt::format("is {}; versions count from 1", check.expected_version()));
    }
    if (!seen.insert(check.account_id()).second) {
      shape->Invalid(id_field,
                     fmt::format("names {} a second time; send one check for each account",
                                 Quote(check.account_id())));
    }
    out.push_back({check.account_id(), check.expected_version()});
  }
  return out;
}

std::vector<domain::BalanceCheck> ToBalanceChecks(const v1::CreateTransactionRequest& request,
                                                  Shape* shape) {
  std::vector<domain::BalanceCheck> out;
  if (!FewEnough("balance_checks", request.balance_checks_size(), shape)) return out;
  for (int i = 0; i < request.balance_checks_size(); ++i) {
    const v1::BalanceCheck& check = request.balance_checks(i);
    shape->Id({"account_id", "balance_checks", i}, check.account_id(), IdKind::kAccount);
    out.push_back(
        {check.account_id(),
         shape->OptionalSignedAmount({"min_available", "balance_checks", i}, check.min_available()),
         shape->OptionalAmount({"max_posted", "balance_checks", i}, check.max_posted(),
                               Shape::Zero::kAllowed)});
  }
  return out;
}

void CheckIds(const std::string& correlation_id, const std::string& causation_id, Shape* shape) {
  shape->Text({"correlation_id"}, correlation_id, kShortTextBytesMax);
  shape->Text({"causation_id"}, causation_id, kShortTextBytesMax);
}

std::vector<domain::Decimal> ToAmounts(const v1::SettleTransactionRequest& request, Shape* shape) {
  std::vector<domain::Decimal> out;
  bool some = request.amounts().empty();
  for (int i = 0; i < request.amounts_size(); ++i) {
    const auto amount =
        shape->RawAmount({"", "amounts", i}, request.amounts(i), Shape::Zero::kAllowed);
    some = some || !amount || !amount->IsZero();
    out.push_back(amount.value_or(domain::Decimal{}));
  }
  if (!some) {
    shape->Invalid({"amounts"}, "are all zero; settle something, or void the hold");
  }
  if (request.amounts_size() > kPostingsMax) {
    shape->Refuse(Reason::kTooManyPostings, {"amounts"},
                  fmt::format("there are {} amounts; a hold has at most {} "
                              "postings",
                              request.amounts_size(), kPostingsMax));
  }
  return out;
}

// What the answer is filed under.
const std::string& TransactionIdOf(const v1::TransactionCommand& command) {
  switch (command.command_case()) {
    case v1::TransactionCommand::kCreateTransaction:
      return command.create_transaction().transaction_id();
    case v1::TransactionCommand::kSettleTransaction:
      return command.settle_transaction().transaction_id();
    case v1::TransactionCommand::kVoidTransaction:
      return command.void_transaction().transaction_id();
    case v1::TransactionCommand::kReverseTransaction:
      return command.reverse_transaction().transaction_id();
    case v1::TransactionCommand::COMMAND_NOT_SET:
      break;
  }
  return command.create_transaction().transaction_id();
}

domain::Result<TransactionCommand> ToCommand(const v1::TransactionCommand& command) {
  switch (command.command_case()) {
    case v1::TransactionCommand::kCreateTransaction:
      return server::ToCommand(command.create_transaction());
    case v1::TransactionCommand::kSettleTransaction:
      return server::ToCommand(command.settle_transaction());
    case v1::TransactionCommand::kVoidTransaction:
      return server::ToCommand(command.void_transaction());
    case v1::TransactionCommand::kReverseTransaction:
      return server::ToCommand(command.reverse_transaction());
    case v1::TransactionCommand::COMMAND_NOT_SET:
      break;
  }
  return domain::Refusal{
      Reason::kFieldMissing, "command is missing: set one of its kinds", {{"field", "command"}}};
}

domain::Refusal TooManyItems(std::string_view what, int count, int limit) {
  return {Reason::kTooManyItems,
          fmt::format("the message has {} {}; at most {} are allowed: send "
                      "several messages",
                      count, what, limit),
          {{"field", "commands"}, {"limit", std::to_string(limit)}}};
}

}  // namespace

domain::Result<TransactionCommand> ToCommand(const v1::CreateTransactionRequest& request) {
  Shape shape;
  domain::CreateTransaction command;
  domain::Transaction& transaction = command.transaction;
  shape.Id({"transaction_id"}, request.transaction_id(), IdKind::kTransaction);
  transaction.transaction_id = request.transaction_id();
  transaction.postings = ToPostings(request.postings(), &shape);
  shape.Text({"type"}, request.type(), kShortTextBytesMax);
  transaction.type = request.type();
  shape.Text({"reference"}, request.reference(), kShortTextBytesMax);
  transaction.reference = request.reference();
  shape.Text({"description"}, request.description(), kLongTextBytesMax);
  transaction.description = request.description();
  transaction.metadata = shape.Metadata(request.metadata());
  if (request.has_effective_time()) {
    transaction.effective_time = shape.Time({"effective_time"}, request.effective_time());
  }
  if (request.has_hold()) {
    transaction.is_hold = true;
    if (request.hold().has_timeout()) {
      transaction.hold_timeout_ns =
          shape.PositiveDuration({"hold.timeout"}, request.hold().timeout());
    }
  }
  command.version_checks = ToVersionChecks(request, &shape);
  CheckIds(request.correlation_id(), request.causation_id(), &shape);
  transaction.correlation_id = request.correlation_id();
  transaction.causation_id = request.causation_id();
  transaction.balance_checks = ToBalanceChecks(request, &shape);
  return Finished(shape, std::move(command));
}

domain::Result<TransactionCommand> ToCommand(const v1::SettleTransactionRequest& request) {
  Shape shape;
  domain::SettleTransaction command;
  shape.Id({"transaction_id"}, request.transaction_id(), IdKind::kTransaction);
  command.transaction_id = request.transaction_id();
  command.amount = shape.OptionalAmount({"amount"}, request.amount(), Shape::Zero::kRefused);
  shape.OptionalId({"request_id"}, request.request_id(), IdKind::kRequest);
  command.request_id = request.request_id();
  command.amounts = ToAmounts(request, &shape);
  if (!request.amount().empty() && request.amounts_size() > 0) {
    shape.Invalid({"amounts"},
                  "is sent together with amount; send one of them, or neither to settle all");
  }
  return Finished(shape, std::move(command));
}

domain::Result<TransactionCommand> ToCommand(const v1::VoidTransactionRequest& request) {
  Shape shape;
  shape.Id({"transaction_id"}, request.transaction_id(), IdKind::kTransaction);
  shape.Text({"reason"}, request.reason(), kLongTextBytesMax);
  shape.OptionalId({"request_id"}, request.request_id(), IdKind::kRequest);
  return Finished(shape, domain::VoidTransaction{request.transaction_id(), request.reason(),
                                                 request.request_id()});
}

domain::Result<TransactionCommand> ToCommand(const v1::ReverseTransactionRequest& request) {
  Shape shape;
  domain::ReverseTransaction command;
  shape.Id({"transaction_id"}, request.transaction_id(), IdKind::kTransaction);
  command.transaction_id = request.transaction_id();
  // Also what a payment or a trade has posted may be corrected by hand.
  shape.Id({"reverses_transaction_id"}, request.reverses_transaction_id(), IdKind::kAnyTransaction);
  command.reverses_transaction_id = request.reverses_transaction_id();
  shape.Text({"reason"}, request.reason(), kLongTextBytesMax);
  command.reason = request.reason();
  command.metadata = shape.Metadata(request.metadata());
  if (request.has_effective_time()) {
    command.effective_time = shape.Time({"effective_time"}, request.effective_time());
  }
  CheckIds(request.correlation_id(), request.causation_id(), &shape);
  command.correlation_id = request.correlation_id();
  command.causation_id = request.causation_id();
  return Finished(shape, std::move(command));
}

actors::BatchItem ToBatchItem(const v1::TransactionCommand& command) {
  actors::BatchItem item;
  item.transaction_id = std::string(CutUtf8(TransactionIdOf(command), kShortTextBytesMax));
  Shape shape;
  if (command.has_create_transaction() && command.create_transaction().validate_only()) {
    shape.Invalid({"validate_only"},
                  "is set on a command in a batch; set it on the batch, where it counts for all");
  }
  domain::Result<TransactionCommand> converted = ToCommand(command);
  if (!converted.ok() && shape.WouldKeep(converted.refusal().reason)) {
    item.command = converted.refusal();
  } else if (!shape.ok()) {
    item.command = shape.refusal();
  } else {
    item.command = std::make_shared<TransactionCommand>(std::move(converted.value()));
  }
  return item;
}

domain::Result<std::vector<actors::BatchItem>> ToBatchItems(const CommandList& commands) {
  if (commands.size() > kItemsMax) {
    return TooManyItems("commands", commands.size(), kItemsMax);
  }
  int postings = 0;
  for (const v1::TransactionCommand& command : commands) {
    if (command.has_create_transaction()) {
      postings += command.create_transaction().postings_size();
    }
  }
  if (postings > kBatchPostingsMax) {
    return TooManyItems("postings", postings, kBatchPostingsMax);
  }
  std::vector<actors::BatchItem> items;
  items.reserve(static_cast<std::size_t>(commands.size()));
  for (const v1::TransactionCommand& command : commands) {
    items.push_back(ToBatchItem(command));
  }
  return items;
}

}  // namespace florin::server
