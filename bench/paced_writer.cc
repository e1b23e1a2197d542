#include "bench/paced_writer.h"

#include <grpcpp/grpcpp.h>

#include <random>

#include "bench/transfers.h"

namespace florin::bench {
namespace {

using Clock = std::chrono::steady_clock;

constexpr int kInFlightMax = 256;

}  // namespace

struct PacedWriter::Call {
  grpc::ClientContext context;
  v1::ExecuteBatchRequest request;
  v1::ExecuteBatchResponse response;
};

PacedWriter::PacedWriter(const Channels& channels, const Workload& workload, std::int64_t rate,
                         OnOk on_ok)
    : workload_(workload),
      rate_(rate),
      on_ok_(std::move(on_ok)),
      stub_(v1::LedgerService::NewStub(channels.front())) {}

PacedWriter::~PacedWriter() { Stop(); }

void PacedWriter::Start() {
  thread_ = std::thread([this] { Run(); });
}

void PacedWriter::Stop() {
  stopping_.store(true);
  if (thread_.joinable()) thread_.join();
  while (in_flight_.load() > 0) std::this_thread::sleep_for(std::chrono::milliseconds(1));
}

void PacedWriter::Run() {
  TransferMaker maker(workload_, std::random_device{}());
  const auto start = Clock::now();
  std::int64_t sent = 0;
  for (std::int64_t tick = 1; !stopping_.load(std::memory_order_relaxed); ++tick) {
    std::this_thread::sleep_until(start + std::chrono::milliseconds(tick));
    const std::int64_t due = tick * rate_ / 1000;
    if (in_flight_.load() >= kInFlightMax) {
      skipped_.fetch_add(1, std::memory_order_relaxed);
    } else if (due > sent) {
      Send(static_cast<int>(due - sent), &maker);
    }
    sent = due;
  }
}

void PacedWriter::Send(int count, TransferMaker* maker) {
  auto* const call = new Call;
  for (int i = 0; i < count; ++i)
    maker->Fill(call->request.add_commands()->mutable_create_transaction());
  in_flight_.fetch_add(1);
  stub_->async()->ExecuteBatch(
      &call->context, &call->request, &call->response,
      [this, call](const grpc::Status& status) { Answered(call, status); });
}

void PacedWriter::Answered(Call* call, const grpc::Status& status) {
  const std::unique_ptr<Call> owned(call);
  const auto now = Clock::now();
  if (!status.ok()) refused_.fetch_add(owned->request.commands_size());
  for (const v1::TransactionResult& result : owned->response.results()) {
    if (result.has_refusal()) {
      refused_.fetch_add(1);
      continue;
    }
    done_.fetch_add(1, std::memory_order_relaxed);
    on_ok_(result.position(), now);
  }
  // The last touch: Stop goes on from here.
  in_flight_.fetch_sub(1);
}

}  // namespace florin::bench
