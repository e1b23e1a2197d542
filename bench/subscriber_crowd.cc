#include "bench/subscriber_crowd.h"

#include <fmt/format.h>
#include <grpcpp/grpcpp.h>

#include <chrono>
#include <stdexcept>
#include <thread>

namespace florin::bench {
namespace {

constexpr std::chrono::seconds kOpenLimit{60};
constexpr std::chrono::milliseconds kLook{5};

}  // namespace

class SubscriberCrowd::Member final : public grpc::ClientReadReactor<v1::SubscribeEventsResponse> {
 public:
  Member(SubscriberCrowd* crowd, v1::EventService::Stub* stub, v1::SubscribeEventsRequest request)
      : crowd_(crowd), request_(std::move(request)) {
    stub->async()->SubscribeEvents(&context_, &request_, this);
    StartRead(&response_);
    StartCall();
  }
  ~Member() override {
    context_.TryCancel();
    done_.wait(false);
  }

 private:
  void OnReadDone(bool ok) override {
    if (!ok) return;
    crowd_->events_.fetch_add(response_.events_size(), std::memory_order_relaxed);
    if (response_.caught_up() && !caught_up_) {
      caught_up_ = true;
      crowd_->caught_up_.fetch_add(1);
    }
    StartRead(&response_);
  }
  void OnDone(const grpc::Status& /*status*/) override {
    crowd_->ended_.fetch_add(1);
    done_.store(true);
    done_.notify_one();
  }

  SubscriberCrowd* const crowd_;
  const v1::SubscribeEventsRequest request_;
  grpc::ClientContext context_;
  v1::SubscribeEventsResponse response_;
  bool caught_up_ = false;
  std::atomic<bool> done_{false};
};

SubscriberCrowd::SubscriberCrowd(const Channels& channels, int count,
                                 const MakeRequest& make_request) {
  for (const auto& channel : channels) stubs_.push_back(v1::EventService::NewStub(channel));
  for (int i = 0; i < count; ++i) {
    auto* const stub = stubs_[static_cast<std::size_t>(i) % stubs_.size()].get();
    members_.push_back(std::make_unique<Member>(this, stub, make_request(i)));
  }
  const auto limit = std::chrono::steady_clock::now() + kOpenLimit;
  while (caught_up_.load() < count) {
    if (ended_.load() > 0 || std::chrono::steady_clock::now() > limit)
      throw std::runtime_error(fmt::format("{} of {} subscribers caught up, {} ended",
                                           caught_up_.load(), count, ended_.load()));
    std::this_thread::sleep_for(kLook);
  }
}

SubscriberCrowd::~SubscriberCrowd() = default;

}  // namespace florin::bench
