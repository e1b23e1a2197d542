#include "storage/events/walk.h"

#include <string>
#include <utility>

namespace florin::storage {
namespace {

domain::Refusal Contradiction(const Record& record, std::string_view what) {
  const std::string position = std::to_string(record.first_position);
  std::string message = "The record at position ";
  message.append(position).append(" contradicts itself: ").append(what).append(".");
  return {domain::Reason::kDataCorrupt, std::move(message), {{"position", position}}};
}

/// The type of the transaction's own event; empty: this kind of record leaves
/// no such status.
std::string_view TransactionEventType(ChangeKind kind, domain::TransactionStatus status) {
  const bool created = kind == ChangeKind::kTransactionCreated;
  const bool ended = kind == ChangeKind::kHoldEnded;
  switch (status) {
    case domain::TransactionStatus::kPending:
      return created ? "transaction.pending" : "";
    case domain::TransactionStatus::kPosted:
      return created || ended || kind == ChangeKind::kTransactionReversed ? "transaction.posted"
                                                                          : "";
    case domain::TransactionStatus::kVoided:
      return ended ? "transaction.voided" : "";
    case domain::TransactionStatus::kExpired:
      return ended ? "transaction.expired" : "";
    case domain::TransactionStatus::kRefused:
      return kind == ChangeKind::kTransactionRefused ? "transaction.refused" : "";
    case domain::TransactionStatus::kUnspecified:
      break;
  }
  return {};
}

std::string_view AccountChangeType(domain::AccountChangeKind kind) {
  switch (kind) {
    case domain::AccountChangeKind::kUpdate:
      return "account.updated";
    case domain::AccountChangeKind::kSuspend:
      return "account.suspended";
    case domain::AccountChangeKind::kReactivate:
      return "account.reactivated";
    case domain::AccountChangeKind::kClose:
      return "account.closed";
  }
  return {};
}

}  // namespace

domain::Status EventWalk::Run(const Record& record) {
  record_ = &record;
  change_ = &record.change;
  next_position_ = record.first_position;
  problem_ = {};
  if (Walk() && next_position_ != record.last_position + 1)
    Fail("it has fewer events than positions");
  if (problem_.empty()) return domain::Ok{};
  return Contradiction(record, problem_);
}

bool EventWalk::Walk() {
  switch (change_->kind) {
    case ChangeKind::kAssetRegistered:
      header_.stream.assign("asset/").append(change_->asset->code);
      return Other(1, "asset.registered");
    case ChangeKind::kAccountOpened:
      return Account("account.opened");
    case ChangeKind::kAccountChanged:
      return AccountChanged();
    case ChangeKind::kTransactionCreated:
    case ChangeKind::kHoldEnded:
    case ChangeKind::kTransactionRefused:
      return change_->transaction != nullptr ? Transaction() : Fail("it has no transaction");
    case ChangeKind::kTransactionReversed:
      return change_->transaction != nullptr && change_->original != nullptr
                 ? Transaction() && Reversed()
                 : Fail("it has no transaction");
    case ChangeKind::kRequestRefused:
      return RequestRefused();
  }
  return Fail("its kind is unknown");
}

bool EventWalk::Fail(std::string_view problem) {
  problem_ = problem;
  return false;
}

/// The header of the next event, whose stream is there already.
bool EventWalk::Next(std::int64_t version, std::string_view type) {
  if (next_position_ > record_->last_position) return Fail("it has more events than positions");
  header_.position = next_position_++;
  header_.version = version;
  header_.type = type;
  return true;
}

bool EventWalk::Other(std::int64_t version, std::string_view type) {
  if (!Next(version, type)) return false;
  visitor_->OnOther(*change_, header_);
  return true;
}

bool EventWalk::Account(std::string_view type) {
  if (change_->account == nullptr) return Fail("it has no account");
  header_.stream.assign(change_->account->account_id);
  return Other(change_->account->version, type);
}

bool EventWalk::AccountChanged() {
  if (change_->account_request == nullptr) return Fail("it has no account");
  return Account(AccountChangeType(change_->account_request->kind));
}

bool EventWalk::RequestRefused() {
  if (change_->settle_request == nullptr && change_->void_request == nullptr &&
      change_->account_request == nullptr) {
    return Fail("it has no request");
  }
  header_.stream.assign(change_->target_is_account ? "request/account/" : "request/transaction/")
      .append(change_->target_id)
      .append("/")
      .append(change_->request_id);
  return Other(1, "request.refused");
}

bool EventWalk::Transaction() {
  const domain::Transaction& transaction = *change_->transaction;
  const std::string_view type = TransactionEventType(change_->kind, transaction.status);
  if (type.empty()) return Fail("its transaction's status is not one that it leaves");
  if (change_->kind != ChangeKind::kTransactionRefused && !Legs()) return false;
  return TransactionEvent(transaction, type);
}

bool EventWalk::Legs() {
  LegWalk walk(*record_);
  const std::string_view problem = walk.Rewind();
  if (!problem.empty()) return Fail(problem);
  bool going = true;
  walk.ForEach([&](const LegEvent& leg) { going = going && LegStep(leg); });
  return going;
}

bool EventWalk::LegStep(const LegEvent& leg) {
  header_.stream.assign(leg.account->account_id);
  if (!Next(leg.version, LegEventType(leg))) return false;
  visitor_->OnLeg(*change_, header_, leg);
  return true;
}

bool EventWalk::TransactionEvent(const domain::Transaction& transaction, std::string_view type) {
  header_.stream.assign("transaction/").append(transaction.transaction_id);
  if (!Next(transaction.version, type)) return false;
  visitor_->OnTransaction(*change_, header_, transaction);
  return true;
}

/// On the original's stream; who caused it is the reversal, so correlation and causation are the
/// reversal's.
bool EventWalk::Reversed() { return TransactionEvent(*change_->original, "transaction.reversed"); }

}  // namespace florin::storage
