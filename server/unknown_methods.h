#pragma once

#include <grpcpp/generic/async_generic_service.h>

namespace florin::server {

/// Answers calls of methods that this server does not have: UNIMPLEMENTED, with
/// a sentence, where gRPC's own answer has none.
class UnknownMethods final : public grpc::CallbackGenericService {
 public:
  grpc::ServerGenericBidiReactor* CreateReactor(
      grpc::GenericCallbackServerContext* context) override;
};

}  // namespace florin::server
