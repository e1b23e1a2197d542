#pragma once

#include <iosfwd>
#include <string>

#include "apps/cli/table.h"
#include "florin/v1/account.pb.h"
#include "florin/v1/ledger_service.pb.h"

namespace florin::cli {

/// The columns of `account list`.
[[nodiscard]] Table AccountTable();
void AddAccountRow(const v1::Account& account, Table* table);

/// All of one account, for people.
void PrintAccount(const Printer& out, const v1::Account& account);
/// A balance as it stood.
void PrintBalance(const Printer& out, const std::string& account_id,
                  const v1::GetBalanceResponse& response);
/// The columns of `account balance` for many accounts.
[[nodiscard]] Table BalanceTable();
void AddBalanceRow(const v1::AccountBalance& balance, Table* table);
/// " (debits)" and so on while the account is suspended, else "".
[[nodiscard]] std::string FormatSuspension(const v1::Account& account);
/// What a transaction left on its accounts.
void PrintAccountBalances(const Printer& out,
                          const google::protobuf::RepeatedPtrField<v1::AccountBalance>& balances);

}  // namespace florin::cli
