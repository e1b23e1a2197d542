// The transaction commands of LedgerService.

#include <utility>

#include "server/convert/responses.h"
#include "server/convert/transactions.h"
#include "server/ledger/execute_stream.h"
#include "server/ledger/ledger_service.h"
#include "server/rpc/status.h"

namespace florin::server {
namespace {

using actors::Batch;
using actors::TransactionOutcome;

// Runs on the ledger's publishing thread: nothing may leave it by exception,
// and what it takes holds back every other answer.
template <typename Response>
void Answer(TransactionOutcome* outcome, const Responder<Response>& responder) {
  try {
    if (outcome->refusal) {
      if (outcome->replayed) MarkReplayed(&*outcome->refusal);
      responder.Refuse(*outcome->refusal);
      return;
    }
    ArenaLease arena;
    auto* const response = arena.New<Response>();
    FillTransactionResponse(*outcome, response);
    responder.Reply(*response);
  } catch (const std::exception& error) {
    responder.Fail(error.what());
  }
}

template <typename Response>
void ExecuteOne(ServiceHost& host, domain::Result<domain::TransactionCommand> command,
                const std::string& transaction_id, bool validate_only,
                const Responder<Response>& responder) {
  if (!command.ok()) {
    responder.Refuse(command.refusal());
    return;
  }
  Batch batch;
  batch.items.push_back(
      {transaction_id, std::make_shared<domain::TransactionCommand>(std::move(*command))});
  batch.validate_only = validate_only;
  host.ledger().Execute(std::move(batch), [responder](std::vector<TransactionOutcome> outcomes) {
    Answer(&outcomes.front(), responder);
  });
}

void AnswerBatch(const std::vector<std::string>& ids, std::vector<TransactionOutcome>* outcomes,
                 const Responder<v1::ExecuteBatchResponse>& responder) {
  try {
    if (const domain::Refusal* const refusal = SharedRefusal(*outcomes)) {
      responder.Refuse(*refusal);
      return;
    }
    ArenaLease arena;
    auto* const response = arena.New<v1::ExecuteBatchResponse>();
    response->mutable_results()->Reserve(static_cast<int>(outcomes->size()));
    for (std::size_t i = 0; i < outcomes->size(); ++i) {
      FillResult(ids[i], &(*outcomes)[i], response->add_results());
    }
    Shrink(response);
    responder.Reply(*response);
  } catch (const std::exception& error) {
    responder.Fail(error.what());
  }
}

void ExecuteBatch(ServiceHost& host, const v1::ExecuteBatchRequest& request,
                  const Responder<v1::ExecuteBatchResponse>& responder) {
  auto items = ToBatchItems(request.commands());
  if (!items.ok()) {
    responder.Refuse(items.refusal());
    return;
  }
  if (items->empty()) {
    responder.Reply({});
    return;
  }
  Batch batch;
  batch.atomic = request.atomic();
  batch.validate_only = request.validate_only();
  batch.items = std::move(*items);
  // Shared, because a std::function copies what it holds.
  auto ids = std::make_shared<std::vector<std::string>>();
  ids->reserve(batch.items.size());
  for (const actors::BatchItem& item : batch.items) {
    ids->push_back(item.transaction_id);
  }
  host.ledger().Execute(std::move(batch), [responder, ids = std::move(ids)](
                                              std::vector<TransactionOutcome> outcomes) {
    AnswerBatch(*ids, &outcomes, responder);
  });
}

}  // namespace

void LedgerService::AddCommands() {
  AddUnary<v1::CreateTransactionRequest, v1::CreateTransactionResponse>(
      "/florin.v1.LedgerService/CreateTransaction",
      [this](const v1::CreateTransactionRequest& request, auto responder) {
        ExecuteOne(host(), ToCommand(request), request.transaction_id(), request.validate_only(),
                   responder);
      });
  AddUnary<v1::SettleTransactionRequest, v1::SettleTransactionResponse>(
      "/florin.v1.LedgerService/SettleTransaction",
      [this](const v1::SettleTransactionRequest& request, auto responder) {
        ExecuteOne(host(), ToCommand(request), request.transaction_id(), false, responder);
      });
  AddUnary<v1::VoidTransactionRequest, v1::VoidTransactionResponse>(
      "/florin.v1.LedgerService/VoidTransaction",
      [this](const v1::VoidTransactionRequest& request, auto responder) {
        ExecuteOne(host(), ToCommand(request), request.transaction_id(), false, responder);
      });
  AddUnary<v1::ReverseTransactionRequest, v1::ReverseTransactionResponse>(
      "/florin.v1.LedgerService/ReverseTransaction",
      [this](const v1::ReverseTransactionRequest& request, auto responder) {
        ExecuteOne(host(), ToCommand(request), request.transaction_id(), false, responder);
      });
  AddUnary<v1::ExecuteBatchRequest, v1::ExecuteBatchResponse>(
      "/florin.v1.LedgerService/ExecuteBatch",
      [this](const v1::ExecuteBatchRequest& request, auto responder) {
        ExecuteBatch(host(), request, responder);
      });
  AddBidiStream("/florin.v1.LedgerService/ExecuteStream",
                [this](grpc::CallbackServerContext* context, MethodMetrics* metrics) {
                  return ExecuteStreamCall::Start(&host(), metrics, context);
                });
}

}  // namespace florin::server
