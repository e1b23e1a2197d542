#include "server/convert/responses.h"

#include "server/rpc/status.h"

namespace florin::server {
namespace {

bool IsOfTheWholeLedger(domain::Reason reason) {
  return reason == domain::Reason::kOverloaded || reason == domain::Reason::kShuttingDown ||
         reason == domain::Reason::kDiskFull || reason == domain::Reason::kStorageUnavailable;
}

}  // namespace

void FillResult(const std::string& transaction_id, actors::TransactionOutcome* outcome,
                v1::TransactionResult* result) {
  result->set_transaction_id(transaction_id);
  result->set_status(static_cast<v1::TransactionStatus>(outcome->status));
  result->set_position(outcome->position);
  result->set_replayed(outcome->replayed);
  if (!outcome->refusal) return;
  if (outcome->replayed) MarkReplayed(&*outcome->refusal);
  storage::ToProto(*outcome->refusal, result->mutable_refusal());
}

void FillResult(actors::AccountOutcome* outcome, v1::OpenAccountResult* result) {
  result->set_replayed(outcome->replayed);
  if (outcome->refusal) {
    if (outcome->replayed) MarkReplayed(&*outcome->refusal);
    storage::ToProto(*outcome->refusal, result->mutable_refusal());
  } else {
    storage::ToProto(outcome->account, result->mutable_account());
  }
}

void Shrink(v1::ExecuteBatchResponse* response) {
  if (response->ByteSizeLong() <= kResponseBytesMax) return;
  for (v1::TransactionResult& result : *response->mutable_results()) {
    if (result.has_refusal()) result.mutable_refusal()->clear_message();
  }
}

void Shrink(v1::BatchOpenAccountsResponse* response) {
  if (response->ByteSizeLong() <= kResponseBytesMax) return;
  for (v1::OpenAccountResult& result : *response->mutable_results()) {
    if (result.has_account()) result.mutable_account()->clear_metadata();
  }
  if (response->ByteSizeLong() <= kResponseBytesMax) return;
  for (v1::OpenAccountResult& result : *response->mutable_results()) {
    if (!result.has_account()) continue;
    result.mutable_account()->clear_owner_id();
    result.mutable_account()->clear_limits();
  }
}

const domain::Refusal* SharedRefusal(const std::vector<actors::TransactionOutcome>& outcomes) {
  if (outcomes.empty() || !outcomes.front().refusal) return nullptr;
  const domain::Refusal& first = *outcomes.front().refusal;
  if (!IsOfTheWholeLedger(first.reason)) return nullptr;
  for (const actors::TransactionOutcome& outcome : outcomes) {
    if (!outcome.refusal || outcome.refusal->reason != first.reason) {
      return nullptr;
    }
  }
  return &first;
}

}  // namespace florin::server
