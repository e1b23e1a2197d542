#pragma once

#include "actors/ledger.h"
#include "florin/v1/ledger_service.pb.h"
#include "storage/events/proto_convert.h"

namespace florin::server {

/// Bytes that a response stays below: clients receive 4 MiB by default.
inline constexpr std::size_t kResponseBytesMax = (4u << 20) - (64u << 10);

/// Fills the answer of Create, Settle, Void or ReverseTransaction.
/// Requires: the outcome is no refusal.
template <typename Response>
void FillTransactionResponse(const actors::TransactionOutcome& outcome, Response* response) {
  storage::ToProto(*outcome.transaction, response->mutable_transaction());
  for (const storage::AccountAfter& account : outcome.Accounts()) {
    storage::ToProto(account, response->add_account_balances());
  }
  response->set_replayed(outcome.replayed);
}

void FillResult(const std::string& transaction_id, actors::TransactionOutcome* outcome,
                v1::TransactionResult* result);

void FillResult(actors::AccountOutcome* outcome, v1::OpenAccountResult* result);

/// Brings a batch's answer below kResponseBytesMax, if need be: refusals lose
/// their sentences (reason and metadata stay).
void Shrink(v1::ExecuteBatchResponse* response);

/// The same: accounts lose their metadata, then owner and limits.
void Shrink(v1::BatchOpenAccountsResponse* response);

/// The refusal of the ledger as a whole (overload, stop, disk) if every item
/// has the same one: then the call is refused, so that clients' retries work.
[[nodiscard]] const domain::Refusal* SharedRefusal(
    const std::vector<actors::TransactionOutcome>& outcomes);

}  // namespace florin::server
