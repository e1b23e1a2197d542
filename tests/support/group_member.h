#pragma once

#include <grpcpp/grpcpp.h>

#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <string>

#include "florin/v1/group_service.grpc.pb.h"

namespace florin::test_support {

/// A member of a consumer group over real gRPC. A wait that lasts for a minute
/// ends the stream with DEADLINE_EXCEEDED. Not for more than one thread.
class GroupMember {
 public:
  GroupMember(const std::shared_ptr<grpc::Channel>& channel, const std::string& group_id,
              const std::string& member_name)
      : GroupMember(channel, JoinOf(group_id, member_name)) {}
  GroupMember(const std::shared_ptr<grpc::Channel>& channel, const v1::JoinGroup& join);
  ~GroupMember();
  GroupMember(const GroupMember&) = delete;
  GroupMember& operator=(const GroupMember&) = delete;

  /// With a heartbeat every 0.1 s.
  static v1::JoinGroup JoinOf(const std::string& group_id, const std::string& member_name);

  /// Waits for the next event. Nothing: the stream has ended.
  std::optional<v1::DeliveredEvent> Next();
  /// The same, but nothing also once the group says that it has caught up.
  std::optional<v1::DeliveredEvent> NextOrCaughtUp();
  /// One more response, its events kept for Next. False: the stream has ended.
  bool Read();

  /// False: the stream has ended.
  bool Send(const v1::Acknowledge& acknowledge);
  bool Acknowledge(const std::string& delivery_id);
  bool Nack(const std::string& delivery_id, v1::NackAction action, const std::string& reason = "");
  bool Extend(const std::string& delivery_id);
  /// Until all that was sent is said to be durable. False: the stream has ended.
  bool WaitForDurable();

  /// Says goodbye, and how the stream ended.
  grpc::Status Leave();
  /// How the stream ended, what came before read.
  grpc::Status End();
  /// Breaks the stream off.
  void Crash() { context_.TryCancel(); }

  [[nodiscard]] std::int64_t sent() const { return sent_; }
  [[nodiscard]] std::int64_t durable() const { return durable_; }
  [[nodiscard]] std::int64_t head_position() const { return head_position_; }
  /// What was said against single acknowledgements, by delivery_id.
  [[nodiscard]] const std::map<std::string, std::string>& refusals() const { return refusals_; }

 private:
  grpc::ClientContext context_;
  std::unique_ptr<v1::GroupService::Stub> stub_;
  std::unique_ptr<grpc::ClientReaderWriter<v1::ConsumeGroupRequest, v1::ConsumeGroupResponse>>
      stream_;
  std::deque<v1::DeliveredEvent> events_;
  std::optional<grpc::Status> end_;
  bool caught_up_ = false;
  bool writes_done_ = false;
  std::int64_t sent_ = 0;
  std::int64_t durable_ = 0;
  std::int64_t head_position_ = 0;
  std::map<std::string, std::string> refusals_;
};

}  // namespace florin::test_support
