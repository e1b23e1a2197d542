#pragma once

#include <google/protobuf/duration.pb.h>
#include <google/protobuf/timestamp.pb.h>
#include <grpcpp/grpcpp.h>

#include "florin/v1/event_service.pb.h"
#include "florin/v1/ledger_service.pb.h"
#include "reference/answer.h"
#include "reference/commands.h"

namespace florin::integration {

/// The reference ledger's commands as requests.
v1::RegisterAssetRequest ToRequest(const reference::RegisterAsset& command);
v1::OpenAccountRequest ToRequest(const reference::OpenAccount& command);
v1::UpdateAccountRequest ToRequest(const reference::UpdateAccount& command);
v1::SuspendAccountRequest ToRequest(const reference::SuspendAccount& command);
v1::ReactivateAccountRequest ToRequest(const reference::ReactivateAccount& command);
v1::CloseAccountRequest ToRequest(const reference::CloseAccount& command);
v1::CreateTransactionRequest ToRequest(const reference::CreateTransaction& command);
v1::SettleTransactionRequest ToRequest(const reference::SettleTransaction& command);
v1::VoidTransactionRequest ToRequest(const reference::VoidTransaction& command);
v1::ReverseTransactionRequest ToRequest(const reference::ReverseTransaction& command);
v1::TransactionCommand ToRequest(const reference::TransactionCommand& command);

/// Its answers as the server has to give them.
v1::Refusal ToWire(const reference::Refusal& refusal);
v1::Asset ToWire(const reference::Asset& asset);
v1::Account ToWire(const reference::Account& account);
v1::AccountBalance ToWire(const reference::AccountBalance& balance);
v1::Transaction ToWire(const reference::Transaction& transaction);
v1::TransactionResult ToResult(const std::string& transaction_id, const reference::Answer& answer);

/// The refusal inside a failed call's status; without a reason if the status
/// carries none.
v1::Refusal RefusalOf(const grpc::Status& status);

std::int64_t Nanoseconds(const google::protobuf::Timestamp& time);

}  // namespace florin::integration
