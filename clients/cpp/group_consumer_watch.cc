// The group's ack_timeout: read, set, and read again while connected.
#include <google/protobuf/util/time_util.h>

#include "clients/cpp/group_consumer.h"

namespace florin::client {
namespace {

using std::chrono::milliseconds;

// A leaving member keeps what is done for a third at most: with the time since it
// was extended last that is three quarters.
constexpr int kHoldFor = 3;
// UpdateGroup may change the ack_timeout at any time, and tells no member. Many
// refusals at once are one reason to ask; a lost connection waits for the answer.
constexpr milliseconds kReadAgainInterval{60'000};
constexpr milliseconds kReadAgainPause{100};
constexpr milliseconds kReadAgainLimit{1'000};

}  // namespace

Result<milliseconds> GroupConsumer::ReadAckTimeout(milliseconds limit) {
  v1::GetGroupRequest request;
  request.set_group_id(options_.group_id);
  const auto group = client_.GetGroup(request, {.deadline = limit});
  if (!group.ok()) {
    // A server that does not answer in time is as good as none.
    return group.error().code == grpc::StatusCode::DEADLINE_EXCEEDED
               ? Lost("no answer from the server in time")
               : group.error();
  }
  const auto& timeout = group.value().group().settings().ack_timeout();
  return milliseconds(google::protobuf::util::TimeUtil::DurationToMilliseconds(timeout));
}

void GroupConsumer::SetAckTimeout(milliseconds ack_timeout) {
  connection_->ack_timeout = ack_timeout;
  worklist_.SetLifetime(ack_timeout);
  outbox_.SetHoldLimit(ack_timeout / kHoldFor);
}

void GroupConsumer::EndWatch() {
  const std::scoped_lock lock(mutex_);
  connection_->over = true;
  changed_.notify_all();
}

void GroupConsumer::Watch() {
  while (AwaitDoubt()) {
    const auto ack_timeout = ReadAckTimeout(kReadAgainLimit);
    // Otherwise the old one is the best guess; what is wrong, the stream will say.
    if (ack_timeout.ok() && ack_timeout.value() != connection_->ack_timeout.load()) {
      SetAckTimeout(ack_timeout.value());
      outbox_.Wake();
    }
  }
}

bool GroupConsumer::AwaitDoubt() {
  std::unique_lock lock(mutex_);
  changed_.wait_for(lock, kReadAgainPause, [this] { return connection_->over; });
  changed_.wait_for(lock, kReadAgainInterval - kReadAgainPause - kReadAgainLimit,
                    [this] { return connection_->over || connection_->doubted; });
  connection_->doubted = false;
  return !connection_->over;
}

}  // namespace florin::client
