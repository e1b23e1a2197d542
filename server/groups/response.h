#pragma once

#include <grpcpp/support/byte_buffer.h>

#include <cstddef>
#include <deque>

#include "actors/groups.h"

namespace florin::server {

/// Bytes of events after which a response is cut: clients receive 4 MiB by
/// default, and one event has less than that.
inline constexpr std::size_t kGroupResponseBytes = 1U << 20;

/// A batch as one or more ConsumeGroupResponses, in order. The events' bytes are
/// the stored ones. All carry head and durable count; the last one says
/// caught_up, and the refusals come last.
[[nodiscard]] std::deque<grpc::ByteBuffer> EncodeDeliveries(
    const actors::DeliveryBatch& batch, std::size_t response_bytes = kGroupResponseBytes);

}  // namespace florin::server
