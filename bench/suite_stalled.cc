// What a subscriber that does not read costs those who write.

#include <fmt/format.h>
#include <grpcpp/grpcpp.h>

#include <memory>
#include <optional>

#include "bench/channels.h"
#include "bench/florind.h"
#include "bench/loads.h"
#include "bench/resident_memory.h"
#include "bench/suites.h"
#include "bench/transfers.h"
#include "florin/v1/event_service.grpc.pb.h"

namespace florin::bench {
namespace {

constexpr int kBatch = 1'000;
/// Of the usual measured time: a minute.
constexpr double kLonger = 3;

/// A live subscription of everything that never reads.
class StalledSubscriber {
 public:
  explicit StalledSubscriber(const std::string& address)
      : stub_(v1::EventService::NewStub(OpenChannels(address, 1).front())) {
    v1::SubscribeEventsRequest request;
    request.set_end(true);
    stream_ = stub_->SubscribeEvents(&context_, request);
    stream_->WaitForInitialMetadata();
  }
  ~StalledSubscriber() {
    context_.TryCancel();
    static_cast<void>(stream_->Finish());
  }

 private:
  std::unique_ptr<v1::EventService::Stub> stub_;
  grpc::ClientContext context_;
  std::unique_ptr<grpc::ClientReader<v1::SubscribeEventsResponse>> stream_;
};

struct Measured {
  double per_second = 0;
  double resident_mib = 0;
};

Measured MeasureInterval(const Options& options, Florind& florind, bool stalled, Row* row,
                         Report* report) {
  const auto load = BatchLoad(OpenChannels(florind.address(), options.channels), options.workload,
                              kBatch, options.batches_in_flight);
  std::unique_ptr<StalledSubscriber> subscriber;
  std::optional<ResidentMemory> memory;
  const Interval interval = MeasureLoad(
      *load, &florind.process(), options,
      [&] {
        if (stalled) subscriber = std::make_unique<StalledSubscriber>(florind.address());
        memory.emplace(florind.process());
      },
      [&] { memory->Stop(); });
  AddInterval(interval, row, report->notes());
  row->Detail("resident_mib", memory->MedianMib());
  return {interval.per_second, memory->MedianMib()};
}

/// What a new process needs before it is as large as it stays: caches that fill, levels of the
/// index that come to be.
void Grow(const Options& options, Florind& florind) {
  ShowProgress("stalled, until florind has grown");
  const auto load = BatchLoad(OpenChannels(florind.address(), options.channels), options.workload,
                              kBatch, options.batches_in_flight);
  static_cast<void>(MeasureLoad(*load, &florind.process(), options));
}

}  // namespace

void MeasureStalled(const Options& options, Report* report) {
  constexpr char kData[] = "stalled";
  Options longer = options;
  longer.measured_seconds *= kLonger;
  RemoveData(options, kData);
  Florind florind(options, kData);
  OpenBooks(florind.address(), options.workload.accounts);
  Grow(longer, florind);
  Row* const without_row = report->row("unstalled", "transfers/s");
  Row* const row = report->row("stalled", "transfers/s");
  row->baseline = without_row->name;
  Measured before = MeasureInterval(longer, florind, false, without_row, report);
  for (int round = 0; round < options.rounds; ++round) {
    ShowProgress(fmt::format("stalled, round {} of {}", round + 1, options.rounds));
    const Measured with = MeasureInterval(longer, florind, true, row, report);
    const Measured after = MeasureInterval(longer, florind, false, without_row, report);
    // The ledger grows all the time. In the middle between two looks is what it would have been
    // without the subscriber.
    row->ratios.push_back(with.per_second / ((before.per_second + after.per_second) / 2));
    row->Detail("more_memory_mib",
                with.resident_mib - (before.resident_mib + after.resident_mib) / 2);
    row->Detail("grown_mib", after.resident_mib - before.resident_mib);
    before = after;
  }
  florind.process().Terminate();
  if (!options.keep) RemoveData(options, kData);
}

}  // namespace florin::bench
