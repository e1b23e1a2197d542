#include "server/rpc/unknown_methods.h"

#include <fmt/format.h>

#include "server/rpc/quote.h"
#include "server/rpc/refused_call.h"

namespace florin::server {
namespace {

class Unknown final : public grpc::ServerGenericBidiReactor {
 public:
  explicit Unknown(const std::string& method) {
    Finish({grpc::StatusCode::UNIMPLEMENTED,
            fmt::format("this server does not serve {}; methods of the contract that it does not "
                        "serve come in a later version",
                        Quote(method))});
  }
  void OnDone() override { delete this; }
};

}  // namespace

grpc::ServerGenericBidiReactor* UnknownMethods::CreateReactor(
    grpc::GenericCallbackServerContext* context) {
  if (host_->draining()) {
    return new RefusedCall<grpc::ServerGenericBidiReactor>(host_, nullptr, *context);
  }
  return new Unknown(context->method());
}

}  // namespace florin::server
