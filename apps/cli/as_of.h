#pragma once

#include <CLI/CLI.hpp>
#include <cstdint>
#include <string>

#include "apps/cli/session.h"
#include "apps/cli/text.h"

namespace florin::cli {

/// The moment that a balance is asked for; all empty: now.
struct AsOf {
  std::int64_t position = 0;
  std::int64_t version = 0;
  std::string time;

  [[nodiscard]] bool is_now() const { return position == 0 && version == 0 && time.empty(); }
};

/// --at-position and --at, of which one may be given.
void AddAsOfOptions(CLI::App& command, AsOf& as_of);
/// --at-version too, for calls about one account.
void AddAsOfVersionOptions(CLI::App& command, AsOf& as_of);

/// Sets the `as_of` of a request for many accounts, which knows no versions.
template <typename Request>
void SetAsOf(const AsOf& as_of, Request* request) {
  if (as_of.position > 0) {
    request->set_position(as_of.position);
  } else if (!as_of.time.empty()) {
    // The option was checked when it was parsed.
    *request->mutable_commit_time() = ParseTime(as_of.time).value();
  }
}

/// Asks for the balance of one account as it stood. An account that was opened
/// only later is refused with the place where it was.
[[nodiscard]] client::Result<v1::GetBalanceResponse> GetBalanceAsOf(Session& session,
                                                                    const std::string& account_id,
                                                                    const AsOf& as_of);

}  // namespace florin::cli
