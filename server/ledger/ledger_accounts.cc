// The commands on assets and accounts of LedgerService.

#include <fmt/format.h>

#include <utility>

#include "server/convert/accounts.h"
#include "server/convert/responses.h"
#include "server/convert/transactions.h"
#include "server/ledger/ledger_service.h"
#include "server/rpc/status.h"

namespace florin::server {
namespace {

using actors::AccountOutcome;

template <typename Response>
void Answer(AccountOutcome* outcome, const Responder<Response>& responder) {
  try {
    if (outcome->refusal) {
      if (outcome->replayed) MarkReplayed(&*outcome->refusal);
      responder.Refuse(*outcome->refusal);
      return;
    }
    ArenaLease arena;
    auto* const response = arena.New<Response>();
    storage::ToProto(outcome->account, response->mutable_account());
    response->set_replayed(outcome->replayed);
    responder.Reply(*response);
  } catch (const std::exception& error) {
    responder.Fail(error.what());
  }
}

template <typename Response>
void ChangeOne(ServiceHost& host, domain::Result<domain::AccountCommand> command,
               const Responder<Response>& responder) {
  if (!command.ok()) {
    responder.Refuse(command.refusal());
    return;
  }
  std::vector<domain::AccountCommand> commands;
  commands.push_back(std::move(*command));
  host.ledger().ChangeAccounts(
      std::move(commands), "",
      [responder](std::vector<AccountOutcome> outcomes) { Answer(&outcomes.front(), responder); });
}

void RegisterAsset(ServiceHost& host, const v1::RegisterAssetRequest& request,
                   const Responder<v1::RegisterAssetResponse>& responder) {
  auto command = ToCommand(request);
  if (!command.ok()) {
    responder.Refuse(command.refusal());
    return;
  }
  host.ledger().RegisterAsset(std::move(*command), "",
                              [responder](const actors::AssetOutcome& outcome) {
                                if (outcome.refusal) {
                                  responder.Refuse(*outcome.refusal);
                                  return;
                                }
                                v1::RegisterAssetResponse response;
                                storage::ToProto(outcome.asset, response.mutable_asset());
                                response.set_replayed(outcome.replayed);
                                response.set_position(outcome.position);
                                responder.Reply(response);
                              });
}

// An item's refusal by its shape, or nothing: then the ledger answers it.
using ShapeRefusals = std::vector<std::optional<domain::Refusal>>;

void AnswerOpened(const ShapeRefusals& refusals, std::vector<AccountOutcome>* outcomes,
                  const Responder<v1::BatchOpenAccountsResponse>& responder) {
  try {
    ArenaLease arena;
    auto* const response = arena.New<v1::BatchOpenAccountsResponse>();
    response->mutable_results()->Reserve(static_cast<int>(refusals.size()));
    std::size_t next = 0;
    for (const auto& refusal : refusals) {
      v1::OpenAccountResult* const result = response->add_results();
      if (refusal) {
        storage::ToProto(*refusal, result->mutable_refusal());
      } else {
        FillResult(&(*outcomes)[next++], result);
      }
    }
    Shrink(response);
    responder.Reply(*response);
  } catch (const std::exception& error) {
    responder.Fail(error.what());
  }
}

void BatchOpenAccounts(ServiceHost& host, const v1::BatchOpenAccountsRequest& request,
                       const Responder<v1::BatchOpenAccountsResponse>& responder) {
  if (request.requests_size() > kItemsMax) {
    responder.Refuse({domain::Reason::kTooManyItems,
                      fmt::format("the message has {} requests; at most {} are allowed: "
                                  "send several messages",
                                  request.requests_size(), kItemsMax),
                      {{"field", "requests"}, {"limit", std::to_string(kItemsMax)}}});
    return;
  }
  auto refusals = std::make_shared<ShapeRefusals>();
  std::vector<domain::AccountCommand> commands;
  for (const v1::OpenAccountRequest& item : request.requests()) {
    auto command = ToCommand(item);
    if (command.ok()) {
      commands.push_back(std::move(*command));
      refusals->emplace_back();
    } else {
      refusals->emplace_back(command.refusal());
    }
  }
  if (commands.empty()) {
    std::vector<AccountOutcome> none;
    AnswerOpened(*refusals, &none, responder);
    return;
  }
  host.ledger().ChangeAccounts(std::move(commands), "",
                               [responder, refusals](std::vector<AccountOutcome> outcomes) {
                                 AnswerOpened(*refusals, &outcomes, responder);
                               });
}

}  // namespace

void LedgerService::AddAccountCommands() {
  AddUnary<v1::RegisterAssetRequest, v1::RegisterAssetResponse>(
      "/florin.v1.LedgerService/RegisterAsset",
      [this](const v1::RegisterAssetRequest& request, auto responder) {
        RegisterAsset(host(), request, responder);
      });
  AddUnary<v1::OpenAccountRequest, v1::OpenAccountResponse>(
      "/florin.v1.LedgerService/OpenAccount",
      [this](const v1::OpenAccountRequest& request, auto responder) {
        ChangeOne(host(), ToCommand(request), responder);
      });
  AddUnary<v1::BatchOpenAccountsRequest, v1::BatchOpenAccountsResponse>(
      "/florin.v1.LedgerService/BatchOpenAccounts",
      [this](const v1::BatchOpenAccountsRequest& request, auto responder) {
        BatchOpenAccounts(host(), request, responder);
      });
  AddUnary<v1::UpdateAccountRequest, v1::UpdateAccountResponse>(
      "/florin.v1.LedgerService/UpdateAccount",
      [this](const v1::UpdateAccountRequest& request, auto responder) {
        ChangeOne(host(), ToCommand(request), responder);
      });
  AddUnary<v1::SuspendAccountRequest, v1::SuspendAccountResponse>(
      "/florin.v1.LedgerService/SuspendAccount",
      [this](const v1::SuspendAccountRequest& request, auto responder) {
        ChangeOne(host(), ToCommand(request), responder);
      });
  AddUnary<v1::ReactivateAccountRequest, v1::ReactivateAccountResponse>(
      "/florin.v1.LedgerService/ReactivateAccount",
      [this](const v1::ReactivateAccountRequest& request, auto responder) {
        ChangeOne(host(), ToCommand(request), responder);
      });
  AddUnary<v1::CloseAccountRequest, v1::CloseAccountResponse>(
      "/florin.v1.LedgerService/CloseAccount",
      [this](const v1::CloseAccountRequest& request, auto responder) {
        ChangeOne(host(), ToCommand(request), responder);
      });
}

}  // namespace florin::server
