#include "server/groups/consume_group_call.h"

#include <spdlog/spdlog.h>

#include <string>
#include <utility>

#include "server/groups/group_requests.h"
#include "server/groups/response.h"
#include "server/rpc/message_bytes.h"

namespace florin::server {
namespace {

using domain::Reason;
using domain::Refusal;

// Ids, and messages, that are not yet durable. Above what a member can have in
// flight, so that whoever acknowledges one by one what it has, before it reads
// again, is never held back.
constexpr std::size_t kOpenIdsMax = 32'768;

Refusal TooManyMembers(std::size_t limit) {
  const std::string text = std::to_string(limit);
  return {Reason::kOverloaded,
          text +
              " members of consumer groups are connected, which is the limit, and as many more "
              "are joining; try again later, or raise --max-group-members",
          {{"limit", text}}};
}

Refusal JoinMissing() {
  return {Reason::kFieldMissing,
          "join is missing; the first message of ConsumeGroup joins a group",
          {{"field", "join"}}};
}

Refusal JoinedTwice() {
  return {Reason::kFieldInvalid,
          "join is sent once, as the first message; to be another member, open another stream",
          {{"field", "join"}}};
}

Refusal AcknowledgeMissing() {
  return {Reason::kFieldMissing,
          "acknowledge is missing; every message after the join has one",
          {{"field", "acknowledge"}}};
}

std::size_t IdsOf(const actors::AcknowledgeRequest& request) {
  return request.delivery_ids.size() + request.nacks.size() + request.extend_delivery_ids.size();
}

}  // namespace

ConsumeGroupCall* ConsumeGroupCall::Start(ServiceHost* host, actors::Groups* groups,
                                          CommandStreams* members, MethodMetrics* metrics,
                                          grpc::CallbackServerContext* context) {
  const std::shared_ptr<ConsumeGroupCall> call(
      new ConsumeGroupCall(host, groups, members, metrics, context));
  call->self_ = call;
  call->reading_ = true;
  call->StartRead(&call->read_bytes_);
  // A server that stops says so within the call.
  host->streams().Add(call);
  call->Admit(members->Add(call));
  return call.get();
}

void ConsumeGroupCall::Admit(CommandStreams::Place place) {
  if (place == CommandStreams::Place::kNone) {
    Refuse(TooManyMembers(members_->limits().streams_max));
  } else if (place == CommandStreams::Place::kSpare) {
    const std::lock_guard lock(mutex_);
    spare_ = true;
  }
}

ConsumeGroupCall::ConsumeGroupCall(ServiceHost* host, actors::Groups* groups,
                                   CommandStreams* members, MethodMetrics* metrics,
                                   grpc::CallbackServerContext* context)
    : host_(host),
      groups_(groups),
      members_(members),
      metrics_(metrics),
      start_(std::chrono::steady_clock::now()),
      context_(context) {
  host_->CallStarted();
}

void ConsumeGroupCall::OnReadDone(bool ok) {
  const auto keep = shared_from_this();
  bool is_new = false;
  {
    const std::lock_guard lock(mutex_);
    is_new = phase_ == Phase::kNew;
    if (!ok) half_closed_ = true;
    if (!ok && is_new && !refusal_) refusal_ = JoinMissing();
    // What arrives after the end was decided is not taken.
    ok = ok && !Ending();
    if (!ok) reading_ = false;
  }
  if (!ok) {
    Step();
    return;
  }
  try {
    ArenaLease arena;
    auto* const request = arena.New<v1::ConsumeGroupRequest>();
    if (const auto refusal = ParseBytes(read_bytes_, request)) {
      Refuse(*refusal);
    } else {
      Take(*request, is_new);
    }
  } catch (const std::exception& error) {
    Fail(error.what());
  }
}

void ConsumeGroupCall::Take(const v1::ConsumeGroupRequest& request, bool is_new) {
  if (is_new && request.has_join()) {
    Join(request.join());
  } else if (is_new) {
    Refuse(JoinMissing());
  } else if (request.has_acknowledge()) {
    Acknowledge(request.acknowledge());
  } else {
    Refuse(request.has_join() ? JoinedTwice() : AcknowledgeMissing());
  }
}

void ConsumeGroupCall::Join(const v1::JoinGroup& join) {
  auto joining = ToGroupJoin(join);
  if (!joining.ok()) {
    Refuse(joining.refusal());
    return;
  }
  bool late = false;
  {
    const std::lock_guard lock(mutex_);
    late = Ending();
    if (!late) phase_ = Phase::kJoining;
    joining->request.replaces_only = spare_;
  }
  if (late) {
    ReadOn();
    return;
  }
  groups_->Join(std::move(joining->group_id), std::move(joining->request), shared_from_this(),
                [call = shared_from_this()](domain::Result<MembershipPtr> membership) {
                  call->Joined(std::move(membership));
                });
}

void ConsumeGroupCall::Joined(domain::Result<MembershipPtr> membership) {
  {
    const std::lock_guard lock(mutex_);
    reading_ = false;
    if (membership.ok()) {
      membership_ = std::move(*membership);
      if (phase_ == Phase::kJoining) phase_ = Phase::kJoined;
    } else {
      phase_ = Phase::kOut;
      if (!refusal_) refusal_ = membership.refusal();
    }
  }
  Step();
}

void ConsumeGroupCall::Acknowledge(const v1::Acknowledge& acknowledge) {
  auto request = ToAcknowledge(acknowledge);
  if (!request.ok()) {
    Refuse(request.refusal());
    return;
  }
  {
    const std::lock_guard lock(mutex_);
    open_acknowledges_.push_back(IdsOf(*request) + 1);
    open_ids_ += open_acknowledges_.back();
  }
  membership_->Acknowledge(std::move(*request));
  ReadOn();
}

void ConsumeGroupCall::ReadOn() {
  {
    const std::lock_guard lock(mutex_);
    reading_ = false;
  }
  Step();
}

void ConsumeGroupCall::Refuse(const Refusal& refusal) {
  {
    const std::lock_guard lock(mutex_);
    reading_ = false;
    if (!refusal_) refusal_ = refusal;
  }
  Step();
}

void ConsumeGroupCall::Fail(const char* what) {
  spdlog::error("ConsumeGroup failed: {}", what);
  {
    const std::lock_guard lock(mutex_);
    failed_ = true;
  }
  ReadOn();
}

void ConsumeGroupCall::Write(actors::DeliveryBatch batch) {
  const auto keep = shared_from_this();
  {
    const std::lock_guard lock(mutex_);
    // Whoever has said goodbye can acknowledge nothing more: it goes to others
    // as soon as this member has left, which never heard of it.
    if (half_closed_) {
      for (actors::Delivery& delivery : batch.deliveries)
        unsent_.push_back(std::move(delivery.delivery_id));
      batch.deliveries.clear();
    }
  }
  std::deque<grpc::ByteBuffer> responses;
  try {
    responses = EncodeDeliveries(batch);
  } catch (const std::exception& error) {
    Fail(error.what());
    return;
  }
  {
    const std::lock_guard lock(mutex_);
    // Too late: it has left, or is about to.
    if (phase_ == Phase::kLeaving || phase_ == Phase::kOut) return;
    NoteDurable(batch.durable_acknowledge_count);
    responses_ = std::move(responses);
    batch_open_ = true;
  }
  Step();
}

void ConsumeGroupCall::NoteDurable(std::int64_t count) {
  for (; durable_count_ < count && !open_acknowledges_.empty(); ++durable_count_) {
    open_ids_ -= open_acknowledges_.front();
    open_acknowledges_.pop_front();
  }
}

void ConsumeGroupCall::OnWriteDone(bool ok) {
  const auto keep = shared_from_this();
  {
    const std::lock_guard lock(mutex_);
    writing_ = false;
    write_bytes_.Clear();
    if (!ok) cancelled_ = true;
  }
  Step();
}

void ConsumeGroupCall::Step() {
  bool written = false;
  bool leave = false;
  std::vector<std::string> unsent;
  {
    const std::lock_guard lock(mutex_);
    if (finished_) return;
    // Nobody takes it.
    if (cancelled_ || stalled_at_) responses_.clear();
    if (!writing_ && !responses_.empty()) WriteNext();
    const bool idle = !writing_ && responses_.empty();
    if (!Ending()) {
      written = idle && batch_open_ && phase_ == Phase::kJoined;
      if (written) batch_open_ = false;
      ReadNext();
    } else if (phase_ == Phase::kJoined) {
      leave = true;
      unsent = std::move(unsent_);
      phase_ = Phase::kLeaving;
    } else if (idle && (phase_ == Phase::kOut || phase_ == Phase::kNew)) {
      FinishCall();
    }
  }
  if (written) membership_->WriteDone();
  if (leave) membership_->Leave(std::move(unsent), [call = shared_from_this()] { call->Left(); });
}

void ConsumeGroupCall::WriteNext() {
  write_bytes_.Swap(&responses_.front());
  responses_.pop_front();
  writing_ = true;
  write_start_ = std::chrono::steady_clock::now();
  StartWrite(&write_bytes_);
}

void ConsumeGroupCall::ReadNext() {
  if (reading_ || half_closed_ || open_ids_ >= kOpenIdsMax) return;
  reading_ = true;
  StartRead(&read_bytes_);
}

}  // namespace florin::server
