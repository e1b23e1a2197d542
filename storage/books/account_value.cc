#include "storage/books/account_value.h"

#include <utility>

#include "storage/format/bytes.h"
#include "storage/format/errors.h"

namespace florin::storage {
namespace {

constexpr std::uint8_t kUnlimited = 1;
constexpr std::uint8_t kHasMaxBalance = 2;

void PutNumber(std::string* out, std::int64_t value) {
  PutVarint(out, static_cast<std::uint64_t>(value));
}

void PutByte(std::string* out, std::uint8_t value) { out->push_back(static_cast<char>(value)); }

domain::Balances ReadBalances(ByteReader* in) {
  domain::Balances balances;
  balances.debits_posted = in->Int128();
  balances.credits_posted = in->Int128();
  balances.debits_pending = in->Int128();
  balances.credits_pending = in->Int128();
  return balances;
}

domain::Limits ReadLimits(ByteReader* in) {
  domain::Limits limits;
  const std::uint8_t flags = in->Byte();
  limits.unlimited_overdraft = (flags & kUnlimited) != 0;
  limits.overdraft_limit = in->Int128();
  if ((flags & kHasMaxBalance) != 0) limits.max_balance = in->Int128();
  return limits;
}

}  // namespace

std::string EncodeAccount(const domain::AccountState& account) {
  std::string out;
  out.reserve(128);
  PutNumber(&out, account.version);
  PutNumber(&out, account.position);
  PutByte(&out, static_cast<std::uint8_t>(account.type));
  PutByte(&out, static_cast<std::uint8_t>(account.status));
  PutByte(&out, static_cast<std::uint8_t>(account.suspend_scope));
  PutByte(&out, static_cast<std::uint8_t>(account.scale));
  PutText(&out, account.asset);
  PutText(&out, account.owner_id);
  const domain::Balances& balances = account.balances;
  for (const domain::Int128 amount : {balances.debits_posted, balances.credits_posted,
                                      balances.debits_pending, balances.credits_pending}) {
    PutInt128(&out, amount);
  }
  const domain::Limits& limits = account.limits;
  PutByte(&out, static_cast<std::uint8_t>((limits.unlimited_overdraft ? kUnlimited : 0) |
                                          (limits.max_balance ? kHasMaxBalance : 0)));
  PutInt128(&out, limits.overdraft_limit);
  if (limits.max_balance) PutInt128(&out, *limits.max_balance);
  PutNumber(&out, account.open_time);
  PutNumber(&out, account.update_time);
  PutNumber(&out, account.open_position);
  PutVarint(&out, account.metadata.size());
  for (const auto& [key, value] : account.metadata) {
    PutText(&out, key);
    PutText(&out, value);
  }
  return out;
}

domain::Result<domain::AccountState> DecodeAccount(const std::string& account_id,
                                                   std::string_view value) {
  ByteReader in(value);
  domain::AccountState account;
  account.account_id = account_id;
  account.version = in.Int64();
  account.position = in.Int64();
  account.type = static_cast<domain::AccountType>(in.Byte());
  account.status = static_cast<domain::AccountStatus>(in.Byte());
  account.suspend_scope = static_cast<domain::SuspendScope>(in.Byte());
  account.scale = in.Byte();
  account.asset = in.Text();
  account.owner_id = in.Text();
  account.balances = ReadBalances(&in);
  account.limits = ReadLimits(&in);
  account.open_time = in.Int64();
  account.update_time = in.Int64();
  account.open_position = in.Int64();
  const std::uint64_t entries = in.Varint();
  for (std::uint64_t i = 0; i < entries && in.ok(); ++i) {
    std::string key(in.Text());
    account.metadata.emplace_back(std::move(key), in.Text());
  }
  if (in.Done()) return account;
  return DataCorrupt("The index holds a malformed snapshot of account " + account_id + ".",
                     {"index"});
}

}  // namespace florin::storage
