#include "apps/exporter/snapshot.h"

#include <utility>

#include "apps/exporter/ledger_log.h"

namespace florin::exporter {
namespace {

constexpr std::int32_t kPageSize = 1000;

// Every end of a hold settles or releases something on its accounts, and
// nothing else does: far fewer events than those of all transactions.
const std::vector<std::string>& SnapshotTypes() {
  static const std::vector<std::string> kTypes = {"asset.registered",       "account.opened",
                                                  "account.updated",        "account.suspended",
                                                  "account.reactivated",    "account.closed",
                                                  "transaction.pending",    "account.funds.settled",
                                                  "account.funds.released", "transaction.refused"};
  return kTypes;
}

void TakeTransaction(const v1::Transaction& transaction, Snapshot* snapshot) {
  if (transaction.status() == v1::TRANSACTION_STATUS_PENDING) {
    snapshot->open_holds.insert(transaction.transaction_id());
  } else if (transaction.refusal().reason() == "ACCOUNT_NOT_FOUND") {
    const auto& metadata = transaction.refusal().metadata();
    if (const auto found = metadata.find("account_id"); found != metadata.end()) {
      snapshot->missed_accounts.insert(found->second);
    }
  }
}

void Take(const v1::Event& event, Snapshot* snapshot) {
  switch (event.payload_case()) {
    case v1::Event::kAssetRegistered:
      snapshot->assets.push_back(event.asset_registered().asset());
      break;
    case v1::Event::kAccountOpened: {
      const auto& account = event.account_opened().account();
      const bool missed = snapshot->missed_accounts.contains(account.account_id());
      snapshot->accounts[account.account_id()] = {account, account, missed};
      break;
    }
    case v1::Event::kAccountChanged: {
      const auto& account = event.account_changed().account();
      snapshot->accounts[account.account_id()].now = account;
      break;
    }
    case v1::Event::kTransactionRecorded:
      TakeTransaction(event.transaction_recorded().transaction(), snapshot);
      break;
    case v1::Event::kFundsReserved:
      snapshot->open_holds.erase(event.transaction_id());
      break;
    default:
      break;
  }
}

std::optional<Failure> ReadBalances(client::Client& client, const std::atomic<bool>& stop,
                                    Snapshot* snapshot) {
  v1::BatchGetBalancesRequest request;
  request.set_position(snapshot->position);
  request.set_page_size(kPageSize);
  for (;;) {
    if (stop) {
      return StopFailure();
    }
    const auto page = client.BatchGetBalances(request);
    if (!page.ok()) {
      return LedgerFailure(page.error(), "reading the balances");
    }
    for (const auto& balance : page.value().account_balances()) {
      auto& account = snapshot->accounts[balance.account_id()].now;
      *account.mutable_balances() = balance.balances();
      account.set_version(balance.version());
    }
    if (page.value().next_page_token().empty()) {
      return std::nullopt;
    }
    request.set_page_token(page.value().next_page_token());
  }
}

std::optional<Failure> ReadLedgerId(client::Client& client, Snapshot* snapshot) {
  const auto status = client.GetStatus({});
  if (!status.ok()) {
    return LedgerFailure(status.error(), "asking for the server's state");
  }
  snapshot->ledger_id = status.value().ledger_id();
  return std::nullopt;
}

std::optional<Failure> ReadTime(client::Client& client, Snapshot* snapshot) {
  v1::ReadEventsRequest request;
  request.set_start_position(snapshot->position);
  request.set_page_size(1);
  const auto page = client.ReadEvents(request);
  if (!page.ok()) {
    return LedgerFailure(page.error(), "reading the log");
  }
  if (page.value().events_size() > 0) {
    snapshot->time = page.value().events(0).time();
  }
  return std::nullopt;
}

}  // namespace

std::optional<Failure> TakeSnapshot(client::Client& client, std::int64_t position,
                                    const std::optional<client::RetryPolicy>& retry,
                                    const std::atomic<bool>& stop, Snapshot* snapshot) {
  snapshot->position = position;
  if (auto failure = ReadLedgerId(client, snapshot)) {
    return failure;
  }
  if (position == 0) {
    return std::nullopt;
  }
  if (auto failure = ReadTime(client, snapshot)) {
    return failure;
  }
  const auto take = [snapshot](const v1::Event& event) {
    Take(event, snapshot);
    return true;
  };
  if (auto failure = ReadLog(client, {position, SnapshotTypes()}, retry, stop, take)) {
    return failure;
  }
  return ReadBalances(client, stop, snapshot);
}

}  // namespace florin::exporter
