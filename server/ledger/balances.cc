// The reads of balances of LedgerService: now, and as they stood.

#include <utility>

#include "server/convert/queries.h"
#include "server/ledger/as_of.h"
#include "server/ledger/ledger_service.h"
#include "server/rpc/page_token.h"
#include "storage/events/proto_convert.h"

namespace florin::server {
namespace {

using domain::AccountState;
using storage::BalanceAt;
using storage::Reader;
using storage::Tier;

// A token's `after` while named accounts come first, and once they are done.
constexpr std::int64_t kPrefixBegun = 1;

void Reply(const BalanceAt& balance, const Responder<v1::GetBalanceResponse>& responder) {
  ArenaLease arena;
  auto* const response = arena.New<v1::GetBalanceResponse>();
  storage::ToProto(balance.balances, balance.scale, balance.debit_normal,
                   response->mutable_balances());
  response->set_version(balance.version);
  response->set_position(balance.position);
  responder.Reply(*response);
}

BalanceAt NowOf(const AccountState& state) {
  return {state.balances, state.version, state.position, state.scale, state.DebitNormal()};
}

// The account as it is; refused if there is none.
domain::Result<std::shared_ptr<const AccountState>> FindAccount(Reader& reader,
                                                                const std::string& account_id) {
  const auto head = reader.GetHead(account_id, Tier::kDisk);
  if (!head.ok()) return head.refusal();
  if (!head->value || !head->value->state->Exists()) {
    return AccountNotFound(account_id);
  }
  return head->value->state;
}

// As of `position`; nothing where the account was not open yet.
// Requires: `now` was read after `position` was visible.
domain::Result<std::optional<BalanceAt>> BalanceOf(Reader& reader, const AccountState& now,
                                                   std::int64_t position) {
  if (now.position <= position) return std::optional<BalanceAt>(NowOf(now));
  return reader.BalanceAtPosition(now.account_id, position);
}

domain::Result<BalanceAt> ReadBalance(ServiceHost& host, const BalanceQuery& query) {
  Reader& reader = host.reader();
  const auto now = FindAccount(reader, query.account_id);
  if (!now.ok()) return now.refusal();
  const AccountState& state = **now;
  if (query.as_of.IsNow()) return NowOf(state);
  if (query.as_of.version) {
    const std::int64_t version = *query.as_of.version;
    if (version > state.version) {
      return VersionBeyondHead(query.account_id, version, state.version);
    }
    const auto found = reader.BalanceAtVersion(query.account_id, version);
    if (!found.ok()) return found.refusal();
    if (!found->has_value()) return AccountNotFound(query.account_id);
    return **found;
  }
  const auto position = ResolvePosition(host, query.as_of);
  if (!position.ok()) return position.refusal();
  // Once more, now that the position is known: what was read before it may lack
  // commands up to it.
  const auto then = FindAccount(reader, query.account_id);
  if (!then.ok()) return then.refusal();
  const auto found = BalanceOf(reader, **then, *position);
  if (!found.ok()) return found.refusal();
  if (!found->has_value()) {
    return AccountNotYetOpen(query.account_id, *position);
  }
  return **found;
}

// True if the call was answered from memory.
bool TryGetBalance(Reader& reader, const BalanceQuery& query,
                   const Responder<v1::GetBalanceResponse>& responder) {
  if (!query.as_of.IsNow()) return false;
  const auto head = reader.GetHead(query.account_id, Tier::kMemory);
  if (!head.ok() || !head->complete || !head->value || !head->value->state->Exists()) {
    return false;
  }
  Reply(NowOf(*head->value->state), responder);
  return true;
}

void GetBalance(ServiceHost& host, const v1::GetBalanceRequest& request,
                const Responder<v1::GetBalanceResponse>& responder) {
  auto query = ToQuery(request);
  if (!query.ok()) {
    responder.Refuse(query.refusal());
    return;
  }
  if (TryGetBalance(host.reader(), *query, responder)) return;
  RunOnReader(host, responder, [&host, query = std::move(*query), responder] {
    const auto balance = ReadBalance(host, query);
    if (!balance.ok()) return responder.Refuse(balance.refusal());
    Reply(*balance, responder);
  });
}

void Add(const std::string& account_id, const BalanceAt& balance,
         v1::BatchGetBalancesResponse* response) {
  v1::AccountBalance* const added = response->add_account_balances();
  added->set_account_id(account_id);
  added->set_version(balance.version);
  storage::ToProto(balance.balances, balance.scale, balance.debit_normal,
                   added->mutable_balances());
}

// The accounts named one by one, in the order of the request.
domain::Status AddNamed(Reader& reader, const BalancesQuery& query, std::int64_t position,
                        v1::BatchGetBalancesResponse* response) {
  for (const std::string& account_id : query.account_ids) {
    const auto now = FindAccount(reader, account_id);
    if (!now.ok()) return now.refusal();
    const auto balance = BalanceOf(reader, **now, position);
    if (!balance.ok()) return balance.refusal();
    if (!balance->has_value()) return AccountNotYetOpen(account_id, position);
    Add(account_id, **balance, response);
  }
  return domain::Ok{};
}

// One page of the accounts with the prefix; returns where the next one starts,
// empty at the end.
domain::Result<std::string> AddWithPrefix(Reader& reader, const BalancesQuery& query,
                                          std::int64_t position, std::string after,
                                          v1::BatchGetBalancesResponse* response) {
  int room = query.page.size;
  while (true) {
    const auto page = reader.ListAccounts(query.prefix, "", after, room);
    if (!page.ok()) return page.refusal();
    for (const AccountState& account : page->items) {
      const auto balance = BalanceOf(reader, account, position);
      if (!balance.ok()) return balance.refusal();
      // Accounts opened since are left out, and leave room for others.
      if (!balance->has_value()) continue;
      Add(account.account_id, **balance, response);
      --room;
    }
    after = page->next;
    if (after.empty() || room == 0) return after;
  }
}

std::uint64_t DigestOf(Reader& reader, const BalancesQuery& query) {
  QueryDigest digest("BatchGetBalances", reader.LedgerId());
  digest.Add(query.prefix).Add(query.as_of.position).Add(query.as_of.time);
  for (const std::string& id : query.account_ids) digest.Add(id);
  return digest.value();
}

domain::Status ReadBalances(ServiceHost& host, const BalancesQuery& query,
                            v1::BatchGetBalancesResponse* response) {
  Reader& reader = host.reader();
  const std::uint64_t digest = DigestOf(reader, query);
  PagePlace place;
  if (!query.page.token.empty()) {
    auto decoded = DecodePageToken(digest, query.page.token);
    if (!decoded.ok()) return decoded.refusal();
    place = *decoded;
  } else {
    const auto position = ResolvePosition(host, query.as_of);
    if (!position.ok()) return position.refusal();
    place.head_position = *position;
  }
  response->set_position(place.head_position);
  if (place.after != kPrefixBegun) {
    const auto named = AddNamed(reader, query, place.head_position, response);
    if (!named.ok()) return named.refusal();
    if (!query.account_ids.empty() && query.prefix.empty()) return domain::Ok{};
  }
  const auto next = AddWithPrefix(reader, query, place.head_position, place.after_key, response);
  if (!next.ok()) return next.refusal();
  if (!next->empty()) {
    place.after = kPrefixBegun;
    place.after_key = *next;
    response->set_next_page_token(EncodePageToken(digest, place));
  }
  return domain::Ok{};
}

void BatchGetBalances(ServiceHost& host, const v1::BatchGetBalancesRequest& request,
                      const Responder<v1::BatchGetBalancesResponse>& responder) {
  auto query = ToQuery(request);
  if (!query.ok()) {
    responder.Refuse(query.refusal());
    return;
  }
  RunOnReader(host, responder, [&host, query = std::move(*query), responder] {
    ArenaLease arena;
    auto* const response = arena.New<v1::BatchGetBalancesResponse>();
    const auto read = ReadBalances(host, query, response);
    if (!read.ok()) return responder.Refuse(read.refusal());
    responder.Reply(*response);
  });
}

domain::Status CheckAssetExists(Reader& reader, const std::string& code) {
  const auto assets = reader.Assets();
  if (!assets.ok()) return assets.refusal();
  for (const domain::Asset& asset : *assets) {
    if (asset.code == code) return domain::Ok{};
  }
  return AssetNotFound(code);
}

domain::Status ReadTrialBalance(ServiceHost& host, const TrialBalanceQuery& query,
                                v1::GetTrialBalanceResponse* response) {
  Reader& reader = host.reader();
  if (!query.asset.empty()) {
    const auto exists = CheckAssetExists(reader, query.asset);
    if (!exists.ok()) return exists.refusal();
  }
  const auto position = ResolvePosition(host, query.as_of);
  if (!position.ok()) return position.refusal();
  const auto lines = reader.TrialBalance(query.prefix, query.asset, *position);
  if (!lines.ok()) return lines.refusal();
  response->set_position(*position);
  for (const storage::TrialBalanceLine& line : *lines) {
    v1::TrialBalanceLine* const added = response->add_lines();
    added->set_asset(line.asset);
    added->set_debits_posted(line.totals.debits_posted.Format(line.scale));
    added->set_credits_posted(line.totals.credits_posted.Format(line.scale));
    added->set_debits_pending(line.totals.debits_pending.Format(line.scale));
    added->set_credits_pending(line.totals.credits_pending.Format(line.scale));
    added->set_account_count(line.account_count);
  }
  return domain::Ok{};
}

void GetTrialBalance(ServiceHost& host, const v1::GetTrialBalanceRequest& request,
                     const Responder<v1::GetTrialBalanceResponse>& responder) {
  auto query = ToQuery(request);
  if (!query.ok()) {
    responder.Refuse(query.refusal());
    return;
  }
  RunOnReader(host, responder, [&host, query = std::move(*query), responder] {
    v1::GetTrialBalanceResponse response;
    const auto read = ReadTrialBalance(host, query, &response);
    if (!read.ok()) return responder.Refuse(read.refusal());
    responder.Reply(response);
  });
}

}  // namespace

void LedgerService::AddBalanceReads() {
  AddUnary<v1::GetBalanceRequest, v1::GetBalanceResponse>(
      "/florin.v1.LedgerService/GetBalance",
      [this](const v1::GetBalanceRequest& request, auto responder) {
        GetBalance(host(), request, responder);
      });
  AddUnary<v1::BatchGetBalancesRequest, v1::BatchGetBalancesResponse>(
      "/florin.v1.LedgerService/BatchGetBalances",
      [this](const v1::BatchGetBalancesRequest& request, auto responder) {
        BatchGetBalances(host(), request, responder);
      });
  AddUnary<v1::GetTrialBalanceRequest, v1::GetTrialBalanceResponse>(
      "/florin.v1.LedgerService/GetTrialBalance",
      [this](const v1::GetTrialBalanceRequest& request, auto responder) {
        GetTrialBalance(host(), request, responder);
      });
}

}  // namespace florin::server
