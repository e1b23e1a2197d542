// The reads of accounts, assets and transactions of LedgerService.

#include <algorithm>
#include <utility>

#include "server/convert/queries.h"
#include "server/ledger/as_of.h"
#include "server/ledger/ledger_service.h"
#include "server/rpc/page_token.h"
#include "storage/events/proto_convert.h"

namespace florin::server {
namespace {

using storage::Reader;
using storage::Tier;

// Transactions are read in small steps: one may have 1,000 postings, and a page
// is cut by bytes.
constexpr int kTransactionsStep = 64;
// Records looked at for one page, so that a rare status in a long history holds a reader thread for
// a moment only.
constexpr std::size_t kScannedMax = 20'000;

void AnswerAccount(const std::string& account_id, const storage::Head& head,
                   const Responder<v1::GetAccountResponse>& responder) {
  if (!head.state->Exists()) {
    responder.Refuse(AccountNotFound(account_id));
    return;
  }
  ArenaLease arena;
  auto* const response = arena.New<v1::GetAccountResponse>();
  storage::ToProto(*head.state, response->mutable_account());
  responder.Reply(*response);
}

// True if the call was answered.
bool TryGetAccount(Reader& reader, const std::string& account_id, Tier tier,
                   const Responder<v1::GetAccountResponse>& responder) {
  const auto found = reader.GetHead(account_id, tier);
  if (!found.ok()) {
    responder.Refuse(found.refusal());
    return true;
  }
  if (!found->complete) return false;
  if (found->value) {
    AnswerAccount(account_id, *found->value, responder);
  } else {
    responder.Refuse(AccountNotFound(account_id));
  }
  return true;
}

void GetAccount(ServiceHost& host, const v1::GetAccountRequest& request,
                const Responder<v1::GetAccountResponse>& responder) {
  const auto id = ToQuery(request);
  if (!id.ok()) {
    responder.Refuse(id.refusal());
    return;
  }
  Reader& reader = host.reader();
  if (TryGetAccount(reader, *id, Tier::kMemory, responder)) return;
  RunOnReader(host, responder, [&reader, id = *id, responder] {
    TryGetAccount(reader, id, Tier::kDisk, responder);
  });
}

void GetTransaction(Reader& reader, const std::string& id,
                    const Responder<v1::GetTransactionResponse>& responder) {
  const auto found = reader.GetTransaction(id);
  if (!found.ok()) return responder.Refuse(found.refusal());
  if (!found->has_value()) return responder.Refuse(TransactionNotFound(id));
  ArenaLease arena;
  auto* const response = arena.New<v1::GetTransactionResponse>();
  storage::ToProto(***found, response->mutable_transaction());
  responder.Reply(*response);
}

// The place of a first page, or that of the token.
domain::Result<PagePlace> StartPlace(Reader& reader, std::uint64_t digest,
                                     const std::string& token) {
  if (!token.empty()) return DecodePageToken(digest, token);
  PagePlace place;
  place.head_position = reader.VisibleHead().position;
  return place;
}

void ListAssets(Reader& reader, const PageQuery& page,
                const Responder<v1::ListAssetsResponse>& responder) {
  const std::uint64_t digest = QueryDigest("ListAssets", reader.LedgerId()).value();
  auto place = StartPlace(reader, digest, page.token);
  if (!place.ok()) return responder.Refuse(place.refusal());
  auto assets = reader.Assets();
  if (!assets.ok()) return responder.Refuse(assets.refusal());
  std::sort(assets->begin(), assets->end(),
            [](const auto& a, const auto& b) { return a.code < b.code; });
  v1::ListAssetsResponse response;
  for (const domain::Asset& asset : *assets) {
    if (asset.code <= place->after_key) continue;
    if (response.assets_size() == page.size) {
      place->after_key = response.assets(response.assets_size() - 1).code();
      response.set_next_page_token(EncodePageToken(digest, *place));
      break;
    }
    storage::ToProto(asset, response.add_assets());
  }
  responder.Reply(response);
}

void ListAccounts(Reader& reader, const AccountsQuery& query,
                  const Responder<v1::ListAccountsResponse>& responder) {
  const std::uint64_t digest =
      QueryDigest("ListAccounts", reader.LedgerId()).Add(query.prefix).Add(query.owner_id).value();
  auto place = StartPlace(reader, digest, query.page.token);
  if (!place.ok()) return responder.Refuse(place.refusal());
  const auto page =
      reader.ListAccounts(query.prefix, query.owner_id, place->after_key, query.page.size);
  if (!page.ok()) return responder.Refuse(page.refusal());
  ArenaLease arena;
  auto* const response = arena.New<v1::ListAccountsResponse>();
  std::string next = page->next;
  std::size_t bytes = 0;
  for (const domain::AccountState& account : page->items) {
    v1::Account* const added = response->add_accounts();
    storage::ToProto(account, added);
    bytes += added->ByteSizeLong();
    const bool last = &account == &page->items.back();
    if (bytes > kPageBytesMax && !last) {
      next = account.account_id;
      break;
    }
  }
  if (!next.empty()) {
    place->after_key = next;
    response->set_next_page_token(EncodePageToken(digest, *place));
  }
  responder.Reply(*response);
}

std::uint64_t DigestOf(Reader& reader, const storage::TransactionQuery& query) {
  return QueryDigest("ListTransactions", reader.LedgerId())
      .Add(query.account_id)
      .Add(query.start_time)
      .Add(query.end_time)
      .Add(std::int64_t{query.ascending})
      .Add(std::int64_t{query.statuses})
      .value();
}

// Adds to the page until it is full, or enough was looked at; true if there may be more.
domain::Result<bool> FillPage(Reader& reader, const TransactionsQuery& query, PagePlace* place,
                              v1::ListTransactionsResponse* response) {
  std::size_t bytes = 0;
  std::size_t scanned = 0;
  while (true) {
    const int room = query.page.size - response->transactions_size();
    const int step = std::min(kTransactionsStep, room + 1);
    const auto found =
        reader.ListTransactions(query.filter, place->head_position, place->after,
                                {static_cast<std::size_t>(step), kScannedMax - scanned});
    if (!found.ok()) return found.refusal();
    for (const domain::TransactionPtr& transaction : found->items) {
      if (response->transactions_size() == query.page.size || bytes > kPageBytesMax) {
        return true;
      }
      v1::Transaction* const added = response->add_transactions();
      storage::ToProto(*transaction, added);
      bytes += added->ByteSizeLong();
      place->after = transaction->create_position;
    }
    if (found->next == 0) return false;
    place->after = found->next;
    scanned += found->scanned;
    if (scanned >= kScannedMax) return true;
  }
}

void ListTransactions(Reader& reader, const TransactionsQuery& query,
                      const Responder<v1::ListTransactionsResponse>& responder) {
  const std::uint64_t digest = DigestOf(reader, query.filter);
  auto place = StartPlace(reader, digest, query.page.token);
  if (!place.ok()) return responder.Refuse(place.refusal());
  if (!query.filter.account_id.empty()) {
    const auto head = reader.GetHead(query.filter.account_id, Tier::kDisk);
    if (!head.ok()) return responder.Refuse(head.refusal());
    if (!head->value || !head->value->state->Exists()) {
      return responder.Refuse(AccountNotFound(query.filter.account_id));
    }
  }
  ArenaLease arena;
  auto* const response = arena.New<v1::ListTransactionsResponse>();
  const auto more = FillPage(reader, query, &*place, response);
  if (!more.ok()) return responder.Refuse(more.refusal());
  if (*more) response->set_next_page_token(EncodePageToken(digest, *place));
  responder.Reply(*response);
}

// Checks the request here, reads on a reader thread.
template <typename Response, typename Request, typename Read>
auto OnReader(ServiceHost* host, Read read) {
  return [host, read](const Request& request, const Responder<Response>& responder) {
    auto query = ToQuery(request);
    if (!query.ok()) {
      responder.Refuse(query.refusal());
      return;
    }
    RunOnReader(*host, responder, [host, read, query = std::move(*query), responder] {
      read(host->reader(), query, responder);
    });
  };
}

}  // namespace

void LedgerService::AddReads() {
  AddUnary<v1::GetAccountRequest, v1::GetAccountResponse>(
      "/florin.v1.LedgerService/GetAccount",
      [this](const v1::GetAccountRequest& request, auto responder) {
        GetAccount(host(), request, responder);
      });
  AddUnary<v1::GetTransactionRequest, v1::GetTransactionResponse>(
      "/florin.v1.LedgerService/GetTransaction",
      OnReader<v1::GetTransactionResponse, v1::GetTransactionRequest>(&host(), GetTransaction));
  AddUnary<v1::ListAssetsRequest, v1::ListAssetsResponse>(
      "/florin.v1.LedgerService/ListAssets",
      OnReader<v1::ListAssetsResponse, v1::ListAssetsRequest>(&host(), ListAssets));
  AddUnary<v1::ListAccountsRequest, v1::ListAccountsResponse>(
      "/florin.v1.LedgerService/ListAccounts",
      OnReader<v1::ListAccountsResponse, v1::ListAccountsRequest>(&host(), ListAccounts));
  AddUnary<v1::ListTransactionsRequest, v1::ListTransactionsResponse>(
      "/florin.v1.LedgerService/ListTransactions",
      OnReader<v1::ListTransactionsResponse, v1::ListTransactionsRequest>(&host(),
                                                                          ListTransactions));
}

}  // namespace florin::server
