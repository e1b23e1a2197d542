#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "domain/result.h"
#include "florin/v1/ledger_service.pb.h"
#include "storage/store.h"

namespace florin::server {

/// The contract's reads with their shape checked, as values: a read may go on
/// on another thread after the request is gone.

/// Where a balance is asked for. At most one is set; none: now.
struct AsOf {
  std::optional<std::int64_t> position;
  std::optional<std::int64_t> version;
  /// UTC nanoseconds since 1970.
  std::optional<std::int64_t> time;

  [[nodiscard]] bool IsNow() const { return !position && !version && !time; }
};

/// What all lists share.
struct PageQuery {
  /// 1 to 1,000.
  int size = 0;
  std::string token;
};

struct BalanceQuery {
  std::string account_id;
  AsOf as_of;
};

struct BalancesQuery {
  std::vector<std::string> account_ids;
  std::string prefix;
  AsOf as_of;
  PageQuery page;
};

struct TrialBalanceQuery {
  std::string prefix;
  std::string asset;
  AsOf as_of;
};

struct AccountsQuery {
  std::string prefix;
  std::string owner_id;
  PageQuery page;
};

struct TransactionsQuery {
  storage::TransactionQuery filter;
  PageQuery page;
};

[[nodiscard]] domain::Result<std::string> ToQuery(const v1::GetAccountRequest& request);
[[nodiscard]] domain::Result<std::string> ToQuery(const v1::GetTransactionRequest& request);
[[nodiscard]] domain::Result<PageQuery> ToQuery(const v1::ListAssetsRequest& request);
[[nodiscard]] domain::Result<AccountsQuery> ToQuery(const v1::ListAccountsRequest& request);
[[nodiscard]] domain::Result<TransactionsQuery> ToQuery(const v1::ListTransactionsRequest& request);
[[nodiscard]] domain::Result<BalanceQuery> ToQuery(const v1::GetBalanceRequest& request);
[[nodiscard]] domain::Result<BalancesQuery> ToQuery(const v1::BatchGetBalancesRequest& request);
[[nodiscard]] domain::Result<TrialBalanceQuery> ToQuery(const v1::GetTrialBalanceRequest& request);

}  // namespace florin::server
