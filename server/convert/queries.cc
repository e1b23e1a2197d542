#include "server/convert/queries.h"

#include <fmt/format.h>

#include <utility>

#include "server/convert/shape.h"
#include "server/convert/transactions.h"
#include "server/rpc/page_token.h"

namespace florin::server {
namespace {

using domain::Reason;

template <typename Query>
domain::Result<Query> Finished(const Shape& shape, Query query) {
  if (!shape.ok()) return shape.refusal();
  return query;
}

template <typename Request>
PageQuery ToPage(const Request& request, Shape* shape) {
  const domain::Result<int> size = PageSize(request.page_size());
  if (!size.ok()) shape->Invalid({"page_size"}, "is below 0; it must be 0 to 1000");
  return {size.ok() ? *size : 0, request.page_token()};
}

void CheckPrefix(const std::string& prefix, Shape* shape) {
  shape->OptionalId({"account_id_prefix"}, prefix, IdKind::kAccount);
}

template <typename Request>
AsOf ToAsOf(const Request& request, Shape* shape) {
  AsOf as_of;
  if (request.as_of_case() == Request::kPosition) {
    shape->NotNegative({"position"}, request.position());
    as_of.position = request.position();
  } else if (request.as_of_case() == Request::kCommitTime) {
    as_of.time = shape->Time({"commit_time"}, request.commit_time());
  }
  return as_of;
}

std::uint32_t ToStatuses(const v1::ListTransactionsRequest& request, Shape* shape) {
  std::uint32_t bits = 0;
  for (int i = 0; i < request.statuses_size(); ++i) {
    const int status = request.statuses(i);
    if (status == 0 || !v1::TransactionStatus_IsValid(status)) {
      shape->Invalid(
          {"", "statuses", i},
          fmt::format(
              "is {}, which is not a TransactionStatus to look for; use 1 (PENDING) to 5 (REFUSED)",
              status));
    } else {
      bits |= 1u << status;
    }
  }
  return bits;
}

}  // namespace

domain::Result<std::string> ToQuery(const v1::GetAccountRequest& request) {
  Shape shape;
  shape.Id({"account_id"}, request.account_id(), IdKind::kAccount);
  return Finished(shape, request.account_id());
}

domain::Result<std::string> ToQuery(const v1::GetTransactionRequest& request) {
  Shape shape;
  shape.Id({"transaction_id"}, request.transaction_id(), IdKind::kAnyTransaction);
  return Finished(shape, request.transaction_id());
}

domain::Result<PageQuery> ToQuery(const v1::ListAssetsRequest& request) {
  Shape shape;
  PageQuery page = ToPage(request, &shape);
  return Finished(shape, std::move(page));
}

domain::Result<AccountsQuery> ToQuery(const v1::ListAccountsRequest& request) {
  Shape shape;
  CheckPrefix(request.account_id_prefix(), &shape);
  shape.Text({"owner_id"}, request.owner_id(), kShortTextBytesMax);
  PageQuery page = ToPage(request, &shape);
  return Finished(shape,
                  AccountsQuery{request.account_id_prefix(), request.owner_id(), std::move(page)});
}

domain::Result<TransactionsQuery> ToQuery(const v1::ListTransactionsRequest& request) {
  Shape shape;
  TransactionsQuery query;
  shape.OptionalId({"account_id"}, request.account_id(), IdKind::kAccount);
  query.filter.account_id = request.account_id();
  if (request.has_start_commit_time()) {
    query.filter.start_time = shape.Time({"start_commit_time"}, request.start_commit_time());
  }
  if (request.has_end_commit_time()) {
    query.filter.end_time = shape.Time({"end_commit_time"}, request.end_commit_time());
  }
  query.filter.ascending = request.ascending();
  query.page = ToPage(request, &shape);
  query.filter.statuses = ToStatuses(request, &shape);
  return Finished(shape, std::move(query));
}

domain::Result<BalanceQuery> ToQuery(const v1::GetBalanceRequest& request) {
  Shape shape;
  BalanceQuery query;
  shape.Id({"account_id"}, request.account_id(), IdKind::kAccount);
  query.account_id = request.account_id();
  query.as_of = ToAsOf(request, &shape);
  if (request.as_of_case() == v1::GetBalanceRequest::kVersion) {
    if (request.version() < 1) {
      shape.Invalid({"version"}, fmt::format("is {}; versions count from 1", request.version()));
    }
    query.as_of.version = request.version();
  }
  return Finished(shape, std::move(query));
}

domain::Result<BalancesQuery> ToQuery(const v1::BatchGetBalancesRequest& request) {
  Shape shape;
  BalancesQuery query;
  for (int i = 0; i < request.account_ids_size(); ++i) {
    shape.Id({"", "account_ids", i}, request.account_ids(i), IdKind::kAccount);
  }
  CheckPrefix(request.account_id_prefix(), &shape);
  query.as_of = ToAsOf(request, &shape);
  query.page = ToPage(request, &shape);
  if (!shape.ok()) return shape.refusal();
  if (request.account_ids_size() > kItemsMax) {
    return domain::Refusal{Reason::kTooManyItems,
                           fmt::format("there are {} account_ids; at most {} are allowed: send "
                                       "several requests, or an account_id_prefix",
                                       request.account_ids_size(), kItemsMax),
                           {{"field", "account_ids"}, {"limit", std::to_string(kItemsMax)}}};
  }
  query.account_ids.assign(request.account_ids().begin(), request.account_ids().end());
  query.prefix = request.account_id_prefix();
  return query;
}

domain::Result<TrialBalanceQuery> ToQuery(const v1::GetTrialBalanceRequest& request) {
  Shape shape;
  CheckPrefix(request.account_id_prefix(), &shape);
  shape.OptionalId({"asset"}, request.asset(), IdKind::kAsset);
  AsOf as_of = ToAsOf(request, &shape);
  return Finished(shape, TrialBalanceQuery{request.account_id_prefix(), request.asset(), as_of});
}

}  // namespace florin::server
