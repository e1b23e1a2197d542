#include "tests/integration/reference/history.h"

namespace florin::integration {

const v1::Refusal* Outcome::Refused() const {
  if (refusal) return &*refusal;
  if (result && result->has_refusal()) return &result->refusal();
  return nullptr;
}

bool Outcome::Replayed() const {
  if (refusal) return refusal->metadata().count("replayed") > 0;
  if (result) return result->replayed();
  if (transaction) return transaction->replayed();
  if (account) return account->replayed();
  return asset && asset->replayed();
}

std::int64_t Outcome::Position() const {
  if (result) return result->position();
  if (transaction) return transaction->transaction().position();
  if (account) return account->account().position();
  return asset ? asset->position() : 0;
}

}  // namespace florin::integration
