// What transfers notice of very many holds that expire together.

#include <fmt/format.h>
#include <grpcpp/grpcpp.h>

#include <chrono>
#include <stdexcept>
#include <string>
#include <thread>

#include "bench/channels.h"
#include "bench/florind.h"
#include "bench/loads.h"
#include "bench/suites.h"
#include "bench/transfers.h"
#include "clients/cpp/uuid.h"
#include "florin/v1/ledger_service.grpc.pb.h"

namespace florin::bench {
namespace {

using Clock = std::chrono::system_clock;

constexpr char kData[] = "expiry";
constexpr int kInFlight = 16;
constexpr std::int64_t kBatch = 1'000;
/// The holds are on accounts of their own.
constexpr std::int64_t kHoldAccounts = 1'000;
/// Slower than they are made on a slow machine.
constexpr double kMadePerSecond = 15'000;
/// Each look is load beside that which is measured.
constexpr std::chrono::milliseconds kLook{100};
constexpr std::chrono::minutes kPatience{5};

void FillHold(std::int64_t number, const std::string& id, std::int64_t first_account,
              std::chrono::nanoseconds timeout, v1::CreateTransactionRequest* create) {
  create->set_transaction_id(id);
  v1::Posting* const posting = create->add_postings();
  posting->set_debit_account_id(AccountName(first_account + number % kHoldAccounts));
  posting->set_credit_account_id(AccountName(first_account + (number + 1) % kHoldAccounts));
  posting->set_amount("0.01");
  auto* const wire = create->mutable_hold()->mutable_timeout();
  wire->set_seconds(timeout.count() / 1'000'000'000);
  wire->set_nanos(static_cast<std::int32_t>(timeout.count() % 1'000'000'000));
}

/// Holds that all expire at `time`, within the time that a batch takes. Returns the last one's id.
std::string MakeHolds(const Options& options, const std::string& address, Clock::time_point time) {
  const auto stub = v1::LedgerService::NewStub(OpenChannels(address, 1).front());
  client::UuidGenerator ids;
  std::string id;
  for (std::int64_t made = 0; made < options.expiring_holds;) {
    v1::ExecuteBatchRequest request;
    const std::chrono::nanoseconds timeout = time - Clock::now();
    if (timeout.count() <= 0)
      throw std::runtime_error("the holds expire before all are made; ask for fewer with --holds");
    for (std::int64_t i = 0; i < kBatch && made < options.expiring_holds; ++i, ++made) {
      id = ids.Next();
      FillHold(made, id, options.workload.accounts, timeout,
               request.add_commands()->mutable_create_transaction());
    }
    grpc::ClientContext context;
    v1::ExecuteBatchResponse response;
    const grpc::Status status = stub->ExecuteBatch(&context, request, &response);
    if (!status.ok())
      throw std::runtime_error("the holds were not made: " + status.error_message());
    for (const v1::TransactionResult& result : response.results()) {
      if (result.has_refusal())
        throw std::runtime_error("a hold was refused: " + result.refusal().message());
    }
  }
  return id;
}

bool HasExpired(v1::LedgerService::Stub* stub, const std::string& id) {
  v1::GetTransactionRequest request;
  request.set_transaction_id(id);
  grpc::ClientContext context;
  v1::GetTransactionResponse response;
  return stub->GetTransaction(&context, request, &response).ok() &&
         response.transaction().status() == v1::TRANSACTION_STATUS_EXPIRED;
}

/// Returns when the last of the holds, and all that were due with it, have ended.
void AwaitExpiry(const Florind& florind, const std::string& last, Clock::time_point time) {
  const Clock::time_point limit = time + kPatience;
  const auto stub = v1::LedgerService::NewStub(OpenChannels(florind.address(), 1).front());
  while (!HasExpired(stub.get(), last) || florind.Counters().due_holds > 0) {
    if (Clock::now() > limit) throw std::runtime_error("the holds do not end");
    std::this_thread::sleep_for(kLook);
  }
}

void MeasureRound(const Options& options, const Florind& florind, Row* row) {
  const std::chrono::duration<double> making(static_cast<double>(options.expiring_holds) /
                                                 kMadePerSecond +
                                             options.warm_up_seconds + options.measured_seconds);
  const Clock::time_point time = Clock::now() + std::chrono::duration_cast<Clock::duration>(making);
  const std::string last = MakeHolds(options, florind.address(), time);
  const auto load =
      CreateLoad(OpenChannels(florind.address(), options.channels), options.workload, kInFlight);
  load->Start();
  std::this_thread::sleep_for(std::chrono::duration<double>(options.warm_up_seconds));
  load->latencies().Clear();
  std::this_thread::sleep_until(time);
  const Latency before = Summarize(load->latencies());
  load->latencies().Clear();
  const std::int64_t done = load->done();
  AwaitExpiry(florind, last, time);
  const std::chrono::duration<double> lasted = Clock::now() - time;
  const Latency during = Summarize(load->latencies());
  const double longest = load->latencies().Milliseconds(1);
  row->rounds.push_back(static_cast<double>(load->done() - done) / lasted.count());
  load->Stop();
  row->Detail("p50_ms", during.p50);
  row->Detail("p99_ms", during.p99);
  row->Detail("p999_ms", during.p999);
  row->Detail("max_ms", longest);
  row->Detail("p99_before_ms", before.p99);
  row->Detail("expiry_seconds", lasted.count());
}

}  // namespace

void MeasureExpiry(const Options& options, Report* report) {
  RemoveData(options, kData);
  Florind florind(options, kData);
  OpenBooks(florind.address(), options.workload.accounts + kHoldAccounts);
  Row* const row = report->row("expiry", "transfers/s");
  for (int round = 0; round < options.rounds; ++round) {
    ShowProgress(fmt::format("expiry, round {} of {}", round + 1, options.rounds));
    MeasureRound(options, florind, row);
  }
  florind.process().Terminate();
  if (!options.keep) RemoveData(options, kData);
}

}  // namespace florin::bench
