#include "clients/cpp/exactly_once.h"

#include <algorithm>
#include <charconv>
#include <utility>

namespace florin::client {
namespace {

ClientError Cancelled() {
  ClientError error;
  error.code = grpc::StatusCode::CANCELLED;
  error.message = "the subscription was cancelled";
  return error;
}

// What a store keeps is "POSITION/CHECKPOINT". The checkpoint alone does not do: it
// stays before a command that is too large for one response until its last part
// has come, and the parts that were applied come again after it.
constexpr char kSeparator = '/';

std::string MarkOf(std::int64_t position, const std::string& checkpoint) {
  return std::to_string(position) + kSeparator + checkpoint;
}

std::int64_t PositionOf(const std::string& mark) {
  std::int64_t position = 0;
  std::from_chars(mark.data(), mark.data() + mark.size(), position);
  return position;
}

std::string CheckpointOf(const std::string& mark) { return mark.substr(mark.find(kSeparator) + 1); }

}  // namespace

ExactlyOnceSubscription::ExactlyOnceSubscription(Client& client, v1::SubscribeEventsRequest request,
                                                 EffectStore& store, Apply apply,
                                                 const ExactlyOnceOptions& options)
    : client_(client),
      request_(std::move(request)),
      store_(store),
      apply_(std::move(apply)),
      options_(options) {}

ExactlyOnceSubscription::~ExactlyOnceSubscription() { Cancel(); }

DoneResult ExactlyOnceSubscription::Run() {
  auto loaded = store_.Load();
  if (!loaded.ok()) {
    return loaded.error();
  }
  mark_ = std::move(loaded).value();
  applied_ = PositionOf(mark_);
  const auto subscription = Subscribe();
  DoneResult result = Follow(*subscription);
  if (std::exchange(begun_, false)) {
    store_.Rollback();
  }
  const std::scoped_lock lock(mutex_);
  subscription_.reset();
  return result;
}

DoneResult ExactlyOnceSubscription::Follow(EventSubscription& subscription) {
  std::int64_t reached = 0;
  for (;;) {
    const auto next = subscription.Next();
    if (!next.ok()) {
      return next.error();
    }
    const auto& batch = next.value();
    if (auto taken = Take(batch); !taken.ok()) {
      return taken;
    }
    reached = std::max(reached, batch.caught_up() ? batch.head_position() : applied_);
    Pass(reached);
    if (options_.until_caught_up && batch.caught_up()) {
      return Done{};
    }
  }
}

DoneResult ExactlyOnceSubscription::Take(const v1::SubscribeEventsResponse& batch) {
  for (const auto& event : batch.events()) {
    if (event.position() <= applied_) {
      continue;
    }
    if (auto began = Begin(); !began.ok()) {
      return began;
    }
    if (auto applied = apply_(event); !applied.ok()) {
      return applied;
    }
    applied_ = event.position();
  }
  const bool nothing_new = !begun_ && (batch.checkpoint().empty() || MayWait(batch));
  return nothing_new ? Done{} : Commit(MarkOf(applied_, batch.checkpoint()));
}

DoneResult ExactlyOnceSubscription::Begin() {
  if (begun_) {
    return Done{};
  }
  auto began = store_.Begin();
  begun_ = began.ok();
  return began;
}

DoneResult ExactlyOnceSubscription::Commit(const std::string& mark) {
  if (auto began = Begin(); !began.ok()) {
    return began;
  }
  if (auto saved = store_.Save(mark_, mark); !saved.ok()) {
    return saved;
  }
  if (auto committed = store_.Commit(); !committed.ok()) {
    return committed;
  }
  begun_ = false;
  mark_ = mark;
  last_commit_ = std::chrono::steady_clock::now();
  return Done{};
}

// A checkpoint that nothing depends on: kept now and then, so that a quiet
// subscription neither writes all the time nor reads far back after a restart.
bool ExactlyOnceSubscription::MayWait(const v1::SubscribeEventsResponse& batch) const {
  if (options_.until_caught_up && batch.caught_up()) {
    return false;
  }
  return std::chrono::steady_clock::now() - last_commit_ < options_.idle_commit;
}

std::shared_ptr<EventSubscription> ExactlyOnceSubscription::Subscribe() {
  v1::SubscribeEventsRequest request = request_;
  if (const std::string checkpoint = CheckpointOf(mark_); !checkpoint.empty()) {
    request.set_after_checkpoint(checkpoint);
  }
  auto subscription =
      std::make_shared<EventSubscription>(client_, std::move(request), options_.subscription);
  const std::scoped_lock lock(mutex_);
  if (cancelled_) {
    subscription->Cancel();
  }
  subscription_ = subscription;
  return subscription;
}

void ExactlyOnceSubscription::Cancel() {
  const std::scoped_lock lock(mutex_);
  cancelled_ = true;
  if (subscription_) {
    subscription_->Cancel();
  }
  changed_.notify_all();
}

void ExactlyOnceSubscription::Pass(std::int64_t position) {
  {
    const std::scoped_lock lock(mutex_);
    passed_ = std::max(passed_, position);
  }
  changed_.notify_all();
}

DoneResult ExactlyOnceSubscription::WaitFor(std::int64_t position,
                                            std::chrono::milliseconds limit) {
  std::unique_lock lock(mutex_);
  changed_.wait_for(lock, limit, [&] { return passed_ >= position || cancelled_; });
  if (passed_ >= position) {
    return Done{};
  }
  if (cancelled_) {
    return Cancelled();
  }
  ClientError error;
  error.code = grpc::StatusCode::DEADLINE_EXCEEDED;
  error.message =
      "committed up to position " + std::to_string(passed_) + ", not " + std::to_string(position);
  error.metadata = {{"position", std::to_string(passed_)}};
  return error;
}

}  // namespace florin::client
