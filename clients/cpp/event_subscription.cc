#include "clients/cpp/event_subscription.h"

#include <algorithm>
#include <thread>
#include <utility>

namespace florin::client {

EventSubscription::EventSubscription(Client& client, v1::SubscribeEventsRequest request,
                                     const EventSubscriptionOptions& options)
    : client_(client), request_(std::move(request)), options_(options) {}

EventSubscription::~EventSubscription() {
  Cancel();
  if (connection_) {
    v1::SubscribeEventsResponse dropped;
    while (connection_->stream->Read(&dropped)) {
      // gRPC wants every message taken before the status.
    }
    (void)Close();
  }
}

Result<v1::SubscribeEventsResponse> EventSubscription::Next() {
  Pass();
  for (;;) {
    if (!connection_) {
      Open();
    }
    v1::SubscribeEventsResponse response;
    connection_->guard->Arm();
    const bool read = connection_->stream->Read(&response);
    connection_->guard->Disarm();
    if (read) {
      failed_attempts_ = 0;
      begun_ = true;
      HandOut(&response);
      return response;
    }
    ClientError error = Close();
    ++failed_attempts_;
    auto delay = policy().DelayAfter(error, failed_attempts_, Idempotency::kSafe, RandomJitter());
    if (!MayResume() || cancelled()) {
      delay.reset();
    }
    if (options_.on_disconnect) {
      options_.on_disconnect(error, delay);
    }
    if (!delay) {
      End();
      return error;
    }
    std::this_thread::sleep_for(*delay);
  }
}

void EventSubscription::HandOut(v1::SubscribeEventsResponse* response) {
  auto* events = response->mutable_events();
  int known = 0;
  while (last_event_ > 0 && known < events->size() &&
         events->Get(known).position() <= last_event_) {
    ++known;
  }
  events->DeleteSubrange(0, known);
  if (!events->empty()) {
    last_event_ = events->rbegin()->position();
  }
  handed_out_ =
      std::max(handed_out_, response->caught_up() ? response->head_position() : last_event_);
  if (!response->checkpoint().empty()) {
    checkpoint_ = response->checkpoint();
  }
}

void EventSubscription::Pass() {
  {
    const std::scoped_lock lock(mutex_);
    passed_ = handed_out_;
  }
  passed_changed_.notify_all();
}

void EventSubscription::End() {
  {
    const std::scoped_lock lock(mutex_);
    over_ = true;
  }
  passed_changed_.notify_all();
}

DoneResult EventSubscription::WaitFor(std::int64_t position, std::chrono::milliseconds limit) {
  std::unique_lock lock(mutex_);
  passed_changed_.wait_for(lock, limit, [&] { return passed_ >= position || over_; });
  if (passed_ >= position) {
    return Done{};
  }
  ClientError error;
  error.code = over_ ? grpc::StatusCode::CANCELLED : grpc::StatusCode::DEADLINE_EXCEEDED;
  error.message = "the subscription " + std::string(over_ ? "ended at" : "has reached") +
                  " position " + std::to_string(passed_) + ", not " + std::to_string(position);
  error.metadata = {{"position", std::to_string(passed_)}};
  return error;
}

void EventSubscription::Cancel() {
  const std::scoped_lock lock(mutex_);
  cancelled_ = true;
  if (connection_) {
    connection_->context.TryCancel();
  }
}

void EventSubscription::Open() {
  if (!checkpoint_.empty()) {
    request_.set_after_checkpoint(checkpoint_);
  }
  const std::scoped_lock lock(mutex_);
  connection_ = std::make_unique<Connection>();
  auto* context = &connection_->context;
  if (cancelled_) {
    context->TryCancel();
  }
  connection_->guard =
      std::make_unique<StallGuard>(options_.stall_limit, [context] { context->TryCancel(); });
  connection_->stream = client_.event_stub().SubscribeEvents(context, request_);
}

ClientError EventSubscription::Close() {
  const grpc::Status status = connection_->stream->Finish();
  const bool stalled = connection_->guard->stalled();
  std::unique_ptr<Connection> ended;
  bool by_us = false;
  {
    const std::scoped_lock lock(mutex_);
    ended = std::move(connection_);
    by_us = cancelled_;
  }
  ClientError error;
  if (by_us) {
    error.code = grpc::StatusCode::CANCELLED;
    error.message = "the subscription was cancelled";
    return error;
  }
  if (stalled || status.ok()) {
    error.code = grpc::StatusCode::UNAVAILABLE;
    error.message = stalled ? "the server fell silent, heartbeats included"
                            : "the server ended the subscription";
    return error;
  }
  return DecodeError(status);
}

bool EventSubscription::MayResume() const {
  if (!options_.resume) {
    return false;
  }
  return !checkpoint_.empty() || request_.start_case() != v1::SubscribeEventsRequest::kEnd;
}

const RetryPolicy& EventSubscription::policy() const {
  return begun_ && options_.retry ? *options_.retry : client_.options().retry;
}

bool EventSubscription::cancelled() {
  const std::scoped_lock lock(mutex_);
  return cancelled_;
}

}  // namespace florin::client
