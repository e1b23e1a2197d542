#include "apps/importer/account_opener.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace florin::importer {
namespace {

// The contract's bound on the items of a batch.
constexpr std::size_t kBatchMax = 8192;

ImportFailure LedgerFailure(client::ClientError error, std::string doing) {
  ImportFailure failure;
  failure.ledger = std::move(error);
  failure.doing = std::move(doing);
  return failure;
}

std::optional<ImportFailure> CheckScale(client::Client& client, const v1::Asset& wanted,
                                        const client::ClientError& refusal) {
  v1::ListAssetsRequest request;
  for (;;) {
    auto page = client.ListAssets(request);
    if (!page.ok()) {
      return LedgerFailure(page.error(), "listing the assets");
    }
    for (const auto& asset : page.value().assets()) {
      if (asset.code() == wanted.code() && asset.scale() == wanted.scale()) {
        return std::nullopt;
      }
    }
    if (page.value().next_page_token().empty()) {
      return LedgerFailure(refusal, fmt::format("registering the asset {}", wanted.code()));
    }
    request.set_page_token(page.value().next_page_token());
  }
}

std::optional<ImportFailure> Count(const v1::OpenAccountRequest& request,
                                   const v1::OpenAccountResult& result, RefusedAccounts* refused,
                                   ImportCounts* counts) {
  if (!result.has_refusal()) {
    ++(result.replayed() ? counts->accounts_known : counts->accounts_opened);
    return std::nullopt;
  }
  if (result.refusal().reason() == "ACCOUNT_EXISTS") {
    ++counts->accounts_different;
    return std::nullopt;
  }
  const auto error = client::FromRefusal(result.refusal());
  if (client::IsRetryable(error, client::Idempotency::kSafe)) {
    return LedgerFailure(error, fmt::format("opening the account '{}'", request.account_id()));
  }
  refused->emplace(request.account_id(), result.refusal());
  return std::nullopt;
}

}  // namespace

std::optional<ImportFailure> RegisterAssets(client::Client& client,
                                            const std::vector<v1::Asset>& assets) {
  for (const auto& asset : assets) {
    v1::RegisterAssetRequest request;
    *request.mutable_asset() = asset;
    const auto result = client.RegisterAsset(request);
    if (result.ok()) {
      continue;
    }
    if (result.error().reason != "ASSET_EXISTS") {
      return LedgerFailure(result.error(), fmt::format("registering the asset {}", asset.code()));
    }
    if (auto failure = CheckScale(client, asset, result.error())) {
      return failure;
    }
  }
  return std::nullopt;
}

std::optional<ImportFailure> OpenAccounts(client::Client& client,
                                          const std::vector<v1::OpenAccountRequest>& accounts,
                                          RefusedAccounts* refused, ImportCounts* counts) {
  for (std::size_t first = 0; first < accounts.size(); first += kBatchMax) {
    const std::size_t last = std::min(first + kBatchMax, accounts.size());
    v1::BatchOpenAccountsRequest request;
    for (std::size_t i = first; i < last; ++i) {
      *request.add_requests() = accounts[i];
    }
    const auto response = client.BatchOpenAccounts(request);
    if (!response.ok()) {
      return LedgerFailure(response.error(), "opening accounts");
    }
    const int answered = std::min(request.requests_size(), response.value().results_size());
    for (int i = 0; i < answered; ++i) {
      if (auto failure = Count(request.requests(i), response.value().results(i), refused, counts)) {
        return failure;
      }
    }
  }
  return std::nullopt;
}

}  // namespace florin::importer
