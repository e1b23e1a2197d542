#pragma once

#include <grpcpp/generic/async_generic_service.h>

#include "server/rpc/service_host.h"

namespace florin::server {

/// Answers calls of methods that this server does not have: UNIMPLEMENTED, with
/// a sentence, where gRPC's own answer has none. While the server stops they are
/// refused as all calls are.
class UnknownMethods final : public grpc::CallbackGenericService {
 public:
  /// Requires: `host` outlives the gRPC server.
  explicit UnknownMethods(ServiceHost* host) : host_(host) {}

  grpc::ServerGenericBidiReactor* CreateReactor(
      grpc::GenericCallbackServerContext* context) override;

 private:
  ServiceHost* const host_;
};

}  // namespace florin::server
