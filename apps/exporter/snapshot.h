#pragma once

#include <atomic>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <unordered_set>
#include <vector>

#include "apps/exporter/failure.h"
#include "clients/cpp/client.h"
#include "clients/cpp/retry_policy.h"
#include "florin/v1/account.pb.h"

namespace florin::exporter {

/// An account's settings when it was opened, and all of it at the position.
struct SnapshotAccount {
  v1::Account opened;
  v1::Account now;
  /// A transaction was refused before because it was not there.
  bool missed_before = false;
};

/// What the ledger held at one position, but for the transactions. Memory: in
/// proportion to accounts and open holds, not to the log.
struct Snapshot {
  std::string ledger_id;
  std::int64_t position = 0;
  // Of the event at `position`; absent where no event stands there.
  std::optional<google::protobuf::Timestamp> time;
  std::vector<v1::Asset> assets;  // in the order of their registration
  std::map<std::string, SnapshotAccount> accounts;
  /// Ids of the holds that were still pending.
  std::unordered_set<std::string> open_holds;
  /// Accounts that a refused transaction named before they were opened, if they
  /// ever were.
  std::unordered_set<std::string> missed_accounts;
};

/// Reads the accounts' part of the log up to `position`, and the balances there.
[[nodiscard]] std::optional<Failure> TakeSnapshot(client::Client& client, std::int64_t position,
                                                  const std::optional<client::RetryPolicy>& retry,
                                                  const std::atomic<bool>& stop,
                                                  Snapshot* snapshot);

}  // namespace florin::exporter
