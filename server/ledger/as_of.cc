#include "server/ledger/as_of.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <thread>

#include "server/rpc/quote.h"

namespace florin::server {
namespace {

using domain::Reason;
using domain::Refusal;

// Commands are stamped before they are visible. Those of `time` or earlier are
// all visible once a later one is, or once nothing is under way: no command of
// a client, and no expiry of a hold that is due by then.
bool WaitUntilSettled(ServiceHost& host, std::int64_t time) {
  constexpr std::chrono::seconds kLimit{1};
  constexpr std::chrono::microseconds kStep{200};
  const auto limit = std::chrono::steady_clock::now() + kLimit;
  while (host.reader().VisibleHead().time <= time) {
    const actors::LedgerStats stats = host.ledger().Stats();
    if (stats.in_flight_commands == 0 && stats.first_expiry_time > time) return true;
    if (std::chrono::steady_clock::now() > limit) return false;
    std::this_thread::sleep_for(kStep);
  }
  return true;
}

Refusal StillUnderWay() {
  return {
      Reason::kOverloaded,
      "commands with this commit_time are still under way; ask again, or ask for an earlier time",
      {{"field", "commit_time"}}};
}

}  // namespace

Refusal AccountNotFound(const std::string& account_id) {
  return {Reason::kAccountNotFound,
          fmt::format("there is no account {}; open it first, or check the id", Quote(account_id)),
          {{"account_id", account_id}}};
}

Refusal AccountNotYetOpen(const std::string& account_id, std::int64_t position) {
  return {Reason::kAccountNotFound,
          fmt::format("the account {} was not open yet at position {} of the log",
                      Quote(account_id), position),
          {{"account_id", account_id}, {"position", std::to_string(position)}}};
}

Refusal TransactionNotFound(const std::string& transaction_id) {
  return {Reason::kTransactionNotFound,
          fmt::format("there is no transaction {}", Quote(transaction_id)),
          {{"transaction_id", transaction_id}}};
}

Refusal AssetNotFound(const std::string& asset) {
  return {Reason::kAssetNotFound,
          fmt::format("there is no asset {}; register it first, or check the "
                      "code",
                      Quote(asset)),
          {{"asset", asset}}};
}

Refusal VersionBeyondHead(const std::string& account_id, std::int64_t version, std::int64_t head) {
  return {Reason::kVersionBeyondHead,
          fmt::format("the account {} is at version {}; {} is beyond it", Quote(account_id), head,
                      version),
          {{"account_id", account_id},
           {"head_version", std::to_string(head)},
           {"version", std::to_string(version)}}};
}

domain::Result<std::int64_t> ResolvePosition(ServiceHost& host, const AsOf& as_of) {
  storage::Reader& reader = host.reader();
  const storage::JournalHead head = reader.VisibleHead();
  if (as_of.position) {
    if (*as_of.position > head.position) {
      return Refusal{Reason::kPositionBeyondHead,
                     fmt::format("the log ends at position {}; {} is beyond it", head.position,
                                 *as_of.position),
                     {{"head_position", std::to_string(head.position)},
                      {"position", std::to_string(*as_of.position)}}};
    }
    return reader.CommandEndAtOrBefore(*as_of.position);
  }
  if (as_of.time) {
    const std::int64_t now = std::max(host.ledger().Now(), head.time);
    if (*as_of.time > now) {
      return Refusal{Reason::kTimeInFuture,
                     fmt::format("commit_time is {:.3f} s after the log's time; leave "
                                 "it out to ask for now",
                                 static_cast<double>(*as_of.time - now) / 1e9),
                     {{"field", "commit_time"}}};
    }
    if (!WaitUntilSettled(host, *as_of.time)) return StillUnderWay();
    return reader.CommandEndAtOrBeforeTime(*as_of.time);
  }
  return head.position;
}

}  // namespace florin::server
