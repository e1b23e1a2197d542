#include <fmt/format.h>
#include <google/protobuf/arena.h>
#include <grpcpp/grpcpp.h>

#include <deque>
#include <mutex>
#include <stdexcept>

#include "bench/loads.h"
#include "bench/thread_load.h"
#include "florin/v1/group_service.grpc.pb.h"

namespace florin::bench {
namespace {

using google::protobuf::Arena;

/// Members that acknowledge whatever they are sent, message by message.
class GroupLoadImpl final : public ThreadLoad {
 public:
  GroupLoadImpl(const Channels& channels, std::string group_id, int max_in_flight)
      : ThreadLoad(static_cast<int>(channels.size())),
        channels_(channels),
        group_id_(std::move(group_id)),
        max_in_flight_(max_in_flight),
        contexts_(channels.size()) {}
  ~GroupLoadImpl() override { Stop(); }

  void Stop() override {
    {
      const std::lock_guard lock(mutex_);
      ended_ = true;
      for (const auto& context : contexts_)
        if (context != nullptr) context->TryCancel();
    }
    ThreadLoad::Stop();
  }

 private:
  using Stream = grpc::ClientReaderWriter<v1::ConsumeGroupRequest, v1::ConsumeGroupResponse>;

  void Run(int index) override {
    const auto place = static_cast<std::size_t>(index);
    const auto stub = v1::GroupService::NewStub(channels_[place]);
    const auto stream = Join(stub.get(), place);
    if (stream == nullptr) return;
    Consume(stream.get());
    const grpc::Status status = stream->Finish();
    if (!Ended()) CountRefused(1, status.error_message());
  }

  /// The streams were cancelled: how they end says nothing.
  bool Ended() {
    const std::lock_guard lock(mutex_);
    return ended_;
  }

  std::unique_ptr<Stream> Join(v1::GroupService::Stub* stub, std::size_t place) {
    std::unique_ptr<Stream> stream;
    {
      const std::lock_guard lock(mutex_);
      if (ended_) return nullptr;
      contexts_[place] = std::make_unique<grpc::ClientContext>();
      stream = stub->ConsumeGroup(contexts_[place].get());
    }
    v1::ConsumeGroupRequest request;
    v1::JoinGroup* const join = request.mutable_join();
    join->set_group_id(group_id_);
    join->set_member_name(fmt::format("member-{}", place));
    join->set_max_in_flight(max_in_flight_);
    stream->Write(request);
    return stream;
  }

  /// An event counts once the server says that its acknowledgement is durable.
  void Consume(Stream* stream) {
    std::deque<std::int64_t> acknowledged;
    std::int64_t durable = 0;
    Arena arena;
    for (;;) {
      auto* const response = Arena::CreateMessage<v1::ConsumeGroupResponse>(&arena);
      if (!stream->Read(response)) return;
      for (; durable < response->durable_acknowledge_count() && !acknowledged.empty(); ++durable) {
        CountDone(acknowledged.front());
        acknowledged.pop_front();
      }
      for (const v1::AcknowledgeRefusal& refusal : response->refusals())
        CountRefused(1, refusal.refusal().message());
      if (response->events_size() > 0) {
        auto* const request = Arena::CreateMessage<v1::ConsumeGroupRequest>(&arena);
        for (const v1::DeliveredEvent& event : response->events())
          request->mutable_acknowledge()->add_delivery_ids(event.delivery_id());
        acknowledged.push_back(response->events_size());
        if (!stream->Write(*request)) return;
      }
      arena.Reset();
    }
  }

  const Channels channels_;
  const std::string group_id_;
  const int max_in_flight_;
  std::mutex mutex_;
  std::vector<std::unique_ptr<grpc::ClientContext>> contexts_;  // guarded by mutex_
  bool ended_ = false;                                          // guarded by mutex_
};

}  // namespace

std::unique_ptr<Load> GroupLoad(const Channels& channels, const std::string& group_id,
                                int max_in_flight) {
  return std::make_unique<GroupLoadImpl>(channels, group_id, max_in_flight);
}

}  // namespace florin::bench
