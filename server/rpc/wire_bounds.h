#pragma once

#include <google/protobuf/descriptor.h>
#include <grpcpp/support/byte_buffer.h>

#include <cstdint>

namespace florin::server {

/// Messages, repeated values and unknown fields of one request, at every level.
///
/// Each takes up to some 250 bytes once parsed, however few on the wire. The
/// contract allows 8,192 commands with 32 metadata entries each (262,144), four
/// messages more to a command and 16,384 postings: about 320,000.
inline constexpr std::int64_t kElementsMax = 500'000;
/// Fields of one request of whatever kind. The same request has 16 fields in a
/// command, 5 in a posting and 2 in a metadata entry: below a million.
inline constexpr std::int64_t kFieldsMax = 1'000'000;

enum class WireBounds : std::uint8_t {
  kFits,
  kTooMany,
  /// No protobuf message, or nested deeper than protobuf parses.
  kMalformed,
};

/// Counts what is in `bytes`, read as a message of `type`, without parsing it:
/// a request of two-byte elements would take a hundred times its size.
///
/// Stops at the first thing too many. Threads: any.
[[nodiscard]] WireBounds CheckWireBounds(const grpc::ByteBuffer& bytes,
                                         const google::protobuf::Descriptor* type);

}  // namespace florin::server
