#pragma once

#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "reference/content.h"
#include "reference/reference_ledger.h"

namespace florin::reference {

inline Answer Refused(domain::Reason reason, StringMap metadata) {
  Answer answer;
  answer.refusal = Refusal{reason, std::move(metadata)};
  return answer;
}

/// The first outcome once more: a refusal says so in its metadata.
inline Answer AsReplay(Answer answer) {
  answer.replayed = true;
  if (answer.refusal) answer.refusal->metadata["replayed"] = "true";
  return answer;
}

/// The answer to an id that is known; nothing if it is not.
template <typename Command>
std::optional<Answer> ReferenceLedger::Replay(const RememberedPtr& remembered,
                                              const Command& command) const {
  if (remembered == nullptr) return std::nullopt;
  const auto* first = std::get_if<Command>(&remembered->request);
  const std::string field = first == nullptr ? "command" : FirstDifference(*first, command);
  if (!field.empty()) return Refused(domain::Reason::kIdReused, {{"field", field}});
  return AsReplay(remembered->answer);
}

}  // namespace florin::reference
