#pragma once

namespace florin::server {

/// What a process that serves gRPC sets once, before its first channel or server.
///
/// Debian builds abseil, whose locks gRPC uses, with a search for deadlocks at every lock: for
/// developing gRPC, not for serving with it.
void PrepareForGrpc();

}  // namespace florin::server
