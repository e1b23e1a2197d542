#include "actors/ledger/changes.h"

#include <utility>

namespace florin::actors {
namespace {

using storage::Change;
using storage::ChangeKind;

Change NewChange(const Flight& flight, ChangeKind kind) {
  Change change;
  change.kind = kind;
  change.commit_time = flight.time;
  change.principal = flight.principal;
  return change;
}

/// A copy that storage may complete; what earlier commands set is taken over.
std::shared_ptr<domain::Transaction> Copy(const domain::TransactionPtr& after,
                                          const domain::TransactionPtr& staged_before) {
  auto copy = std::make_shared<domain::Transaction>(*after);
  if (staged_before == nullptr) return copy;
  copy->create_position = staged_before->create_position;
  copy->end_position = staged_before->end_position;
  return copy;
}

}  // namespace

domain::TransactionPtr StagedBefore(const Flight& flight, const Item& item) {
  const std::string& target = domain::TargetOf(*item.command);
  if (item.previous_here) return StagedAfterItem(flight.items[item.previous_item], target);
  if (item.previous != nullptr)
    return StagedAfterItem(item.previous->items[item.previous_item], target);
  return item.base;
}

domain::TransactionPtr StagedBeforeBatch(const Flight& flight, const Item& item) {
  const std::string& target = domain::TargetOf(*item.command);
  const Item* first = &item;
  while (first->previous_here) {
    first = &flight.items[first->previous_item];
    if (OwnIdOf(*first->command) == target) return nullptr;
  }
  return StagedBefore(flight, *first);
}

Change ChangeOf(const Flight& flight, const Item& item) {
  if (std::holds_alternative<domain::CreateTransaction>(*item.command)) {
    Change change = NewChange(flight, ChangeKind::kTransactionCreated);
    change.transaction = IsMadeOnDemand(item) ? MakeCreated(flight) : Copy(item.own_after, nullptr);
    return change;
  }
  const domain::TransactionPtr before = StagedBefore(flight, item);
  if (std::holds_alternative<domain::ReverseTransaction>(*item.command)) {
    Change change = NewChange(flight, ChangeKind::kTransactionReversed);
    change.transaction = Copy(item.own_after, nullptr);
    change.original = Copy(item.target_after, before);
    return change;
  }
  Change change = NewChange(flight, ChangeKind::kHoldEnded);
  change.request_id = RequestIdOf(*item.command);
  change.transaction = Copy(item.target_after, before);
  if (const auto* settle = std::get_if<domain::SettleTransaction>(item.command.get())) {
    change.settle_request = std::make_shared<domain::SettleTransaction>(*settle);
  }
  if (const auto* release = std::get_if<domain::VoidTransaction>(item.command.get())) {
    change.void_request = std::make_shared<domain::VoidTransaction>(*release);
  }
  return change;
}

std::optional<Change> RefusalChangeOf(const Flight& flight, const Item& item,
                                      const domain::Refusal& refusal) {
  if (!refusal.Recorded()) return std::nullopt;
  if (item.own_after != nullptr) {
    Change change = NewChange(flight, ChangeKind::kTransactionRefused);
    change.transaction = Copy(item.own_after, nullptr);
    change.transaction->refusal = refusal;
    return change;
  }
  if (RequestIdOf(*item.command).empty()) return std::nullopt;
  Change change = NewChange(flight, ChangeKind::kRequestRefused);
  change.request_id = RequestIdOf(*item.command);
  change.target_id = domain::TargetOf(*item.command);
  change.refusal = refusal;
  if (const auto* settle = std::get_if<domain::SettleTransaction>(item.command.get())) {
    change.settle_request = std::make_shared<domain::SettleTransaction>(*settle);
  } else {
    change.void_request =
        std::make_shared<domain::VoidTransaction>(std::get<domain::VoidTransaction>(*item.command));
  }
  return change;
}

Change AccountChangeOf(const Flight& flight) {
  const AccountWork& work = *flight.account;
  const auto* request = std::get_if<domain::ChangeAccount>(&work.command);
  Change change = NewChange(
      flight, request == nullptr ? ChangeKind::kAccountOpened : ChangeKind::kAccountChanged);
  change.account = std::make_shared<domain::AccountState>(work.decision.after);
  if (request == nullptr) return change;
  change.request_id = request->request_id;
  change.account_request = std::make_shared<domain::ChangeAccount>(*request);
  change.changed_fields = work.decision.changed_fields;
  return change;
}

std::optional<Change> AccountRefusalChangeOf(const Flight& flight) {
  const AccountWork& work = *flight.account;
  const auto* request = std::get_if<domain::ChangeAccount>(&work.command);
  if (request == nullptr || request->request_id.empty() || !work.decision.refusal->Recorded())
    return std::nullopt;
  Change change = NewChange(flight, ChangeKind::kRequestRefused);
  change.request_id = request->request_id;
  change.target_id = request->account_id;
  change.target_is_account = true;
  change.refusal = *work.decision.refusal;
  change.account_request = std::make_shared<domain::ChangeAccount>(*request);
  return change;
}

}  // namespace florin::actors
