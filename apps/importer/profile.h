#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "apps/importer/amount_format.h"
#include "apps/importer/date_format.h"
#include "apps/importer/delimited_reader.h"
#include "apps/importer/template.h"
#include "florin/v1/account.pb.h"

namespace florin::importer {

/// What the file looks like: the profile's [file].
struct FileSpec {
  DelimitedFormat format;
  std::string encoding = "UTF-8";
  AmountFormat amounts;
  /// The first line (behind `skip_lines`) names the columns.
  bool header = true;
  /// What the header must be: all its names, or the first ones, which it is then
  /// found by behind any number of other lines. Empty: not said.
  std::vector<std::string> header_is;
  std::vector<std::string> header_starts_with;
  /// Their names, in order, where no header gives them, or instead of it.
  std::vector<std::string> columns;
  std::int64_t skip_lines = 0;
};

using MetadataSpec = std::vector<std::pair<std::string, Template>>;

/// Accounts that the import needs: the profile's [accounts.NAME].
struct AccountSpec {
  std::string name;
  Template id;
  Template owner;
  Template asset;
  v1::AccountType type = v1::ACCOUNT_TYPE_UNSPECIFIED;
  v1::Limits limits;
  MetadataSpec metadata;
  /// False: they are there already; the import opens none.
  bool open = true;
};

/// One column and the values it may (or, `negated`, may not) have.
struct Condition {
  std::string column;
  std::size_t index = 0;
  std::vector<std::string> values;
  /// The values are beginnings.
  bool prefix = false;
  bool negated = false;
  std::int64_t line = 0;
};

/// What a transaction is made of. A rule's own parts come before those of the
/// profile's [transaction].
struct TransactionSpec {
  std::optional<Template> id;
  std::optional<Template> amount;
  std::optional<Template> effective_time;
  std::optional<Template> type;
  std::optional<Template> reference;
  std::optional<Template> description;
  MetadataSpec metadata;
};

/// The profile's [[rule]]: the first that matches a row is used.
struct Rule {
  std::vector<Condition> conditions;
  /// Rows that match are left out on purpose.
  bool skip = false;
  /// Places in Profile::accounts.
  std::size_t debit = 0;
  std::size_t credit = 0;
  TransactionSpec transaction;
  std::int64_t line = 0;
};

/// What an amount below zero means.
enum class NegativeAmounts {
  kReject,
  /// Debit and credit change places.
  kSwap,
};

/// What a row without a date means.
enum class EmptyDate {
  kReject,
  /// The transaction has no effective time: it takes effect when it is posted.
  kNone,
};

/// How the rows of one kind of file become transactions. See docs/import.md.
struct Profile {
  FileSpec file;
  std::vector<v1::Asset> assets;
  std::vector<AccountSpec> accounts;
  TransactionSpec transaction;
  std::optional<DateFormat> date_format;
  EmptyDate empty_date = EmptyDate::kReject;
  NegativeAmounts negative_amounts = NegativeAmounts::kReject;
  std::vector<Rule> rules;

  /// Finds the columns that templates and conditions name.
  /// Errors: one that the file does not have, with the profile's line.
  [[nodiscard]] std::optional<Error> Bind(const std::vector<std::string>& columns);
};

/// Reads a profile from TOML. Strict: a key that means nothing is an error, for
/// a misspelled one would be ignored and import wrongly.
/// Errors: with the line.
[[nodiscard]] Expected<Profile> ParseProfile(std::string_view toml);
[[nodiscard]] Expected<Profile> LoadProfile(const std::string& path);

}  // namespace florin::importer
