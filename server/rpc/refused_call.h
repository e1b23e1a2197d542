#pragma once

#include <grpcpp/server_context.h>
#include <grpcpp/support/server_callback.h>

#include "server/rpc/service_host.h"
#include "server/rpc/status.h"

namespace florin::server {

/// A call that comes while the server stops: it ends with SHUTTING_DOWN, when the
/// host's held calls say so.
///
/// `Reactor` is gRPC's base class for the kind of call. Lifetime: deletes itself
/// in OnDone. No stop waits for it to begin, and each for it to be told.
template <typename Reactor>
class RefusedCall final : public Reactor {
 public:
  /// `metrics` may be null: the call is not counted.
  RefusedCall(ServiceHost* host, MethodMetrics* metrics, const grpc::CallbackServerContext& context)
      : host_(host) {
    host->held().Add(context.deadline(), [this, metrics] {
      if (metrics != nullptr) metrics->Ended(CallEnd::kRefused, domain::Reason::kShuttingDown, 0);
      this->Finish(ToStatus(ShuttingDown()));
    });
  }

 private:
  void OnDone() override {
    host_->held().Ended();
    delete this;
  }

  ServiceHost* const host_;
};

}  // namespace florin::server
