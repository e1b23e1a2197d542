#include "apps/importer/thrown_away.h"

#include <absl/strings/match.h>
#include <fmt/format.h>

#include <algorithm>
#include <string>

#include "apps/importer/shown_text.h"

namespace florin::importer {
namespace {

using Part = std::optional<Template> TransactionSpec::*;

// The first text that a rule makes of `row` and `reads` takes; "" if none.
template <typename Reads>
std::string FirstThatReads(const Profile& profile, const Row& row, Part part, const Reads& reads) {
  for (const auto& rule : profile.rules) {
    const auto& own = rule.transaction.*part;
    const auto& source = own ? own : profile.transaction.*part;
    // A fixed text would say nothing about the row.
    if (rule.skip || !source || !source->HasColumns()) {
      continue;
    }
    if (std::string text = source->Render(row); reads(text)) {
      return text;
    }
  }
  return "";
}

std::string AmountIn(const Profile& profile, const Row& row) {
  return FirstThatReads(profile, row, &TransactionSpec::amount, [&](const std::string& text) {
    return ParseAmount(text, profile.file.amounts).ok();
  });
}

std::string DateIn(const Profile& profile, const Row& row) {
  return FirstThatReads(
      profile, row, &TransactionSpec::effective_time, [&](const std::string& text) {
        return profile.date_format.has_value() && profile.date_format->Read(text).ok();
      });
}

// Banks write a name now so, now so: "Betrag", "BETRAG".
bool SameName(const std::string& left, const std::string& right) {
  return absl::EqualsIgnoreCase(left, right);
}

// The names that the header gives and those of the profile, out of order.
std::optional<Error> CheckOrder(const RowSource& rows) {
  const auto& given = rows.header.fields;
  for (std::size_t i = 0; i < given.size(); ++i) {
    const auto other =
        std::find_if(rows.columns.begin(), rows.columns.end(),
                     [&](const std::string& name) { return SameName(name, given[i]); });
    if (given[i].empty() || SameName(given[i], rows.columns[i]) || other == rows.columns.end()) {
      continue;
    }
    return Error{rows.header.line,
                 fmt::format("the header calls column {} '{}', but [file] columns calls it '{}', "
                             "and '{}' the column {}; leave 'columns' out, or give its names in "
                             "the order of the file",
                             i + 1, Shown(given[i]), Shown(rows.columns[i]), Shown(given[i]),
                             other - rows.columns.begin() + 1)};
  }
  return std::nullopt;
}

std::optional<Error> CheckHeader(const RowSource& rows, const Profile& profile) {
  const auto& file = profile.file;
  if (rows.header.fields.empty() || file.columns.empty()) {
    return std::nullopt;
  }
  if (auto error = CheckOrder(rows)) {
    return error;
  }
  if (!file.header_is.empty() || !file.header_starts_with.empty()) {
    return std::nullopt;
  }
  for (const auto& [what, text] : {std::pair("an amount", AmountIn(profile, rows.header)),
                                   std::pair("a date", DateIn(profile, rows.header))}) {
    if (!text.empty()) {
      return Error{rows.header.line,
                   fmt::format("the line is taken for the header, but '{}' in it reads as {}; "
                               "if it is a transaction, set [file] header = false, and if it is "
                               "the header, name it by [file] header_is",
                               Shown(text), what)};
    }
  }
  return std::nullopt;
}

// A preamble may hold an amount or a date, so it takes all that a row must have.
std::optional<Error> CheckSkipped(const RowSource& rows, const Profile& profile) {
  for (const auto& row : rows.skipped) {
    if (!row.problem.empty() || row.fields.size() != rows.columns.size() ||
        AmountIn(profile, row).empty() || (profile.date_format && DateIn(profile, row).empty())) {
      continue;
    }
    return Error{row.line, fmt::format("[file] skip_lines passes over the line, but it reads as a "
                                       "transaction of '{}'; {}",
                                       Shown(AmountIn(profile, row)),
                                       profile.file.header
                                           ? "to find the header wherever it stands, use [file] "
                                             "header_starts_with instead"
                                           : "to leave it out, write a [[rule]] with skip = "
                                             "true")};
  }
  return std::nullopt;
}

}  // namespace

std::optional<Error> CheckThrownAway(const RowSource& rows, const Profile& profile) {
  if (auto error = CheckHeader(rows, profile)) {
    return error;
  }
  return CheckSkipped(rows, profile);
}

}  // namespace florin::importer
