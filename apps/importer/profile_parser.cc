#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

#include "apps/importer/profile.h"
#include "apps/importer/time_zone.h"
#include "apps/importer/toml_table.h"

namespace florin::importer {
namespace {

using Problem = std::optional<Error>;

template <typename T>
void Set(std::optional<T> value, T* target) {
  if (value) {
    *target = std::move(*value);
  }
}

// A list of names, or the line that holds them.
std::vector<std::string> ReadNames(const toml::table& source, TomlTable* table, const char* key,
                                   const DelimitedFormat& format) {
  auto names = table->Strings(key);
  if (names.size() == 1) {
    Row line = SplitLine(std::move(names.front()), format);
    if (!line.problem.empty()) {
      table->Fail(table->LineOf(key),
                  fmt::format("'{}' does not read as a line: {}", key, line.problem));
    }
    names = std::move(line.fields);
  }
  if (names.empty() && source.contains(key)) {
    table->Fail(
        table->LineOf(key),
        fmt::format("'{}' names no column; write the header's names, or leave it out", key));
  }
  return names;
}

void CheckAmountFormat(TomlTable* table, const AmountFormat& amounts) {
  constexpr std::string_view kOfNumbers = "0123456789+-";
  if (amounts.decimal_separator == amounts.thousands_separator) {
    table->Fail(table->LineOf("thousands_separator"),
                "'decimal_separator' and 'thousands_separator' are the same");
  }
  for (const auto& [key, separator] :
       {std::pair("decimal_separator", amounts.decimal_separator),
        std::pair("thousands_separator", amounts.thousands_separator)}) {
    if (kOfNumbers.find(separator) != std::string_view::npos) {
      table->Fail(table->LineOf(key),
                  fmt::format("'{}' is '{}', which is part of a number", key, separator));
    }
  }
}

void CheckFile(TomlTable* table, const FileSpec& file) {
  const bool pinned = !file.header_is.empty() || !file.header_starts_with.empty();
  if (file.skip_lines < 0) {
    table->Fail(table->LineOf("skip_lines"), "'skip_lines' is below zero");
  }
  if (file.format.separator == file.format.quote) {
    table->Fail(table->line(), "'separator' and 'quote' are the same");
  }
  if (!file.header && file.columns.empty()) {
    table->Fail(table->line(), "a file without a header needs 'columns', the names to use");
  }
  if (!file.header && pinned) {
    table->Fail(table->line(), "'header = false' says that there is no header to compare");
  }
  if (!file.header_is.empty() && !file.header_starts_with.empty()) {
    table->Fail(table->line(), "give one of 'header_is' and 'header_starts_with'");
  }
}

void ReadFile(const toml::table& source, Problem* problem, FileSpec* file) {
  TomlTable table(source, "[file]", problem);
  Set(table.Character("separator", false), &file->format.separator);
  Set(table.Character("quote", true), &file->format.quote);
  Set(table.Bool("trim"), &file->format.trim);
  Set(table.Bool("multiline"), &file->format.multiline);
  Set(table.String("encoding"), &file->encoding);
  Set(table.Character("decimal_separator", false), &file->amounts.decimal_separator);
  Set(table.Character("thousands_separator", true), &file->amounts.thousands_separator);
  Set(table.Bool("header"), &file->header);
  file->header_is = ReadNames(source, &table, "header_is", file->format);
  file->header_starts_with = ReadNames(source, &table, "header_starts_with", file->format);
  file->columns = table.Strings("columns");
  Set(table.Integer("skip_lines"), &file->skip_lines);
  table.Finish();
  CheckAmountFormat(&table, file->amounts);
  CheckFile(&table, *file);
}

v1::Asset ReadAsset(const toml::table& source, Problem* problem) {
  TomlTable table(source, "[[asset]]", problem);
  v1::Asset asset;
  asset.set_code(table.String("code").value_or(""));
  const auto scale = table.Integer("scale");
  asset.set_name(table.String("name").value_or(""));
  table.Finish();
  if (asset.code().empty()) {
    table.Fail(table.line(), "[[asset]] needs a 'code'");
  }
  if (!scale || *scale < 0 || *scale > 18) {
    table.Fail(table.LineOf("scale"), "[[asset]] needs a 'scale' of 0 to 18 decimals");
  }
  asset.set_scale(static_cast<std::int32_t>(scale.value_or(0)));
  return asset;
}

MetadataSpec ReadMetadata(TomlTable* owner, Problem* problem) {
  MetadataSpec metadata;
  const auto* source = owner->Table("metadata");
  if (source == nullptr) {
    return metadata;
  }
  TomlTable table(*source, owner->name() + " metadata", problem);
  for (const auto& [key, node] : *source) {
    if (auto text = table.TemplateOf(key.str())) {
      metadata.emplace_back(std::string(key.str()), std::move(*text));
    }
  }
  return metadata;
}

v1::AccountType ReadType(TomlTable* table, bool required) {
  const auto name = table->String("type");
  if (!name && !required) {
    return v1::ACCOUNT_TYPE_UNSPECIFIED;
  }
  v1::AccountType type = v1::ACCOUNT_TYPE_UNSPECIFIED;
  if (name && v1::AccountType_Parse("ACCOUNT_TYPE_" + *name, &type) &&
      type != v1::ACCOUNT_TYPE_UNSPECIFIED) {
    return type;
  }
  table->Fail(table->LineOf("type"), fmt::format("{} needs a 'type': ASSET, LIABILITY, EQUITY, "
                                                 "REVENUE or EXPENSE",
                                                 table->name()));
  return v1::ACCOUNT_TYPE_UNSPECIFIED;
}

AccountSpec ReadAccount(const std::string& name, const toml::table& source, Problem* problem) {
  TomlTable table(source, "[accounts." + name + "]", problem);
  AccountSpec account;
  account.name = name;
  Set(table.TemplateOf("id"), &account.id);
  Set(table.TemplateOf("owner"), &account.owner);
  Set(table.TemplateOf("asset"), &account.asset);
  Set(table.Bool("open"), &account.open);
  account.type = ReadType(&table, account.open);
  if (const auto limit = table.String("overdraft_limit")) {
    account.limits.set_overdraft_limit(*limit);
  }
  account.limits.set_unlimited_overdraft(table.Bool("unlimited_overdraft").value_or(false));
  if (const auto limit = table.String("max_balance")) {
    account.limits.set_max_balance(*limit);
  }
  account.metadata = ReadMetadata(&table, problem);
  table.Finish();
  if (account.id.empty()) {
    table.Fail(table.line(), table.name() + " needs an 'id'");
  }
  return account;
}

void ReadTransactionParts(TomlTable* table, Problem* problem, TransactionSpec* transaction) {
  transaction->id = table->TemplateOf("id", TomlTable::Count::kAllowed);
  transaction->amount = table->TemplateOf("amount");
  transaction->effective_time = table->TemplateOf("effective_time");
  transaction->type = table->TemplateOf("type");
  transaction->reference = table->TemplateOf("reference");
  transaction->description = table->TemplateOf("description");
  transaction->metadata = ReadMetadata(table, problem);
}

void ReadDateFormat(TomlTable* table, Profile* profile) {
  const auto format = table->String("date_format");
  const auto zone_text = table->String("utc_offset");
  const auto zone = ParseTimeZone(zone_text.value_or("Z"));
  if (!zone.ok()) {
    table->Fail(table->LineOf("utc_offset"), "'utc_offset': " + zone.error().message);
    return;
  }
  if (!format) {
    return;
  }
  auto parsed = DateFormat::Parse(*format, zone.value());
  if (!parsed.ok()) {
    table->Fail(table->LineOf("date_format"), parsed.error().message);
    return;
  }
  profile->date_format = std::move(parsed).value();
}

// One of two words; false: neither was given, or the second.
bool ReadChoice(TomlTable* table, const char* key, const char* first, const char* second) {
  const auto word = table->String(key);
  if (word && *word != first && *word != second) {
    table->Fail(table->LineOf(key), fmt::format("'{}' is '{}'; it must be \"{}\" or \"{}\"", key,
                                                *word, first, second));
  }
  return word && *word == first;
}

void ReadTransaction(const toml::table& source, Problem* problem, Profile* profile) {
  TomlTable table(source, "[transaction]", problem);
  ReadTransactionParts(&table, problem, &profile->transaction);
  ReadDateFormat(&table, profile);
  if (ReadChoice(&table, "negative_amounts", "swap", "reject")) {
    profile->negative_amounts = NegativeAmounts::kSwap;
  }
  if (ReadChoice(&table, "empty_date", "none", "reject")) {
    profile->empty_date = EmptyDate::kNone;
  }
  table.Finish();
}

// { not = [...] }, { prefix = [...] }, { not_prefix = [...] }.
void ReadConditionTable(const toml::table& source, Problem* problem, Condition* condition) {
  TomlTable table(source, "'when." + condition->column + "'", problem);
  struct Form {
    const char* key;
    bool prefix;
    bool negated;
  };
  constexpr std::array<Form, 3> kForms = {
      {{"not", false, true}, {"prefix", true, false}, {"not_prefix", true, true}}};
  for (const auto& form : kForms) {
    if (auto values = table.Strings(form.key); !values.empty()) {
      condition->values = std::move(values);
      condition->prefix = form.prefix;
      condition->negated = form.negated;
    }
  }
  table.Finish();
  if (source.size() != 1 || condition->values.empty()) {
    table.Fail(condition->line, table.name() + " needs one of not, prefix, not_prefix");
  }
}

std::vector<Condition> ReadConditions(const toml::table& source, Problem* problem) {
  TomlTable table(source, "'when'", problem);
  std::vector<Condition> conditions;
  for (const auto& [key, node] : source) {
    Condition condition;
    condition.column = std::string(key.str());
    condition.line = static_cast<std::int64_t>(key.source().begin.line);
    if (const auto* inner = node.as_table()) {
      ReadConditionTable(*inner, problem, &condition);
    } else {
      condition.values = table.Strings(key.str());
    }
    conditions.push_back(std::move(condition));
  }
  return conditions;
}

std::size_t ReadAccountName(TomlTable* table, const char* side,
                            const std::vector<AccountSpec>& accounts) {
  const auto name = table->String(side);
  if (!name) {
    table->Fail(table->line(),
                fmt::format("a rule needs '{}', the name of one of [accounts]", side));
    return 0;
  }
  const auto found = std::find_if(accounts.begin(), accounts.end(),
                                  [&](const AccountSpec& spec) { return spec.name == *name; });
  if (found == accounts.end()) {
    table->Fail(table->LineOf(side),
                fmt::format("'{}' names '{}', but there is no [accounts.{}]", side, *name, *name));
    return 0;
  }
  return static_cast<std::size_t>(found - accounts.begin());
}

Rule ReadRule(const toml::table& source, Problem* problem,
              const std::vector<AccountSpec>& accounts) {
  TomlTable table(source, "[[rule]]", problem);
  Rule rule;
  rule.line = table.line();
  if (const auto* when = table.Table("when")) {
    rule.conditions = ReadConditions(*when, problem);
  }
  rule.skip = table.Bool("skip").value_or(false);
  if (!rule.skip) {
    rule.debit = ReadAccountName(&table, "debit", accounts);
    rule.credit = ReadAccountName(&table, "credit", accounts);
    ReadTransactionParts(&table, problem, &rule.transaction);
  }
  table.Finish();
  return rule;
}

// What only shows once everything has been read.
void CheckWhole(Problem* problem, Profile* profile) {
  const auto fail = [&](std::int64_t line, std::string message) {
    if (!*problem) {
      *problem = Error{line, std::move(message)};
    }
  };
  if (profile->rules.empty()) {
    fail(0, "the profile has no [[rule]], so no row would be imported");
  }
  for (const auto& rule : profile->rules) {
    if (rule.skip) {
      continue;
    }
    if (!rule.transaction.id && !profile->transaction.id) {
      fail(rule.line, "neither the rule nor [transaction] has an 'id'");
    }
    if (!rule.transaction.amount && !profile->transaction.amount) {
      fail(rule.line, "neither the rule nor [transaction] has an 'amount'");
    }
    if ((rule.transaction.effective_time || profile->transaction.effective_time) &&
        !profile->date_format) {
      fail(rule.line, "'effective_time' needs [transaction] 'date_format'");
    }
  }
  for (auto& account : profile->accounts) {
    if (!account.open || !account.asset.empty()) {
      continue;
    }
    if (profile->assets.size() != 1) {
      fail(0, fmt::format("[accounts.{}] needs an 'asset', as the profile has "
                          "not exactly one [[asset]]",
                          account.name));
      return;
    }
    account.asset = Template::Parse(profile->assets.front().code(), 0).value();
  }
}

Expected<Profile> ReadProfile(const toml::table& source) {
  Problem problem;
  Profile profile;
  TomlTable root(source, "the profile", &problem);
  if (const auto* file = root.Table("file")) {
    ReadFile(*file, &problem, &profile.file);
  }
  for (const auto* asset : root.Tables("asset")) {
    profile.assets.push_back(ReadAsset(*asset, &problem));
  }
  if (const auto* accounts = root.Table("accounts")) {
    for (const auto& [key, node] : *accounts) {
      if (const auto* account = node.as_table()) {
        profile.accounts.push_back(ReadAccount(std::string(key.str()), *account, &problem));
      } else {
        root.Fail(LineOf(node), fmt::format("[accounts.{}] must be a table", key.str()));
      }
    }
  }
  if (const auto* transaction = root.Table("transaction")) {
    ReadTransaction(*transaction, &problem, &profile);
  }
  for (const auto* rule : root.Tables("rule")) {
    profile.rules.push_back(ReadRule(*rule, &problem, profile.accounts));
  }
  root.Finish();
  CheckWhole(&problem, &profile);
  if (problem) {
    return *problem;
  }
  return profile;
}

}  // namespace

Expected<Profile> ParseProfile(std::string_view text) {
  // The packaged toml++ reports what is not TOML by an exception.
  try {
    return ReadProfile(toml::parse(text));
  } catch (const toml::parse_error& error) {
    return Error{static_cast<std::int64_t>(error.source().begin.line),
                 std::string(error.description())};
  }
}

}  // namespace florin::importer
