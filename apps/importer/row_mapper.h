#pragma once

#include <optional>
#include <string>
#include <unordered_set>
#include <variant>
#include <vector>

#include "apps/importer/id_origins.h"
#include "apps/importer/import_warnings.h"
#include "apps/importer/profile.h"
#include "apps/importer/seen_ids.h"
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
/// BROKEN_ROW, COLUMN_COUNT, NO_RULE, BAD_AMOUNT, BAD_DATE, BAD_ID,
/// EMPTY_ID, EMPTY_ACCOUNT_ID, ID_CLASH, DUPLICATE_ID.
struct RejectedRow {
  std::string reason;
  std::string message;
};

using MapResult = std::variant<MappedRow, SkippedRow, RejectedRow>;

/// Turns rows into transactions by the rules of a profile.
///
/// What only the ledger can know (accounts, funds, ids used before this file) is
/// left to the ledger. Within the file no two rows that it maps have one id, and
/// no two values one account.
///
/// Memory grows with the rows (SeenIds) and the accounts. Threads: not safe.
class RowMapper {
 public:
  /// Requires: `profile` is bound to `column_count` columns, and outlives this.
  RowMapper(const Profile& profile, std::size_t column_count);

  /// Requires: the rows of one file, each once, in its order.
  [[nodiscard]] MapResult Map(const Row& row);

  /// What looks wrong in the rows mapped so far, sentences that name the line.
  [[nodiscard]] std::vector<std::string> warnings() const { return warnings_.All(); }

 private:
  using Rejection = std::optional<RejectedRow>;
  // The accounts of one row, in the order of the posting.
  struct Sides {
    const AccountSpec& debit;
    const AccountSpec& credit;
  };

  [[nodiscard]] MapResult MapByRule(const Rule& rule, const Row& row);
  // Renders the id, and counts it where the profile counts.
  [[nodiscard]] Rejection SetId(const Rule& rule, const Row& row,
                                v1::CreateTransactionRequest* transaction);
  [[nodiscard]] Rejection CheckAmount(const Rule& rule, const Row& row, ParsedAmount* amount);
  [[nodiscard]] Rejection SetAccounts(const Sides& sides, const Row& row, v1::Posting* posting);
  [[nodiscard]] Rejection CheckRepeated(const Row& row, const std::string& id);
  void AddNewAccounts(const Sides& sides, const Row& row, MappedRow* mapped);

  const Profile& profile_;
  const std::size_t column_count_;
  std::unordered_set<std::string> opened_accounts_;
  IdOrigins accounts_;
  IdOrigins owners_;
  SeenIds ids_;     // with the line of the first
  SeenIds counts_;  // of ids without ${@count}
  ImportWarnings warnings_;
};

}  // namespace florin::importer
