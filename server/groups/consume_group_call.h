#pragma once

#include <grpcpp/server_context.h>
#include <grpcpp/support/byte_buffer.h>
#include <grpcpp/support/server_callback.h>

#include <chrono>
#include <cstdint>
#include <deque>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "actors/groups.h"
#include "florin/v1/group_service.pb.h"
#include "server/rpc/command_streams.h"
#include "server/rpc/cut_call.h"
#include "server/rpc/open_streams.h"
#include "server/rpc/service_host.h"

namespace florin::server {

/// One ConsumeGroup call: a member of a group, from its join to its leaving.
///
/// Flow: what the group delivers is encoded when it comes, and the group is told
/// when it is on its way, so that it hands over one batch at a time. A message
/// is read only while few acknowledgements are not yet durable, so a client that
/// sends without reading is held back by HTTP/2.
/// End: the client's half-close, once what it acknowledged is durable and the
/// group has let it go (its name is free then); a malformed message, or no join
/// for too long; what the group says; SUBSCRIBER_STALLED where a response is not
/// taken for too long. A status waits behind a response that is held back, so a
/// client that goes on not to read is cut after a grace, a short one when the
/// server stops.
/// Lifetime: holds itself until OnDone; the group holds it as its sink for as
/// long as it likes. What touches the group is called without the lock, because
/// the group may call back.
class ConsumeGroupCall final : public grpc::ServerBidiReactor<grpc::ByteBuffer, grpc::ByteBuffer>,
                               public OpenStream,
                               public CommandStream,
                               public actors::MemberSink,
                               public std::enable_shared_from_this<ConsumeGroupCall> {
 public:
  /// `members`: the open calls, told the time. All outlive the call.
  static ConsumeGroupCall* Start(ServiceHost* host, actors::Groups* groups, CommandStreams* members,
                                 MethodMetrics* metrics, grpc::CallbackServerContext* context);

  // What the server says.
  void OnShutdown() override;
  void OnTick(std::chrono::steady_clock::time_point now) override;

  // What the group says.
  void Write(actors::DeliveryBatch batch) override;
  void End(const domain::Refusal& refusal) override;

 private:
  using TimePoint = std::chrono::steady_clock::time_point;
  using MembershipPtr = std::shared_ptr<actors::GroupMembership>;

  enum class Phase : std::uint8_t {
    kNew,      // no join yet
    kJoining,  // asked the group
    kJoined,
    kLeaving,  // told the group
    kOut,      // it never was a member, or is none any more
  };

  ConsumeGroupCall(ServiceHost* host, actors::Groups* groups, CommandStreams* members,
                   MethodMetrics* metrics, grpc::CallbackServerContext* context);

  void OnReadDone(bool ok) override;
  void OnWriteDone(bool ok) override;
  void OnCancel() override;
  void OnDone() override;

  void Admit(CommandStreams::Place place);
  void Take(const v1::ConsumeGroupRequest& request, bool is_new);
  void Join(const v1::JoinGroup& join);
  void Joined(domain::Result<MembershipPtr> membership);
  void Acknowledge(const v1::Acknowledge& acknowledge);
  void Refuse(const domain::Refusal& refusal);
  void Fail(const char* what);
  void ReadOn();
  void Left();
  void Cut(CutCause cause);

  // Does what is next: a write, the leave, the end, or a read.
  void Step();

  // With mutex_ held:
  enum class Due : std::uint8_t { kNothing, kStep, kCutStalled, kCutShutDown };
  Due DueAt(TimePoint now);
  [[nodiscard]] bool Ending() const;
  void NoteDurable(std::int64_t count);
  void WriteNext();
  void ReadNext();
  void FinishCall();

  ServiceHost* const host_;
  actors::Groups* const groups_;
  CommandStreams* const members_;
  MethodMetrics* const metrics_;
  const TimePoint start_;
  std::shared_ptr<ConsumeGroupCall> self_;

  // gRPC's; null once the call is over.
  std::mutex context_mutex_;
  grpc::CallbackServerContext* context_;

  // Touched by one read or write at a time.
  grpc::ByteBuffer read_bytes_;
  grpc::ByteBuffer write_bytes_;

  std::mutex mutex_;
  Phase phase_ = Phase::kNew;
  // Beyond the limit: joins only in another's place.
  bool spare_ = false;
  MembershipPtr membership_;
  // Of the batch that the group handed over last: what is not yet written.
  std::deque<grpc::ByteBuffer> responses_;
  // What was delivered after the goodbye, by delivery_id.
  std::vector<std::string> unsent_;
  // The group waits to hear that its batch is written.
  bool batch_open_ = false;
  bool reading_ = false;
  bool writing_ = false;
  bool half_closed_ = false;
  bool cancelled_ = false;
  bool finished_ = false;
  bool cut_ = false;
  // Of each Acknowledge that is not yet said to be durable, its ids.
  std::deque<std::size_t> open_acknowledges_;
  std::size_t open_ids_ = 0;
  std::int64_t durable_count_ = 0;
  TimePoint write_start_;
  // Set: ended because the client does not read.
  std::optional<TimePoint> stalled_at_;
  // Set: the server stops, and waits for nobody.
  std::optional<TimePoint> shut_down_at_;
  // How the call ends; neither: OK.
  std::optional<domain::Refusal> refusal_;
  bool failed_ = false;
};

}  // namespace florin::server
