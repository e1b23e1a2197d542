#pragma once

#include <string>
#include <utility>

namespace florin::client {

/// What a handler made of an event of a consumer group.
struct Handled {
  enum class Outcome {
    /// Acknowledged: it does not come again.
    kDone,
    /// It comes again after the group's backoff, and is parked after
    /// max_attempts.
    kRetry,
    /// Put aside with the reason; its stream's later events wait until somebody
    /// replays or discards it.
    kPark,
    /// Given up for good; its stream goes on.
    kSkip,
    /// Nothing is said of it: another member gets it when this one leaves, which
    /// should be soon, or when the ack_timeout has passed.
    kLeave,
  };

  Outcome outcome = Outcome::kDone;
  /// For whoever looks at the parked event, the first 512 bytes.
  std::string reason = {};

  [[nodiscard]] static Handled Done() { return {}; }
  [[nodiscard]] static Handled Retry(std::string reason) {
    return {Outcome::kRetry, std::move(reason)};
  }
  [[nodiscard]] static Handled Park(std::string reason) {
    return {Outcome::kPark, std::move(reason)};
  }
  [[nodiscard]] static Handled Skip(std::string reason) {
    return {Outcome::kSkip, std::move(reason)};
  }
  [[nodiscard]] static Handled Leave() { return {Outcome::kLeave}; }
};

}  // namespace florin::client
