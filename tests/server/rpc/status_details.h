#pragma once

#include <grpcpp/support/status.h>

#include <map>
#include <optional>
#include <string>

#include "google/rpc/error_details.pb.h"
#include "google/rpc/status.pb.h"

namespace florin::test_support {

/// What a refused call carries in grpc-status-details-bin.
struct StatusDetails {
  std::string reason;
  std::string domain;
  std::map<std::string, std::string> metadata;
  std::optional<double> retry_seconds;
};

inline StatusDetails DetailsOf(const grpc::Status& status) {
  StatusDetails out;
  google::rpc::Status details;
  if (!details.ParseFromString(status.error_details())) return out;
  for (const auto& any : details.details()) {
    google::rpc::ErrorInfo info;
    google::rpc::RetryInfo retry;
    if (any.UnpackTo(&info)) {
      out.reason = info.reason();
      out.domain = info.domain();
      out.metadata = {info.metadata().begin(), info.metadata().end()};
    } else if (any.UnpackTo(&retry)) {
      out.retry_seconds =
          static_cast<double>(retry.retry_delay().seconds()) + retry.retry_delay().nanos() * 1e-9;
    }
  }
  return out;
}

/// The reason of a refused call; "" if it was not refused, or without details.
inline std::string ReasonOf(const grpc::Status& status) { return DetailsOf(status).reason; }

inline std::string FieldOf(const grpc::Status& status) {
  const StatusDetails details = DetailsOf(status);
  const auto found = details.metadata.find("field");
  return found == details.metadata.end() ? "" : found->second;
}

}  // namespace florin::test_support
