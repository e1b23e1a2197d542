#include <google/protobuf/arena.h>
#include <grpcpp/grpcpp.h>

#include <random>

#include "bench/loads.h"
#include "bench/thread_load.h"
#include "bench/transfers.h"
#include "florin/v1/ledger_service.grpc.pb.h"

namespace florin::bench {
namespace {

using Clock = std::chrono::steady_clock;
using google::protobuf::Arena;

/// Threads that each send one batch after another.
class BatchLoadBase : public ThreadLoad {
 public:
  BatchLoadBase(const Channels& channels, const Workload& workload, int size, int in_flight)
      : ThreadLoad(in_flight), channels_(channels), workload_(workload), size_(size) {}

 protected:
  void Run(int index) override {
    TransferMaker maker(workload_, std::random_device{}());
    const auto channel = channels_[static_cast<std::size_t>(index) % channels_.size()];
    const auto stub = v1::LedgerService::NewStub(channel);
    Arena arena;
    while (!stopping()) {
      Round(stub.get(), &maker, &arena);
      arena.Reset();
    }
  }

  virtual void Round(v1::LedgerService::Stub* stub, TransferMaker* maker, Arena* arena) = 0;

  void Send(v1::LedgerService::Stub* stub, const v1::ExecuteBatchRequest& request, Arena* arena) {
    auto* const response = Arena::CreateMessage<v1::ExecuteBatchResponse>(arena);
    grpc::ClientContext context;
    const auto start = Clock::now();
    const grpc::Status status = stub->ExecuteBatch(&context, request, response);
    latencies().Record(Clock::now() - start);
    if (!status.ok()) {
      CountRefused(request.commands_size(), status.error_message());
      return;
    }
    std::int64_t done = 0;
    for (const v1::TransactionResult& result : response->results()) {
      if (!result.has_refusal()) {
        ++done;
      } else {
        CountRefused(1, result.refusal().message());
      }
    }
    CountDone(done);
  }

  [[nodiscard]] int size() const { return size_; }

 private:
  const Channels channels_;
  const Workload workload_;
  const int size_;
};

class TransferBatches final : public BatchLoadBase {
 public:
  using BatchLoadBase::BatchLoadBase;
  ~TransferBatches() override { Stop(); }

 private:
  void Round(v1::LedgerService::Stub* stub, TransferMaker* maker, Arena* arena) override {
    auto* const request = Arena::CreateMessage<v1::ExecuteBatchRequest>(arena);
    for (int i = 0; i < size(); ++i)
      maker->Fill(request->add_commands()->mutable_create_transaction());
    Send(stub, *request, arena);
  }
};

class HoldBatches final : public BatchLoadBase {
 public:
  using BatchLoadBase::BatchLoadBase;
  ~HoldBatches() override { Stop(); }

 private:
  void Round(v1::LedgerService::Stub* stub, TransferMaker* maker, Arena* arena) override {
    auto* const holds = Arena::CreateMessage<v1::ExecuteBatchRequest>(arena);
    auto* const settles = Arena::CreateMessage<v1::ExecuteBatchRequest>(arena);
    for (int i = 0; i < size(); ++i) {
      auto* const create = holds->add_commands()->mutable_create_transaction();
      maker->Fill(create);
      create->mutable_hold()->mutable_timeout()->set_seconds(3600);
      auto* const settle = settles->add_commands()->mutable_settle_transaction();
      settle->set_transaction_id(create->transaction_id());
      settle->set_request_id("settle");
    }
    Send(stub, *holds, arena);
    Send(stub, *settles, arena);
  }
};

}  // namespace

std::unique_ptr<Load> BatchLoad(const Channels& channels, const Workload& workload, int size,
                                int in_flight) {
  return std::make_unique<TransferBatches>(channels, workload, size, in_flight);
}

std::unique_ptr<Load> HoldLoad(const Channels& channels, const Workload& workload, int size,
                               int in_flight) {
  return std::make_unique<HoldBatches>(channels, workload, size, in_flight);
}

}  // namespace florin::bench
