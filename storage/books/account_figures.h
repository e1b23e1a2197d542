#pragma once

#include <cstdint>

#include "domain/account.h"

namespace florin::storage {

/// What a posting changes of an account. Handed on instead of the whole state, most of which
/// (names, limits, metadata) stays as it is for thousands of postings.
struct AccountFigures {
  domain::Balances balances;
  std::int64_t version = 0;
  std::int64_t position = 0;
  std::int64_t update_time = 0;

  [[nodiscard]] static AccountFigures Of(const domain::AccountState& state) {
    return {state.balances, state.version, state.position, state.update_time};
  }
  void ApplyTo(domain::AccountState* state) const {
    state->balances = balances;
    state->version = version;
    state->position = position;
    state->update_time = update_time;
  }
};

}  // namespace florin::storage
