// How a member's stream ends: by the group, a stop, the clock, the client.

#include <fmt/format.h>

#include <algorithm>
#include <string>

#include "server/groups/consume_group_call.h"
#include "server/rpc/status.h"

namespace florin::server {
namespace {

using domain::Reason;
using domain::Refusal;

Refusal Stalled(std::chrono::nanoseconds timeout) {
  const std::string seconds =
      std::to_string(std::chrono::duration_cast<std::chrono::seconds>(timeout).count());
  return {
      Reason::kSubscriberStalled,
      "nothing was read for " + seconds + " s; join again: what was not acknowledged comes again",
      {{"stall_timeout_seconds", seconds}}};
}

Refusal JoinLate(std::chrono::nanoseconds timeout) {
  const std::string seconds = fmt::format("{}", std::chrono::duration<double>(timeout).count());
  return {Reason::kFieldMissing,
          "no join arrived within " + seconds +
              " s; join a group at once, with the first message of ConsumeGroup",
          {{"field", "join"}, {"join_timeout_seconds", seconds}}};
}

}  // namespace

void ConsumeGroupCall::End(const Refusal& refusal) {
  const auto keep = shared_from_this();
  {
    const std::lock_guard lock(mutex_);
    phase_ = Phase::kOut;
    if (!refusal_) refusal_ = refusal;
  }
  Step();
}

void ConsumeGroupCall::OnShutdown() {
  {
    const std::lock_guard lock(mutex_);
    shut_down_at_ = std::chrono::steady_clock::now();
    // The groups end their members, once what was acknowledged is safe.
    if (phase_ != Phase::kNew) return;
    if (!refusal_) refusal_ = ShuttingDown();
  }
  Step();
}

ConsumeGroupCall::Due ConsumeGroupCall::DueAt(TimePoint now) {
  const StreamLimits& limits = members_->limits();
  if (cancelled_ || cut_) return Due::kNothing;
  if (phase_ == Phase::kNew && !Ending() && now >= start_ + limits.join_timeout) {
    refusal_ = JoinLate(limits.join_timeout);
    return Due::kStep;
  }
  if (!writing_) return Due::kNothing;
  if (shut_down_at_ && now >= std::max(write_start_, *shut_down_at_) + limits.shutdown_grace) {
    stalled_at_ = now;
    if (!refusal_) refusal_ = ShuttingDown();
    cut_ = true;
    return Due::kCutShutDown;
  }
  if (stalled_at_) {
    cut_ = now >= *stalled_at_ + limits.end_grace;
    return cut_ ? Due::kCutStalled : Due::kNothing;
  }
  if (now < write_start_ + limits.stall_timeout) return Due::kNothing;
  stalled_at_ = now;
  if (!refusal_) refusal_ = Stalled(limits.stall_timeout);
  return Due::kStep;
}

void ConsumeGroupCall::OnTick(TimePoint now) {
  Due due = Due::kNothing;
  {
    const std::lock_guard lock(mutex_);
    due = DueAt(now);
  }
  // First what it holds goes to others; its connection is cut later.
  if (due == Due::kStep) Step();
  if (due == Due::kCutStalled) Cut(CutCause::kStalled);
  if (due == Due::kCutShutDown) Cut(CutCause::kShutDown);
}

// Not under mutex_: gRPC may call back.
void ConsumeGroupCall::Cut(CutCause cause) {
  const std::lock_guard lock(context_mutex_);
  if (context_ != nullptr) CutCall(context_, cause);
}

void ConsumeGroupCall::OnCancel() {
  const auto keep = shared_from_this();
  {
    const std::lock_guard lock(mutex_);
    cancelled_ = true;
  }
  Step();
}

void ConsumeGroupCall::OnDone() {
  {
    const std::lock_guard lock(context_mutex_);
    context_ = nullptr;
  }
  host_->streams().Remove(this);
  members_->Remove(this);
  host_->CallEnded();
  self_.reset();
}

void ConsumeGroupCall::Left() {
  {
    const std::lock_guard lock(mutex_);
    phase_ = Phase::kOut;
  }
  Step();
}

bool ConsumeGroupCall::Ending() const {
  const bool said_goodbye = half_closed_ && open_acknowledges_.empty();
  return cancelled_ || failed_ || refusal_.has_value() || said_goodbye;
}

void ConsumeGroupCall::FinishCall() {
  finished_ = true;
  const std::chrono::duration<double> taken = std::chrono::steady_clock::now() - start_;
  CallEnd end = CallEnd::kOk;
  grpc::Status status;
  if (failed_) {
    end = CallEnd::kInternal;
    status = InternalStatus();
  } else if (cancelled_ && !stalled_at_) {
    end = CallEnd::kCancelled;
    status = grpc::Status::CANCELLED;
  } else if (refusal_) {
    end = CallEnd::kRefused;
    status = ToStatus(*refusal_);
  }
  metrics_->Ended(end, refusal_ ? refusal_->reason : Reason::kNone, taken.count());
  // The last touch but for the lock: gRPC may say OnDone from here on.
  Finish(status);
}

}  // namespace florin::server
