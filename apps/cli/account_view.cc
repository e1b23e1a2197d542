#include "apps/cli/account_view.h"

#include <ostream>

#include "apps/cli/text.h"

namespace florin::cli {
namespace {

std::string FormatLimits(const v1::Limits& limits) {
  std::string text =
      limits.unlimited_overdraft()
          ? "unlimited overdraft"
          : "overdraft " + (limits.overdraft_limit().empty() ? "0" : limits.overdraft_limit());
  if (!limits.max_balance().empty()) {
    text += ", max balance " + limits.max_balance();
  }
  return text;
}

void AddBalances(const v1::Balances& balances, const std::string& asset, FieldList* fields) {
  const std::string unit = asset.empty() ? "" : " " + asset;
  fields->Add("posted", balances.posted() + unit);
  fields->Add("available", balances.available() + unit);
  fields->Add("debits",
              balances.debits_posted() + " posted, " + balances.debits_pending() + " pending");
  fields->Add("credits",
              balances.credits_posted() + " posted, " + balances.credits_pending() + " pending");
}

}  // namespace

std::string FormatSuspension(const v1::Account& account) {
  if (account.status() != v1::ACCOUNT_STATUS_SUSPENDED) {
    return "";
  }
  switch (account.suspend_scope()) {
    case v1::SUSPEND_SCOPE_DEBITS:
      return " (debits)";
    case v1::SUSPEND_SCOPE_CREDITS:
      return " (credits)";
    default:
      return " (debits and credits)";
  }
}

Table AccountTable() {
  return Table({{"ACCOUNT"},
                {"TYPE"},
                {"POSTED", Table::Align::kRight},
                {"AVAILABLE", Table::Align::kRight},
                {"ASSET"},
                {"STATUS"},
                {"VERSION", Table::Align::kRight},
                {"OWNER"}});
}

void AddAccountRow(const v1::Account& account, Table* table) {
  table->AddRow({account.account_id(), FormatType(account.type()), account.balances().posted(),
                 account.balances().available(), account.asset(), FormatStatus(account.status()),
                 std::to_string(account.version()), account.owner_id()});
}

void PrintAccount(const Printer& out, const v1::Account& account) {
  FieldList fields;
  fields.Add("account", account.account_id());
  fields.Add("owner", account.owner_id());
  fields.Add("type", FormatType(account.type()));
  fields.Add("status", FormatStatus(account.status()) + FormatSuspension(account));
  AddBalances(account.balances(), account.asset(), &fields);
  fields.Add("limits", FormatLimits(account.limits()));
  fields.Add("metadata", FormatMetadata(account.metadata()));
  fields.Add("opened", FormatTime(account.has_open_time(), account.open_time()));
  fields.Add("updated", FormatTime(account.has_update_time(), account.update_time()));
  fields.Add("version", std::to_string(account.version()));
  fields.Add("position", std::to_string(account.position()));
  fields.Print(out);
}

void PrintBalance(const Printer& out, const std::string& account_id,
                  const v1::GetBalanceResponse& response) {
  FieldList fields;
  fields.Add("account", account_id);
  AddBalances(response.balances(), "", &fields);
  fields.Add("version", std::to_string(response.version()));
  fields.Add("position", std::to_string(response.position()));
  fields.Print(out);
}

Table BalanceTable() {
  return Table({{"ACCOUNT"},
                {"POSTED", Table::Align::kRight},
                {"AVAILABLE", Table::Align::kRight},
                {"VERSION", Table::Align::kRight}});
}

void AddBalanceRow(const v1::AccountBalance& balance, Table* table) {
  table->AddRow({balance.account_id(), balance.balances().posted(), balance.balances().available(),
                 std::to_string(balance.version())});
}

void PrintAccountBalances(const Printer& out,
                          const google::protobuf::RepeatedPtrField<v1::AccountBalance>& balances) {
  Table table = BalanceTable();
  for (const auto& balance : balances) {
    AddBalanceRow(balance, &table);
  }
  table.Print(out);
}

}  // namespace florin::cli
