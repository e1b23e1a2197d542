#include "clients/cpp/client_error.h"

#include <array>

#include "google/rpc/error_details.pb.h"
#include "google/rpc/status.pb.h"
#include "text/visible.h"

namespace florin::client {
namespace {

constexpr char kDomain[] = "florin.v1";

// In the order of google.rpc.Code.
constexpr std::array<const char*, 17> kCodeNames = {
    "OK",        "CANCELLED",      "UNKNOWN",           "INVALID_ARGUMENT",   "DEADLINE_EXCEEDED",
    "NOT_FOUND", "ALREADY_EXISTS", "PERMISSION_DENIED", "RESOURCE_EXHAUSTED", "FAILED_PRECONDITION",
    "ABORTED",   "OUT_OF_RANGE",   "UNIMPLEMENTED",     "INTERNAL",           "UNAVAILABLE",
    "DATA_LOSS", "UNAUTHENTICATED"};

void DecodeDetail(const google::protobuf::Any& detail, ClientError* error) {
  if (google::rpc::ErrorInfo info; detail.UnpackTo(&info)) {
    if (info.domain() != kDomain) {
      return;
    }
    error->reason = info.reason();
    error->metadata.insert(info.metadata().begin(), info.metadata().end());
    return;
  }
  if (google::rpc::RetryInfo retry; detail.UnpackTo(&retry)) {
    const auto& delay = retry.retry_delay();
    error->retry_delay = std::chrono::duration_cast<std::chrono::milliseconds>(
        std::chrono::seconds(delay.seconds()) + std::chrono::nanoseconds(delay.nanos()));
  }
}

}  // namespace

std::string CodeName(grpc::StatusCode code) {
  const int number = static_cast<int>(code);
  if (number < 0 || number >= static_cast<int>(kCodeNames.size())) {
    return "CODE_" + std::to_string(number);
  }
  return kCodeNames.at(static_cast<std::size_t>(number));
}

std::string ClientError::ToString() const {
  return text::Visible((reason.empty() ? CodeName(code) : reason) + ": " + message,
                       text::Backslash::kKept);
}

ClientError DecodeError(const grpc::Status& status) {
  ClientError error;
  error.code = status.error_code();
  error.message = status.error_message();
  google::rpc::Status details;
  if (status.error_details().empty() || !details.ParseFromString(status.error_details())) {
    return error;
  }
  for (const auto& detail : details.details()) {
    DecodeDetail(detail, &error);
  }
  return error;
}

ClientError FromRefusal(const v1::Refusal& refusal) {
  ClientError error;
  if (refusal.code() > 0 && refusal.code() < static_cast<int>(kCodeNames.size())) {
    error.code = static_cast<grpc::StatusCode>(refusal.code());
  }
  error.reason = refusal.reason();
  error.message = refusal.message();
  error.metadata.insert(refusal.metadata().begin(), refusal.metadata().end());
  return error;
}

}  // namespace florin::client
