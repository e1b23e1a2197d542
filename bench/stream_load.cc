#include <grpcpp/grpcpp.h>

#include <condition_variable>
#include <mutex>
#include <random>

#include "bench/loads.h"
#include "bench/thread_load.h"
#include "bench/transfers.h"
#include "florin/v1/ledger_service.grpc.pb.h"

namespace florin::bench {
namespace {

/// One ExecuteStream a thread: the thread writes, another reads.
class StreamLoadImpl final : public ThreadLoad {
 public:
  StreamLoadImpl(const Channels& channels, const Workload& workload, int size, int in_flight)
      : ThreadLoad(static_cast<int>(channels.size())),
        channels_(channels),
        workload_(workload),
        size_(size),
        window_(std::max<std::int64_t>(in_flight, size)) {}
  ~StreamLoadImpl() override { Stop(); }

 private:
  using Stream = grpc::ClientReaderWriter<v1::ExecuteStreamRequest, v1::ExecuteStreamResponse>;
  /// Commands of one stream that have no answer yet.
  struct Window {
    std::mutex mutex;
    std::condition_variable moved;
    std::int64_t unanswered = 0;
    bool broken = false;
  };

  void Run(int index) override {
    const auto stub = v1::LedgerService::NewStub(channels_[static_cast<std::size_t>(index)]);
    grpc::ClientContext context;
    const auto stream = stub->ExecuteStream(&context);
    Window window;
    std::thread reader([&] { Read(stream.get(), &window); });
    Write(stream.get(), &window);
    stream->WritesDone();
    reader.join();
    const grpc::Status status = stream->Finish();
    if (!status.ok()) CountRefused(1, status.error_message());
  }

  void Write(Stream* stream, Window* window) {
    TransferMaker maker(workload_, std::random_device{}());
    v1::ExecuteStreamRequest request;
    while (!stopping()) {
      request.clear_commands();
      for (int i = 0; i < size_; ++i)
        maker.Fill(request.add_commands()->mutable_create_transaction());
      std::unique_lock lock(window->mutex);
      window->moved.wait(lock,
                         [&] { return window->broken || window->unanswered + size_ <= window_; });
      if (window->broken) return;
      window->unanswered += size_;
      lock.unlock();
      if (!stream->Write(request)) return;
    }
  }

  void Read(Stream* stream, Window* window) {
    v1::ExecuteStreamResponse response;
    while (stream->Read(&response)) {
      std::int64_t done = 0;
      for (const v1::TransactionResult& result : response.results()) {
        if (!result.has_refusal()) {
          ++done;
        } else {
          CountRefused(1, result.refusal().message());
        }
      }
      CountDone(done);
      const std::lock_guard lock(window->mutex);
      window->unanswered -= response.results_size();
      window->moved.notify_one();
    }
    const std::lock_guard lock(window->mutex);
    window->broken = true;
    window->moved.notify_one();
  }

  const Channels channels_;
  const Workload workload_;
  const int size_;
  const std::int64_t window_;
};

}  // namespace

std::unique_ptr<Load> StreamLoad(const Channels& channels, const Workload& workload, int size,
                                 int in_flight) {
  return std::make_unique<StreamLoadImpl>(channels, workload, size, in_flight);
}

}  // namespace florin::bench
