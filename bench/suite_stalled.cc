// What a subscriber that does not read costs those who write.

#include <fmt/format.h>
#include <grpcpp/grpcpp.h>

#include "bench/channels.h"
#include "bench/florind.h"
#include "bench/loads.h"
#include "bench/server_details.h"
#include "bench/suites.h"
#include "bench/transfers.h"
#include "florin/v1/event_service.grpc.pb.h"

namespace florin::bench {
namespace {

constexpr int kBatch = 1'000;
/// Of the usual measured time: a minute.
constexpr double kLonger = 3;
constexpr double kBytesPerMib = 1 << 20;

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
  double peak_mib = 0;
};

Measured MeasureInterval(const Options& options, Florind& florind, bool stalled, Row* row,
                         Report* report) {
  const auto load = BatchLoad(OpenChannels(florind.address(), options.channels), options.workload,
                              kBatch, options.batches_in_flight);
  std::unique_ptr<StalledSubscriber> subscriber;
  Measured measured;
  const Interval interval = MeasureLoad(
      *load, &florind.process(), options,
      [&] {
        florind.process().ResetPeakMemory();
        if (stalled) subscriber = std::make_unique<StalledSubscriber>(florind.address());
      },
      [&] {
        measured.peak_mib =
            static_cast<double>(florind.process().Usage().peak_memory_bytes) / kBytesPerMib;
      });
  AddInterval(interval, row, report->notes());
  row->Detail("peak_memory_mib", measured.peak_mib);
  measured.per_second = interval.per_second;
  return measured;
}

}  // namespace

void MeasureStalled(const Options& options, Report* report) {
  constexpr char kData[] = "stalled";
  Options longer = options;
  longer.measured_seconds *= kLonger;
  RemoveData(options, kData);
  Florind florind(options, kData);
  OpenBooks(florind.address(), options.workload.accounts);
  Row* const without_row = report->row("unstalled", "transfers/s");
  Row* const row = report->row("stalled", "transfers/s");
  row->baseline = without_row->name;
  for (int round = 0; round < options.rounds; ++round) {
    ShowProgress(fmt::format("stalled, round {} of {}", round + 1, options.rounds));
    // The ledger grows meanwhile: each side is the first in every second round.
    const bool stalled_first = round % 2 != 0;
    Measured with;
    if (stalled_first) with = MeasureInterval(longer, florind, true, row, report);
    const Measured without = MeasureInterval(longer, florind, false, without_row, report);
    if (!stalled_first) with = MeasureInterval(longer, florind, true, row, report);
    row->ratios.push_back(with.per_second / without.per_second);
    row->Detail("more_memory_mib", with.peak_mib - without.peak_mib);
  }
  florind.process().Terminate();
  if (!options.keep) RemoveData(options, kData);
}

}  // namespace florin::bench
