#pragma once

#include <google/protobuf/arena.h>
#include <google/protobuf/message.h>
#include <grpcpp/support/byte_buffer.h>

#include <optional>
#include <string>

#include "domain/refusal.h"

namespace florin::server {

/// Parses `bytes` into `message`.
///
/// Errors: kFieldInvalid for bytes that are no such message and for a string
/// that is not UTF-8 (metadata `field` names it). gRPC's own parsing would
/// answer UNIMPLEMENTED without a text. kTooManyItems (metadata `limit`) for
/// more elements or fields than wire_bounds.h allows, before anything is parsed.
/// Threads: any.
[[nodiscard]] std::optional<domain::Refusal> ParseBytes(const grpc::ByteBuffer& bytes,
                                                        google::protobuf::Message* message);

/// Encodes `message`, once and without a copy in between.
[[nodiscard]] grpc::ByteBuffer EncodeBytes(const google::protobuf::MessageLite& message);

/// Gives a string's bytes to gRPC without a copy.
[[nodiscard]] grpc::ByteBuffer ToByteBuffer(std::string bytes);

/// An arena of the calling thread, kept warm between uses: a call allocates
/// nothing for its messages. Messages die with the lease, so it must end on the
/// thread and in the scope where it began. Two at once on a thread are allowed.
class ArenaLease {
 public:
  ArenaLease();
  ~ArenaLease();
  ArenaLease(const ArenaLease&) = delete;
  ArenaLease& operator=(const ArenaLease&) = delete;

  template <typename Message>
  Message* New() {
    return google::protobuf::Arena::CreateMessage<Message>(arena_);
  }

 private:
  google::protobuf::Arena* arena_;
  bool shared_;
};

}  // namespace florin::server
