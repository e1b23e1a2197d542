#include "clients/importer/row_mapper.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <optional>
#include <utility>

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

// The rule's own part, else that of [transaction], else empty.
std::string RenderPart(std::optional<Template> TransactionSpec::*part, const Rule& rule,
                       const Profile& profile, const Row& row) {
  if (const auto& own = rule.transaction.*part) {
    return own->Render(row);
  }
  const auto& common = profile.transaction.*part;
  return common ? common->Render(row) : std::string();
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
  for (const auto& [name, index] : columns) {
    parts.push_back(fmt::format("{} = '{}'", name, row.fields[index]));
  }
  return fmt::format("{}", fmt::join(parts, ", "));
}

}  // namespace

RowMapper::RowMapper(const Profile& profile, std::size_t column_count)
    : profile_(profile), column_count_(column_count) {}

MapResult RowMapper::Map(const Row& row) {
  if (!row.problem.empty()) {
    return RejectedRow{"BROKEN_ROW", row.problem};
  }
  if (row.fields.size() != column_count_) {
    return RejectedRow{"COLUMN_COUNT", fmt::format("the row has {} columns, not {}",
                                                   row.fields.size(), column_count_)};
  }
  const Rule* rule = FindRule(row);
  if (rule == nullptr) {
    return RejectedRow{"NO_RULE",
                       "no rule of the profile matches " + DescribeForRules(profile_, row)};
  }
  if (rule->skip) {
    return SkippedRow{};
  }
  return MapByRule(*rule, row);
}

const Rule* RowMapper::FindRule(const Row& row) const {
  const auto found =
      std::find_if(profile_.rules.begin(), profile_.rules.end(), [&](const Rule& rule) {
        return std::all_of(rule.conditions.begin(), rule.conditions.end(),
                           [&](const Condition& condition) { return Matches(condition, row); });
      });
  return found == profile_.rules.end() ? nullptr : &*found;
}

MapResult RowMapper::MapByRule(const Rule& rule, const Row& row) {
  const auto part = [&](std::optional<Template> TransactionSpec::*member) {
    return RenderPart(member, rule, profile_, row);
  };
  const auto amount = ParseAmount(part(&TransactionSpec::amount), profile_.file.amounts);
  if (!amount.ok()) {
    return RejectedRow{"BAD_AMOUNT", amount.error().message};
  }
  const bool negative = amount.value().negative;
  if (negative && profile_.negative_amounts == NegativeAmounts::kReject) {
    return RejectedRow{"BAD_AMOUNT", fmt::format("'{}' is below zero; [transaction] "
                                                 "negative_amounts = \"swap\" would turn "
                                                 "debit and credit round",
                                                 part(&TransactionSpec::amount))};
  }
  MappedRow mapped;
  auto& transaction = mapped.transaction;
  transaction.set_transaction_id(part(&TransactionSpec::id));
  if (transaction.transaction_id().empty()) {
    return RejectedRow{"EMPTY_ID", "the transaction's id comes out empty"};
  }
  const std::string time = part(&TransactionSpec::effective_time);
  if (!time.empty()) {
    const auto seconds = profile_.date_format->Read(time);
    if (!seconds.ok()) {
      return RejectedRow{"BAD_DATE", seconds.error().message};
    }
    transaction.mutable_effective_time()->set_seconds(seconds.value());
  }
  const AccountSpec& debit = profile_.accounts[negative ? rule.credit : rule.debit];
  const AccountSpec& credit = profile_.accounts[negative ? rule.debit : rule.credit];
  auto* posting = transaction.add_postings();
  posting->set_debit_account_id(debit.id.Render(row));
  posting->set_credit_account_id(credit.id.Render(row));
  posting->set_amount(amount.value().digits);
  transaction.set_type(part(&TransactionSpec::type));
  transaction.set_reference(part(&TransactionSpec::reference));
  transaction.set_description(part(&TransactionSpec::description));
  RenderMetadata(profile_.transaction.metadata, row, transaction.mutable_metadata());
  RenderMetadata(rule.transaction.metadata, row, transaction.mutable_metadata());
  AddNewAccount(debit, posting->debit_account_id(), row, &mapped.new_accounts);
  AddNewAccount(credit, posting->credit_account_id(), row, &mapped.new_accounts);
  return mapped;
}

void RowMapper::AddNewAccount(const AccountSpec& spec, const std::string& account_id,
                              const Row& row, std::vector<v1::OpenAccountRequest>* out) {
  if (!spec.open || !seen_accounts_.insert(account_id).second) {
    return;
  }
  auto& request = out->emplace_back();
  request.set_account_id(account_id);
  request.set_owner_id(spec.owner.Render(row));
  request.set_asset(spec.asset.Render(row));
  request.set_type(spec.type);
  *request.mutable_limits() = spec.limits;
  RenderMetadata(spec.metadata, row, request.mutable_metadata());
}

}  // namespace florin::importer
