#pragma once

#include <string>
#include <unordered_set>
#include <variant>
#include <vector>

#include "clients/importer/profile.h"
#include "florin/v1/ledger_service.pb.h"

namespace florin::importer {

/// A row that became a transaction.
struct MappedRow {
  v1::CreateTransactionRequest transaction;
  /// Its accounts that no earlier row named and that the profile wants opened.
  std::vector<v1::OpenAccountRequest> new_accounts;
};

/// A row that a rule leaves out on purpose.
struct SkippedRow {};

/// A row that cannot become a transaction. `reason` is of a closed list:
/// BROKEN_ROW, COLUMN_COUNT, NO_RULE, BAD_AMOUNT, BAD_DATE, EMPTY_ID.
struct RejectedRow {
  std::string reason;
  std::string message;
};

using MapResult = std::variant<MappedRow, SkippedRow, RejectedRow>;

/// Turns rows into transactions by the rules of a profile.
///
/// What only the ledger can know (accounts, funds, ids used before) is left to
/// the ledger. Threads: not safe.
class RowMapper {
 public:
  /// Requires: `profile` is bound to `column_count` columns, and outlives this.
  RowMapper(const Profile& profile, std::size_t column_count);

  [[nodiscard]] MapResult Map(const Row& row);

 private:
  [[nodiscard]] const Rule* FindRule(const Row& row) const;
  [[nodiscard]] MapResult MapByRule(const Rule& rule, const Row& row);
  void AddNewAccount(const AccountSpec& spec, const std::string& account_id, const Row& row,
                     std::vector<v1::OpenAccountRequest>* out);

  const Profile& profile_;
  const std::size_t column_count_;
  std::unordered_set<std::string> seen_accounts_;
};

}  // namespace florin::importer
