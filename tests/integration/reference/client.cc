#include "tests/integration/reference/client.h"

#include <gtest/gtest.h>

#include <chrono>
#include <thread>
#include <utility>

#include "tests/integration/reference/wire.h"

namespace florin::integration {
namespace {

using reference::TransactionCommand;
using Stub = v1::LedgerService::Stub;

class Context {
 public:
  Context() { context_.set_deadline(std::chrono::system_clock::now() + std::chrono::seconds(60)); }
  grpc::ClientContext* get() { return &context_; }

 private:
  grpc::ClientContext context_;
};

}  // namespace

Client::Client(std::uint64_t seed, int index, SharedRun* run,
               const std::shared_ptr<grpc::Channel>& channel)
    : index_(index),
      run_(run),
      generator_(seed, index, &run->world),
      stub_(v1::LedgerService::NewStub(channel)) {}

void Client::Begin(CallKind kind) {
  history_.emplace_back();
  history_.back().kind = kind;
  history_.back().start = run_->moment++;
}

void Client::End() {
  Call& call = history_.back();
  call.end = run_->moment++;
  run_->commands_left -= static_cast<std::int64_t>(call.items.size());
  for (const Item& item : call.items) Learn(item.outcome);
}

void Client::Learn(const Outcome& outcome) {
  if (outcome.transaction) {
    for (const v1::AccountBalance& balance : outcome.transaction->account_balances()) {
      run_->world.SetVersion(balance.account_id(), balance.version());
    }
  }
  if (outcome.account) {
    run_->world.SetVersion(outcome.account->account().account_id(),
                           outcome.account->account().version());
  }
  if (outcome.read_account) {
    run_->world.SetVersion(outcome.read_account->account_id(), outcome.read_account->version());
  }
}

void Client::Keep(const grpc::Status& status, Item* item) {
  item->outcome.refusal = RefusalOf(status);
  if (!item->outcome.refusal->reason().empty()) return;
  broken_ = true;
  ADD_FAILURE() << "a call failed without a reason: " << status.error_code() << " "
                << status.error_message();
}

void Client::OpenEverything() {
  for (const reference::RegisterAsset& asset : run_->world.assets()) CallAccount(asset);
  Begin(CallKind::kOpenBatch);
  v1::BatchOpenAccountsRequest request;
  for (const reference::OpenAccount& account : run_->world.accounts()) {
    history_.back().items.push_back({account, {}});
    *request.add_requests() = ToRequest(account);
  }
  v1::BatchOpenAccountsResponse response;
  Context context;
  const grpc::Status status = stub_->BatchOpenAccounts(context.get(), request, &response);
  ASSERT_TRUE(status.ok()) << status.error_message();
  ASSERT_EQ(response.results_size(), request.requests_size());
  for (int i = 0; i < response.results_size(); ++i) {
    v1::OpenAccountResult* result = response.mutable_results(i);
    ASSERT_TRUE(result->has_account()) << result->ShortDebugString();
    v1::OpenAccountResponse answer;
    answer.mutable_account()->Swap(result->mutable_account());
    answer.set_replayed(result->replayed());
    history_.back().items[static_cast<std::size_t>(i)].outcome.account = std::move(answer);
  }
  End();
}

void Client::LetHoldsExpire() {
  std::this_thread::sleep_for(2 * test_support::kShortHoldMax);
  reference::UpdateAccount last;
  last.account_id = run_->world.accounts().front().account_id;
  last.request_id = "last";
  last.owner_id = "nobody";
  CallAccount(last);
}

void Client::RunToEnd() {
  while (run_->commands_left > 0 && !broken_) CallOnce();
}

void Client::CallOnce() {
  test_support::RandomSource& random = generator_.random();
  switch (random.Weighted({12, 2, 12, 2, 34, 28, 10, 8})) {
    case 0: {
      std::vector<TransactionCommand> commands;
      const std::int64_t count = random.Between(20, 240);
      for (std::int64_t i = 0; i < count; ++i)
        commands.push_back(generator_.NextTransactionCommand());
      return CallBatch(CallKind::kBatch, commands);
    }
    case 1:
      return CallStream();
    case 2: {
      const reference::Batch batch = generator_.NextAtomicBatch();
      return CallBatch(
          batch.validate_only ? CallKind::kValidateAtomicBatch : CallKind::kAtomicBatch,
          batch.commands);
    }
    case 3: {
      std::vector<TransactionCommand> commands;
      for (std::int64_t i = random.Between(1, 12); i > 0; --i)
        commands.push_back(generator_.NextTransactionCommand());
      return CallBatch(CallKind::kValidateBatch, commands);
    }
    case 4:
      return CallUnary(generator_.NextUnaryCommand());
    case 5:
      return CallAccount(generator_.NextAccountCommand());
    case 6:
      return CallStatic();
    default:
      return CallRead();
  }
}

void Client::CallBatch(CallKind kind, const std::vector<TransactionCommand>& commands) {
  v1::ExecuteBatchRequest request;
  request.set_atomic(kind == CallKind::kAtomicBatch || kind == CallKind::kValidateAtomicBatch);
  request.set_validate_only(kind == CallKind::kValidateBatch ||
                            kind == CallKind::kValidateAtomicBatch);
  for (const TransactionCommand& command : commands) *request.add_commands() = ToRequest(command);
  Begin(kind);
  for (const TransactionCommand& command : commands) history_.back().items.push_back({command, {}});
  v1::ExecuteBatchResponse response;
  Context context;
  const grpc::Status status = stub_->ExecuteBatch(context.get(), request, &response);
  if (!status.ok() || response.results_size() != request.commands_size()) {
    broken_ = true;
    ADD_FAILURE() << "ExecuteBatch: " << status.error_message() << ", " << response.results_size()
                  << " results";
    return;
  }
  for (int i = 0; i < response.results_size(); ++i) {
    response.mutable_results(i)->mutable_refusal()->clear_message();
    if (response.results(i).refusal().reason().empty())
      response.mutable_results(i)->clear_refusal();
    history_.back().items[static_cast<std::size_t>(i)].outcome.result =
        std::move(*response.mutable_results(i));
  }
  End();
}

void Client::CallStream() {
  Begin(CallKind::kStream);
  Context context;
  auto stream = stub_->ExecuteStream(context.get());
  for (std::int64_t message = generator_.random().Between(1, 5); message > 0; --message) {
    v1::ExecuteStreamRequest request;
    for (std::int64_t i = generator_.random().Between(1, 80); i > 0; --i) {
      history_.back().items.push_back({generator_.NextTransactionCommand(), {}});
      *request.add_commands() =
          ToRequest(std::get<TransactionCommand>(history_.back().items.back().command));
    }
    stream->Write(request);
  }
  stream->WritesDone();
  std::size_t answered = 0;
  v1::ExecuteStreamResponse response;
  while (stream->Read(&response)) {
    for (v1::TransactionResult& result : *response.mutable_results()) {
      if (answered >= history_.back().items.size()) break;
      if (result.has_refusal()) result.mutable_refusal()->clear_message();
      history_.back().items[answered++].outcome.result = std::move(result);
    }
  }
  const grpc::Status status = stream->Finish();
  if (!status.ok() || answered != history_.back().items.size()) {
    broken_ = true;
    ADD_FAILURE() << "ExecuteStream: " << status.error_message() << ", " << answered << " results";
    return;
  }
  End();
}

void Client::CallUnary(const TransactionCommand& command) {
  if (std::holds_alternative<std::monostate>(command))
    return CallBatch(CallKind::kBatch, {command});
  Begin(CallKind::kUnary);
  history_.back().items.push_back({command, {}});
  Item* item = &history_.back().items.back();
  // Settle, void and reverse answer with the same fields as create.
  const auto keep = [item](auto* response) {
    v1::CreateTransactionResponse answer;
    answer.mutable_transaction()->Swap(response->mutable_transaction());
    answer.mutable_account_balances()->Swap(response->mutable_account_balances());
    answer.set_replayed(response->replayed());
    answer.mutable_transaction()->mutable_refusal()->clear_message();
    if (answer.transaction().refusal().reason().empty())
      answer.mutable_transaction()->clear_refusal();
    item->outcome.transaction = std::move(answer);
  };
  Context context;
  grpc::Status status;
  if (const auto* create = std::get_if<reference::CreateTransaction>(&command)) {
    v1::CreateTransactionResponse response;
    status = stub_->CreateTransaction(context.get(), ToRequest(*create), &response);
    if (status.ok()) keep(&response);
  } else if (const auto* settle = std::get_if<reference::SettleTransaction>(&command)) {
    v1::SettleTransactionResponse response;
    status = stub_->SettleTransaction(context.get(), ToRequest(*settle), &response);
    if (status.ok()) keep(&response);
  } else if (const auto* end = std::get_if<reference::VoidTransaction>(&command)) {
    v1::VoidTransactionResponse response;
    status = stub_->VoidTransaction(context.get(), ToRequest(*end), &response);
    if (status.ok()) keep(&response);
  } else {
    v1::ReverseTransactionResponse response;
    const auto request = ToRequest(std::get<reference::ReverseTransaction>(command));
    status = stub_->ReverseTransaction(context.get(), request, &response);
    if (status.ok()) keep(&response);
  }
  if (!status.ok()) Keep(status, item);
  End();
}

}  // namespace florin::integration
