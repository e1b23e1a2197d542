#pragma once

#include <string>
#include <utility>
#include <vector>

#include "domain/reason.h"

namespace florin::domain {

/// Ordered by key, keys unique.
using StringMap = std::vector<std::pair<std::string, std::string>>;

/// A command that was not done: why, a sentence that names the value and the way out, and the
/// values.
struct Refusal {
  Reason reason = Reason::kNone;
  std::string message;
  StringMap metadata;

  [[nodiscard]] bool Recorded() const { return InfoOf(reason).recorded; }
};

}  // namespace florin::domain
