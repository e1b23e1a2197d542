#include "apps/importer/row_mapper.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <optional>
#include <utility>

#include "apps/importer/id_text.h"
#include "apps/importer/shown_text.h"

namespace florin::importer {
namespace {

bool Matches(const Condition& condition, const Row& row) {
  const std::string& field = row.fields[condition.index];
  const bool found =
      std::any_of(condition.values.begin(), condition.values.end(), [&](const std::string& value) {
        return condition.prefix ? field.starts_with(value) : field == value;
      });
  return found != condition.negated;
}

void RenderMetadata(const MetadataSpec& spec, const Row& row,
                    google::protobuf::Map<std::string, std::string>* out) {
  for (const auto& [key, text] : spec) {
    // Columns that a row leaves empty say nothing.
    if (std::string value = text.Render(row); !value.empty()) {
      (*out)[key] = std::move(value);
    }
  }
}

// What the row has in the columns that rules look at, to write a rule for it.
std::string DescribeForRules(const Profile& profile, const Row& row) {
  std::vector<std::pair<std::string, std::size_t>> columns;
  for (const auto& rule : profile.rules) {
    for (const auto& condition : rule.conditions) {
      std::pair<std::string, std::size_t> column(condition.column, condition.index);
      if (std::find(columns.begin(), columns.end(), column) == columns.end()) {
        columns.push_back(std::move(column));
      }
    }
  }
  std::vector<std::string> parts;
  parts.reserve(columns.size());
  for (const auto& [name, index] : columns) {
    parts.push_back(fmt::format("{} = '{}'", Shown(name), Shown(row.fields[index])));
  }
  return fmt::format("{}", fmt::join(parts, ", "));
}

const Rule* FindRule(const Profile& profile, const Row& row) {
  const auto found =
      std::find_if(profile.rules.begin(), profile.rules.end(), [&](const Rule& rule) {
        return std::all_of(rule.conditions.begin(), rule.conditions.end(),
                           [&](const Condition& condition) { return Matches(condition, row); });
      });
  return found == profile.rules.end() ? nullptr : &*found;
}

using Part = std::optional<Template> TransactionSpec::*;

// The rule's own part, else that of [transaction]; null: neither has it.
const Template* PartOf(const Profile& profile, const Rule& rule, Part part) {
  const auto& own = rule.transaction.*part;
  const auto& common = profile.transaction.*part;
  return own ? &*own : common ? &*common : nullptr;
}

// Decimals of the asset that the rule moves; absent: the profile does not say.
std::optional<int> ScaleOf(const Profile& profile, const Rule& rule, const Row& row) {
  for (const auto place : {rule.debit, rule.credit}) {
    const AccountSpec& spec = profile.accounts[place];
    // An account that is not opened here may have no asset in the profile.
    const bool only = spec.asset.empty() && profile.assets.size() == 1;
    const std::string code = only ? profile.assets.front().code() : spec.asset.Render(row);
    for (const auto& asset : profile.assets) {
      if (asset.code() == code) {
        return asset.scale();
      }
    }
  }
  return std::nullopt;
}

std::optional<RejectedRow> SetTime(const Profile& profile, const Rule& rule, const Row& row,
                                   v1::CreateTransactionRequest* transaction) {
  const Template* source = PartOf(profile, rule, &TransactionSpec::effective_time);
  if (source == nullptr) {
    return std::nullopt;
  }
  const std::string text = source->Render(row);
  if (source->IsBlank(row) || text.find_first_not_of(' ') == std::string::npos) {
    if (profile.empty_date == EmptyDate::kNone) {
      return std::nullopt;
    }
    return RejectedRow{"BAD_DATE",
                       "the date is empty; with [transaction] empty_date = \"none\" the row would "
                       "be posted without one, and count for the day of the import"};
  }
  const auto seconds = profile.date_format->Read(text);
  if (!seconds.ok()) {
    return RejectedRow{"BAD_DATE", seconds.error().message};
  }
  transaction->mutable_effective_time()->set_seconds(seconds.value());
  return std::nullopt;
}

// Why the ledger would refuse the id. It is known here, so that a check tells.
std::optional<std::string> IdProblem(const std::string& id) {
  // The contract's bound (florin.v1.Transaction).
  constexpr std::size_t kIdBytesMax = 64;
  for (std::size_t at = 0; at < id.size(); ++at) {
    if (!IsIdCharacter(id[at])) {
      const std::string name = NameOfOddCharacter(std::string_view(id).substr(at));
      return fmt::format(
          "the transaction's id '{}' holds {}, which ids must not; the filter 'id' "
          "makes any text fit: ${{column|id}}",
          Shown(id), name.empty() ? fmt::format("'{}'", id[at]) : name);
    }
  }
  if (id.size() > kIdBytesMax) {
    return fmt::format(
        "the transaction's id '{}' has {} characters, and ids have at most {}; make it from fewer "
        "or shorter columns",
        Shown(id), id.size(), kIdBytesMax);
  }
  return std::nullopt;
}

void SetTexts(const Profile& profile, const Rule& rule, const Row& row,
              v1::CreateTransactionRequest* transaction) {
  const auto text = [&](Part part) {
    const Template* source = PartOf(profile, rule, part);
    return source == nullptr ? std::string() : source->Render(row);
  };
  transaction->set_type(text(&TransactionSpec::type));
  transaction->set_reference(text(&TransactionSpec::reference));
  transaction->set_description(text(&TransactionSpec::description));
  RenderMetadata(profile.transaction.metadata, row, transaction->mutable_metadata());
  RenderMetadata(rule.transaction.metadata, row, transaction->mutable_metadata());
}

}  // namespace

RowMapper::RowMapper(const Profile& profile, std::size_t column_count)
    : profile_(profile), column_count_(column_count) {
  for (const auto& account : profile.accounts) {
    if (!account.id.HasColumns()) {
      accounts_.AddFixed(account.id.Render({}));
    }
  }
}

MapResult RowMapper::Map(const Row& row) {
  if (!row.problem.empty()) {
    return RejectedRow{"BROKEN_ROW", row.problem};
  }
  if (row.fields.size() != column_count_) {
    return RejectedRow{"COLUMN_COUNT", fmt::format("the row has {} columns, not {}",
                                                   row.fields.size(), column_count_)};
  }
  const Rule* rule = FindRule(profile_, row);
  if (rule == nullptr) {
    return RejectedRow{"NO_RULE",
                       "no rule of the profile matches " + DescribeForRules(profile_, row)};
  }
  if (rule->skip) {
    return SkippedRow{};
  }
  if (!warnings_.Has(ImportWarnings::Kind::kEncoding) &&
      std::any_of(row.fields.begin(), row.fields.end(), HoldsHighControl)) {
    warnings_.Add(ImportWarnings::Kind::kEncoding, row.line,
                  "a field holds a control character (U+0080 to U+009F), which text never does; "
                  "[file] encoding is probably \"cp1252\"");
  }
  return MapByRule(*rule, row);
}

MapResult RowMapper::MapByRule(const Rule& rule, const Row& row) {
  MappedRow mapped;
  auto& transaction = mapped.transaction;
  // The id comes first, so that a count does not depend on whether the rows
  // before it are good.
  Rejection rejected = SetId(rule, row, &transaction);
  ParsedAmount amount;
  if (!rejected) {
    rejected = CheckAmount(rule, row, &amount);
  }
  if (!rejected) {
    rejected = SetTime(profile_, rule, row, &transaction);
  }
  const Sides sides{profile_.accounts[amount.negative ? rule.credit : rule.debit],
                    profile_.accounts[amount.negative ? rule.debit : rule.credit]};
  auto* posting = transaction.add_postings();
  if (!rejected) {
    rejected = SetAccounts(sides, row, posting);
  }
  if (!rejected) {
    rejected = CheckRepeated(row, transaction.transaction_id());
  }
  if (rejected) {
    return *std::move(rejected);
  }
  posting->set_amount(amount.digits);
  SetTexts(profile_, rule, row, &transaction);
  AddNewAccounts(sides, row, &mapped);
  return mapped;
}

RowMapper::Rejection RowMapper::SetId(const Rule& rule, const Row& row,
                                      v1::CreateTransactionRequest* transaction) {
  const Template& source = *PartOf(profile_, rule, &TransactionSpec::id);
  std::string id = source.Render(row);
  if (id.empty()) {
    return RejectedRow{"EMPTY_ID", "the transaction's id comes out empty"};
  }
  if (source.IsBlank(row) && !warnings_.Has(ImportWarnings::Kind::kConstantId)) {
    warnings_.Add(
        ImportWarnings::Kind::kConstantId, row.line,
        fmt::format("the id '{}' has nothing from the row, whose columns for it are empty; another "
                    "such row of this or a later file would be taken for it",
                    Shown(id)));
  }
  if (source.Counts()) {
    id = source.Render(row, counts_.Count(id));
  }
  if (auto problem = IdProblem(id)) {
    return RejectedRow{"BAD_ID", *std::move(problem)};
  }
  transaction->set_transaction_id(std::move(id));
  return std::nullopt;
}

RowMapper::Rejection RowMapper::CheckAmount(const Rule& rule, const Row& row,
                                            ParsedAmount* amount) {
  const std::string text = PartOf(profile_, rule, &TransactionSpec::amount)->Render(row);
  const AmountFormat& format = profile_.file.amounts;
  auto parsed = ParseAmount(text, format);
  if (!parsed.ok()) {
    return RejectedRow{"BAD_AMOUNT", parsed.error().message};
  }
  *amount = std::move(parsed).value();
  if (amount->negative && profile_.negative_amounts == NegativeAmounts::kReject) {
    return RejectedRow{"BAD_AMOUNT", fmt::format("'{}' is below zero; [transaction] "
                                                 "negative_amounts = \"swap\" would swap "
                                                 "debit and credit",
                                                 Shown(text))};
  }
  if (amount->reads_as_thousands && format.thousands_separator == '\0' &&
      !warnings_.Has(ImportWarnings::Kind::kThreeDecimals)) {
    if (const auto scale = ScaleOf(profile_, rule, row); scale && *scale < 3) {
      warnings_.Add(ImportWarnings::Kind::kThreeDecimals, row.line,
                    fmt::format("'{}' is read as {}, with three decimals, and the asset has {}; "
                                "if '{}' stands for thousands, say so by [file] "
                                "thousands_separator and decimal_separator",
                                Shown(text), amount->digits, *scale, format.decimal_separator));
    }
  }
  return std::nullopt;
}

RowMapper::Rejection RowMapper::SetAccounts(const Sides& sides, const Row& row,
                                            v1::Posting* posting) {
  posting->set_debit_account_id(sides.debit.id.Render(row));
  posting->set_credit_account_id(sides.credit.id.Render(row));
  for (const auto& [spec, id] : {std::pair(&sides.debit, &posting->debit_account_id()),
                                 std::pair(&sides.credit, &posting->credit_account_id())}) {
    if (!spec->id.HasColumns()) {
      continue;
    }
    if (spec->id.IsBlank(row) || spec->id.LeavesAPartEmpty(row)) {
      return RejectedRow{"EMPTY_ACCOUNT_ID",
                         fmt::format("the row leaves a part of the id of [accounts.{}] empty: '{}'",
                                     spec->name, Shown(*id))};
    }
    if (auto clash = accounts_.Check(spec->id, *id, row)) {
      return RejectedRow{"ID_CLASH", "the account " + *clash};
    }
    const std::string owner = spec->owner.Render(row);
    if (auto clash = spec->owner.HasColumns() && spec->open ? owners_.Check(spec->owner, owner, row)
                                                            : std::nullopt) {
      return RejectedRow{"ID_CLASH", "the owner " + *clash};
    }
  }
  return std::nullopt;
}

RowMapper::Rejection RowMapper::CheckRepeated(const Row& row, const std::string& id) {
  if (const auto first = ids_.Find(id, row.line)) {
    return RejectedRow{"DUPLICATE_ID",
                       fmt::format("line {} gives the id of line {}: '{}'; if both are true, give "
                                   "the id something that differs, or ${{@count}}, which numbers "
                                   "such rows",
                                   row.line, *first, Shown(id))};
  }
  return std::nullopt;
}

void RowMapper::AddNewAccounts(const Sides& sides, const Row& row, MappedRow* mapped) {
  const auto& posting = mapped->transaction.postings(0);
  for (const auto& [spec, id] : {std::pair(&sides.debit, &posting.debit_account_id()),
                                 std::pair(&sides.credit, &posting.credit_account_id())}) {
    if (!spec->open || !opened_accounts_.insert(*id).second) {
      continue;
    }
    auto& request = mapped->new_accounts.emplace_back();
    request.set_account_id(*id);
    request.set_owner_id(spec->owner.Render(row));
    request.set_asset(spec->asset.Render(row));
    request.set_type(spec->type);
    *request.mutable_limits() = spec->limits;
    RenderMetadata(spec->metadata, row, request.mutable_metadata());
  }
}

}  // namespace florin::importer
