#include <optional>
#include <string>
#include <string_view>

#include "domain/amount.h"
#include "tests/storage/format/record_book.h"

namespace florin::storage {
namespace {

/// Collects "path: value" lines.
class Text {
 public:
  void Line(std::string_view name, std::string_view value) {
    text_.append(path_).append(name).append(": '").append(value).append("'\n");
  }
  void Line(std::string_view name, std::int64_t value) {
    Line(name, std::string_view(std::to_string(value)));
  }
  void Amount(std::string_view name, domain::Int128 value) {
    Line(name, domain::FormatMinor(value, 0));
  }
  void Map(std::string_view name, const domain::StringMap& map) {
    for (const auto& [key, value] : map) Line(std::string(name) + "[" + key + "]", value);
  }
  void Decimal(std::string_view name, const domain::Decimal& value) {
    Line(name, domain::FormatMinor(value.digits, 0) + "e-" + std::to_string(value.decimals));
  }
  template <typename Value, typename Write>
  void Optional(std::string_view name, const Value& value, Write write) {
    if (value) {
      write(*value);
    } else {
      Line(name, "none");
    }
  }
  template <typename Write>
  void Inside(std::string_view name, Write write) {
    const std::size_t before = path_.size();
    path_.append(name).append(".");
    write();
    path_.resize(before);
  }

  std::string Take() { return std::move(text_); }

 private:
  std::string path_;
  std::string text_;
};

void Add(Text* text, const domain::Balances& balances) {
  text->Amount("debits_posted", balances.debits_posted);
  text->Amount("credits_posted", balances.credits_posted);
  text->Amount("debits_pending", balances.debits_pending);
  text->Amount("credits_pending", balances.credits_pending);
}

void Add(Text* text, const domain::Refusal& refusal) {
  text->Line("reason", domain::InfoOf(refusal.reason).name);
  text->Line("message", refusal.message);
  text->Map("metadata", refusal.metadata);
}

void AddTime(Text* text, std::string_view name, const std::optional<std::int64_t>& time) {
  text->Optional(name, time, [&](std::int64_t t) { text->Line(name, t); });
}

void AddDecimal(Text* text, std::string_view name, const std::optional<domain::Decimal>& value) {
  text->Optional(name, value, [&](const domain::Decimal& d) { text->Decimal(name, d); });
}

void Add(Text* text, const domain::TransactionPosting& posting) {
  text->Line("debit_account_id", posting.debit_account_id);
  text->Line("credit_account_id", posting.credit_account_id);
  text->Decimal("amount", posting.amount);
  text->Optional("posted", posting.posted, [&](domain::Int128 v) { text->Amount("posted", v); });
}

void Add(Text* text, const domain::Transaction& t) {
  text->Line("transaction_id", t.transaction_id);
  text->Line("status", static_cast<int>(t.status));
  for (const auto& posting : t.postings) text->Inside("posting", [&] { Add(text, posting); });
  text->Line("type", t.type);
  text->Line("reference", t.reference);
  text->Line("description", t.description);
  text->Map("metadata", t.metadata);
  AddTime(text, "effective_time", t.effective_time);
  text->Line("commit_time", t.commit_time);
  text->Line("is_hold", t.is_hold ? 1 : 0);
  AddTime(text, "hold_timeout_ns", t.hold_timeout_ns);
  AddTime(text, "expire_time", t.expire_time);
  text->Line("reverses_transaction_id", t.reverses_transaction_id);
  text->Line("reversed_by_transaction_id", t.reversed_by_transaction_id);
  text->Line("correlation_id", t.correlation_id);
  text->Line("causation_id", t.causation_id);
  for (const domain::BalanceCheck& check : t.balance_checks) {
    text->Inside("check", [&] {
      text->Line("account_id", check.account_id);
      AddDecimal(text, "min_available", check.min_available);
      AddDecimal(text, "max_posted", check.max_posted);
    });
  }
  text->Optional("refusal", t.refusal, [&](const domain::Refusal& refusal) {
    text->Inside("refusal", [&] { Add(text, refusal); });
  });
  AddTime(text, "end_time", t.end_time);
  text->Line("end_reason", t.end_reason);
  text->Line("version", t.version);
  text->Line("position", t.position);
  text->Line("create_position", t.create_position);
  text->Line("end_position", t.end_position);
}

void Add(Text* text, const domain::AccountState& a) {
  text->Line("account_id", a.account_id);
  text->Line("owner_id", a.owner_id);
  text->Line("asset", a.asset);
  text->Line("scale", a.scale);
  text->Line("type", static_cast<int>(a.type));
  text->Line("status", static_cast<int>(a.status));
  text->Line("suspend_scope", static_cast<int>(a.suspend_scope));
  text->Amount("overdraft_limit", a.limits.overdraft_limit);
  text->Line("unlimited_overdraft", a.limits.unlimited_overdraft ? 1 : 0);
  text->Optional("max_balance", a.limits.max_balance,
                 [&](domain::Int128 v) { text->Amount("max_balance", v); });
  Add(text, a.balances);
  text->Line("version", a.version);
  text->Line("position", a.position);
  text->Line("open_time", a.open_time);
  text->Line("update_time", a.update_time);
  text->Map("metadata", a.metadata);
  text->Line("open_position", a.open_position);
}

void Add(Text* text, const domain::ChangeAccount& r) {
  text->Line("kind", static_cast<int>(r.kind));
  text->Line("account_id", r.account_id);
  text->Line("request_id", r.request_id);
  text->Line("expected_version", r.expected_version);
  text->Line("update_mask", r.update_mask);
  AddDecimal(text, "overdraft_limit", r.limits.overdraft_limit);
  text->Line("unlimited_overdraft", r.limits.unlimited_overdraft ? 1 : 0);
  AddDecimal(text, "max_balance", r.limits.max_balance);
  text->Map("metadata", r.metadata);
  text->Line("owner_id", r.owner_id);
  text->Line("reason", r.reason);
  text->Line("scope", static_cast<int>(r.scope));
}

void Add(Text* text, const domain::SettleTransaction& r) {
  text->Line("transaction_id", r.transaction_id);
  text->Line("request_id", r.request_id);
  AddDecimal(text, "amount", r.amount);
  for (const domain::Decimal& amount : r.amounts) text->Decimal("amounts", amount);
}

void Add(Text* text, const domain::VoidTransaction& r) {
  text->Line("transaction_id", r.transaction_id);
  text->Line("request_id", r.request_id);
  text->Line("reason", r.reason);
}

void Add(Text* text, const AccountAfter& account) {
  text->Line("account_id", account.account_id);
  text->Line("version", account.version);
  Add(text, account.balances);
  text->Line("scale", account.scale);
  text->Line("debit_normal", account.debit_normal ? 1 : 0);
  text->Line("previous_position", account.previous_position);
  text->Line("position", account.position);
}

template <typename Part>
void AddPart(Text* text, std::string_view name, const Part& part) {
  if (part == nullptr) {
    text->Line(name, "none");
  } else {
    text->Inside(name, [&] { Add(text, *part); });
  }
}

}  // namespace

std::string Describe(const Record& record) {
  const Change& change = record.change;
  Text text;
  text.Line("positions",
            std::to_string(record.first_position) + " to " + std::to_string(record.last_position));
  text.Line("kind", static_cast<int>(change.kind));
  text.Line("commit_time", change.commit_time);
  text.Line("principal", change.principal);
  text.Line("request_id", change.request_id);
  AddPart(&text, "transaction", change.transaction);
  AddPart(&text, "original", change.original);
  AddPart(&text, "account", change.account);
  AddPart(&text, "account_request", change.account_request);
  text.Line("changed_fields", change.changed_fields);
  text.Line("asset.code", change.asset->code);
  text.Line("asset.scale", change.asset->scale);
  text.Line("asset.name", change.asset->name);
  text.Line("target_id", change.target_id);
  text.Line("target_is_account", change.target_is_account ? 1 : 0);
  text.Inside("refusal", [&] { Add(&text, change.refusal); });
  AddPart(&text, "settle_request", change.settle_request);
  AddPart(&text, "void_request", change.void_request);
  for (const AccountAfter& account : record.accounts)
    text.Inside("after", [&] { Add(&text, account); });
  return text.Take();
}

}  // namespace florin::storage
