#include "server/rpc/status.h"

#include <algorithm>

#include "google/rpc/error_details.pb.h"
#include "google/rpc/status.pb.h"
#include "server/rpc/quote.h"

namespace florin::server {
namespace {

constexpr std::size_t kMessageBytesMax = 512;
constexpr std::size_t kMetadataBytesMax = 2560;
constexpr std::size_t kValueBytesMax = 512;
constexpr int kResourceExhausted = 8;

// A full queue drains within milliseconds, a rate comes back within a second,
// a full disk needs a person.
std::int64_t RetryDelayMs(domain::Reason reason) {
  switch (reason) {
    case domain::Reason::kDiskFull:
      return 5000;
    case domain::Reason::kRateLimited:
      return 1000;
    default:
      return 100;
  }
}

void FillMetadata(const domain::StringMap& metadata, google::rpc::ErrorInfo* info) {
  std::size_t bytes = 0;
  for (const auto& [key, value] : metadata) {
    const std::string_view cut = CutUtf8(value, kValueBytesMax);
    bytes += key.size() + cut.size() + 8;
    if (bytes > kMetadataBytesMax) return;
    (*info->mutable_metadata())[key] = std::string(cut);
  }
}

}  // namespace

grpc::Status ToStatus(const domain::Refusal& refusal) {
  const domain::ReasonInfo& reason = domain::InfoOf(refusal.reason);
  const std::string message(CutUtf8(refusal.message, kMessageBytesMax));

  google::rpc::ErrorInfo info;
  info.set_reason(std::string(reason.name));
  info.set_domain("florin.v1");
  FillMetadata(refusal.metadata, &info);

  google::rpc::Status details;
  details.set_code(reason.code);
  details.set_message(message);
  details.add_details()->PackFrom(info);
  if (reason.code == kResourceExhausted) {
    google::rpc::RetryInfo retry;
    const std::int64_t delay_ms = RetryDelayMs(refusal.reason);
    retry.mutable_retry_delay()->set_seconds(delay_ms / 1000);
    retry.mutable_retry_delay()->set_nanos(static_cast<int>(delay_ms % 1000 * 1'000'000));
    details.add_details()->PackFrom(retry);
  }
  return grpc::Status(static_cast<grpc::StatusCode>(reason.code), message,
                      details.SerializeAsString());
}

grpc::Status InternalStatus() {
  return grpc::Status(grpc::StatusCode::INTERNAL,
                      "the server failed on this request; its log says more");
}

void MarkReplayed(domain::Refusal* refusal) {
  const std::pair<std::string, std::string> mark("replayed", "true");
  auto& metadata = refusal->metadata;
  const auto place =
      std::lower_bound(metadata.begin(), metadata.end(), mark,
                       [](const auto& a, const auto& b) { return a.first < b.first; });
  if (place != metadata.end() && place->first == mark.first) return;
  metadata.insert(place, mark);
}

}  // namespace florin::server
