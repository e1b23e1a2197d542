#include "tests/support/group_member.h"

#include <chrono>
#include <utility>

namespace florin::test_support {

GroupMember::GroupMember(const std::shared_ptr<grpc::Channel>& channel, const v1::JoinGroup& join)
    : stub_(v1::GroupService::NewStub(channel)) {
  context_.set_deadline(std::chrono::system_clock::now() + std::chrono::minutes(1));
  stream_ = stub_->ConsumeGroup(&context_);
  v1::ConsumeGroupRequest request;
  *request.mutable_join() = join;
  stream_->Write(request);
}

GroupMember::~GroupMember() {
  if (end_) return;
  context_.TryCancel();
  End();
}

v1::JoinGroup GroupMember::JoinOf(const std::string& group_id, const std::string& member_name) {
  v1::JoinGroup join;
  join.set_group_id(group_id);
  join.set_member_name(member_name);
  join.mutable_heartbeat_interval()->set_nanos(100'000'000);
  return join;
}

bool GroupMember::Read() {
  v1::ConsumeGroupResponse response;
  if (end_ || !stream_->Read(&response)) return false;
  caught_up_ = response.caught_up();
  head_position_ = response.head_position();
  durable_ = response.durable_acknowledge_count();
  for (v1::DeliveredEvent& event : *response.mutable_events()) events_.push_back(std::move(event));
  for (const auto& refused : response.refusals())
    refusals_[refused.delivery_id()] = refused.refusal().reason();
  return true;
}

std::optional<v1::DeliveredEvent> GroupMember::Next() {
  while (events_.empty()) {
    if (!Read()) return std::nullopt;
  }
  v1::DeliveredEvent event = std::move(events_.front());
  events_.pop_front();
  return event;
}

std::optional<v1::DeliveredEvent> GroupMember::NextOrCaughtUp() {
  while (events_.empty()) {
    if (!Read() || (caught_up_ && events_.empty())) return std::nullopt;
  }
  return Next();
}

bool GroupMember::Send(const v1::Acknowledge& acknowledge) {
  v1::ConsumeGroupRequest request;
  *request.mutable_acknowledge() = acknowledge;
  ++sent_;
  return stream_->Write(request);
}

bool GroupMember::Acknowledge(const std::string& delivery_id) {
  v1::Acknowledge acknowledge;
  acknowledge.add_delivery_ids(delivery_id);
  return Send(acknowledge);
}

bool GroupMember::Nack(const std::string& delivery_id, v1::NackAction action,
                       const std::string& reason) {
  v1::Acknowledge acknowledge;
  v1::Nack* const nack = acknowledge.add_nacks();
  nack->set_delivery_id(delivery_id);
  nack->set_action(action);
  nack->set_reason(reason);
  return Send(acknowledge);
}

bool GroupMember::Extend(const std::string& delivery_id) {
  v1::Acknowledge acknowledge;
  acknowledge.add_extend_delivery_ids(delivery_id);
  return Send(acknowledge);
}

bool GroupMember::WaitForDurable() {
  while (durable_ < sent_) {
    if (!Read()) return false;
  }
  return true;
}

grpc::Status GroupMember::Leave() {
  if (!std::exchange(writes_done_, true)) stream_->WritesDone();
  return End();
}

grpc::Status GroupMember::End() {
  while (Read()) {
  }
  if (!end_) end_ = stream_->Finish();
  return *end_;
}

}  // namespace florin::test_support
