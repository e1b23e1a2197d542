#include "clients/cpp/wait_for.h"

#include <algorithm>
#include <optional>
#include <thread>
#include <utility>

namespace florin::client {
namespace {

using Clock = std::chrono::steady_clock;
using std::chrono::milliseconds;

// The first look comes soon, as most waits are for what is about to happen.
constexpr milliseconds kFirstPause{5};
constexpr milliseconds kLongestPause{250};

// What is waited for, as it stands.
struct Standing {
  std::int64_t position = 0;
  // Of the error when it does not come in time.
  std::string message;
  std::map<std::string, std::string> metadata;
};

ClientError TooLate(Standing standing, std::int64_t wanted) {
  ClientError error;
  error.code = grpc::StatusCode::DEADLINE_EXCEEDED;
  error.message = std::move(standing.message) + ", not " + std::to_string(wanted);
  error.metadata = std::move(standing.metadata);
  return error;
}

// `look(options)` answers a Result<Standing>. A server that is away for a while is
// waited for too.
template <typename Look>
DoneResult WaitUntil(std::int64_t position, milliseconds limit, Look look) {
  const auto deadline = Clock::now() + limit;
  std::optional<Standing> last;
  for (milliseconds pause = kFirstPause;; pause = std::min(pause * 2, kLongestPause)) {
    const auto left = std::chrono::duration_cast<milliseconds>(deadline - Clock::now());
    auto standing = look(CallOptions{.deadline = std::max(left, kFirstPause)});
    if (standing.ok() && standing.value().position >= position) {
      return Done{};
    }
    const bool in_time = Clock::now() + pause < deadline;
    if (standing.ok()) {
      last = std::move(standing).value();
    } else if (!in_time && last && standing.error().code == grpc::StatusCode::DEADLINE_EXCEEDED) {
      return TooLate(*last, position);
    } else if (!in_time || !IsRetryable(standing.error(), Idempotency::kSafe)) {
      return standing.error();
    }
    if (!in_time) {
      return TooLate(*last, position);
    }
    std::this_thread::sleep_for(pause);
  }
}

Standing Of(const v1::Group& group) {
  return {.position = group.position(),
          .message =
              "group " + group.group_id() + " is at position " + std::to_string(group.position()),
          .metadata = {{"group_id", group.group_id()},
                       {"position", std::to_string(group.position())},
                       {"head_position", std::to_string(group.head_position())},
                       {"member_count", std::to_string(group.member_count())},
                       {"blocked", group.blocked() ? "true" : "false"}}};
}

Standing Of(const v1::GetStatusResponse& status) {
  return {.position = status.head_position(),
          .message = "the log ends at position " + std::to_string(status.head_position()),
          .metadata = {{"head_position", std::to_string(status.head_position())}}};
}

}  // namespace

DoneResult WaitForGroup(Client& client, const std::string& group_id, std::int64_t position,
                        milliseconds limit) {
  v1::GetGroupRequest request;
  request.set_group_id(group_id);
  return WaitUntil(position, limit, [&](const CallOptions& options) -> Result<Standing> {
    const auto group = client.GetGroup(request, options);
    return group.ok() ? Result<Standing>(Of(group.value().group())) : group.error();
  });
}

DoneResult WaitForHead(Client& client, std::int64_t position, milliseconds limit) {
  return WaitUntil(position, limit, [&](const CallOptions& options) -> Result<Standing> {
    const auto status = client.GetStatus({}, options);
    return status.ok() ? Result<Standing>(Of(status.value())) : status.error();
  });
}

}  // namespace florin::client
