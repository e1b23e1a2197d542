// What depends on how long the log is: replay of history, and how soon a server is ready.

#include <fmt/format.h>
#include <google/protobuf/arena.h>
#include <grpcpp/grpcpp.h>

#include <chrono>
#include <stdexcept>
#include <vector>

#include "bench/channels.h"
#include "bench/florind.h"
#include "bench/ledger_filler.h"
#include "bench/suites.h"
#include "bench/transfers.h"
#include "clients/cpp/client.h"

namespace florin::bench {
namespace {

using Clock = std::chrono::steady_clock;
using google::protobuf::Arena;

constexpr char kData[] = "log";
/// A response and what it is decoded to fit into it, so that decoding allocates nothing.
constexpr std::size_t kArenaBytes = std::size_t{8} << 20;

double SecondsSince(Clock::time_point start) {
  return std::chrono::duration<double>(Clock::now() - start).count();
}

/// Reads the whole log once and decodes every event; events a second.
double ReplayOnce(const std::string& address) {
  const auto stub = v1::EventService::NewStub(OpenChannels(address, 1).front());
  v1::SubscribeEventsRequest request;
  request.set_beginning(true);
  grpc::ClientContext context;
  const auto start = Clock::now();
  const auto stream = stub->SubscribeEvents(&context, request);
  std::int64_t events = 0;
  std::vector<char> block(kArenaBytes);
  Arena arena(block.data(), block.size());
  for (bool caught_up = false; !caught_up;) {
    auto* const response = Arena::CreateMessage<v1::SubscribeEventsResponse>(&arena);
    if (!stream->Read(response))
      throw std::runtime_error("the subscription ended: " + stream->Finish().error_message());
    events += response->events_size();
    caught_up = response->caught_up();
    arena.Reset();
  }
  const double seconds = SecondsSince(start);
  context.TryCancel();
  static_cast<void>(stream->Finish());
  return static_cast<double>(events) / seconds;
}

std::string PostedBalance(client::Client& client, const std::string& account) {
  v1::GetBalanceRequest request;
  request.set_account_id(account);
  const auto answer = client.GetBalance(request);
  if (!answer.ok()) throw std::runtime_error("no balance: " + answer.error().ToString());
  return answer.value().balances().credits_posted();
}

void Transfer(client::Client& client, TransferMaker* maker, const std::string& amount) {
  v1::CreateTransactionRequest request;
  request.set_transaction_id(maker->NextId());
  v1::Posting* const posting = request.add_postings();
  posting->set_debit_account_id(AccountName(1));
  posting->set_credit_account_id(AccountName(0));
  posting->set_amount(amount);
  const auto answer = client.CreateTransaction(request);
  if (!answer.ok()) throw std::runtime_error("no transfer: " + answer.error().ToString());
}

/// Starts a server on the log; seconds from its exec to an acknowledged transfer and the balance
/// that must come of it.
double ReadySeconds(const Options& options, const std::string& credits_before,
                    std::unique_ptr<Florind>* florind) {
  *florind = std::make_unique<Florind>(options, kData);
  const auto client = client::Client::Connect((*florind)->address());
  TransferMaker maker(options.workload, std::random_device{}());
  Transfer(*client, &maker, "1.00");
  const std::string after = PostedBalance(*client, AccountName(0));
  const double seconds = SecondsSince((*florind)->process().started());
  if (std::stod(after) - std::stod(credits_before) < 0.99)
    throw std::runtime_error(
        fmt::format("after the start the balance is {}, before it was {}", after, credits_before));
  return seconds;
}

void MeasureStarts(const Options& options, std::unique_ptr<Florind>* florind, Report* report) {
  Row* const clean = report->row("start-clean", "s");
  Row* const killed = report->row("start-killed", "s");
  for (int round = 0; round < options.rounds; ++round) {
    ShowProgress(fmt::format("start-up, round {} of {}", round + 1, options.rounds));
    for (Row* row : {clean, killed}) {
      const auto client = client::Client::Connect((*florind)->address());
      // Something that no clean stop has put away.
      FillLedger((*florind)->address(), options, 50'000);
      const std::string credits = PostedBalance(*client, AccountName(0));
      if (row == clean) {
        (*florind)->process().Terminate();
      } else {
        (*florind)->process().Kill();
      }
      row->rounds.push_back(ReadySeconds(options, credits, florind));
    }
  }
}

}  // namespace

void MeasureLog(const Options& options, Report* report) {
  RemoveData(options, kData);
  auto florind = std::make_unique<Florind>(options, kData);
  OpenBooks(florind->address(), options.workload.accounts);
  FillLedger(florind->address(), options, options.log_transactions);
  report->Fact("log", fmt::format("{} transactions", options.log_transactions));
  if (Wanted(options, "replay")) {
    Row* const row = report->row("replay", "events/s");
    for (int round = 0; round < options.rounds; ++round) {
      ShowProgress(fmt::format("replay, round {} of {}", round + 1, options.rounds));
      const double cpu = florind->process().Usage().cpu_seconds;
      const double own = OwnCpuSeconds();
      const auto start = Clock::now();
      row->rounds.push_back(ReplayOnce(florind->address()));
      const double seconds = SecondsSince(start);
      row->Detail("server_cores", (florind->process().Usage().cpu_seconds - cpu) / seconds);
      row->Detail("client_cores", (OwnCpuSeconds() - own) / seconds);
    }
  }
  if (Wanted(options, "startup")) MeasureStarts(options, &florind, report);
  florind->process().Terminate();
  if (!options.keep) RemoveData(options, kData);
}

}  // namespace florin::bench
