#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "apps/importer/delimited_reader.h"
#include "apps/importer/error.h"

namespace florin::importer {

/// Text with places for a row's values: "client:${account_id}".
///
/// ${column}         the value of the column
/// ${column|filter}  the same, changed: `lower`, `upper`, or `id`, which makes
///                   it fit into an id (IdText)
/// ${@line}          the row's line number
/// ${@count}         how many rows of the file, up to this one, give the same
///                   text but for this place
/// $$                a dollar sign
class Template {
 public:
  /// The empty text.
  Template() = default;

  /// `line`: where it stands in the profile, for errors.
  /// Errors: a '$' without '{' or '$', a '{' without '}', an unknown filter.
  [[nodiscard]] static Expected<Template> Parse(std::string_view text, std::int64_t line);

  /// Finds the columns; once, before Render. `columns`: the names, in order.
  /// Errors: a column that is not there, naming those that are.
  [[nodiscard]] std::optional<Error> Bind(const std::vector<std::string>& columns);

  /// Requires, as all below: Bind succeeded, and `row` has that many fields.
  /// `count` is what ${@count} stands for; 0: nothing.
  [[nodiscard]] std::string Render(const Row& row, std::int64_t count = 0) const;

  /// The same without what the filter `id` changes: where two values give one
  /// id, these differ.
  [[nodiscard]] std::string RenderOpen(const Row& row) const;
  /// The values in its places, but for the empty ones, in order; `id` changes
  /// none of them.
  [[nodiscard]] std::vector<std::string> Values(const Row& row) const;

  /// Whether it has places for columns, and the row leaves all of them empty or
  /// blank (IsBlankText).
  [[nodiscard]] bool IsBlank(const Row& row) const;
  /// Whether the row leaves all places empty or blank that a part between two ':' is made
  /// of, as in "payee:" of "payee:${Payee}".
  [[nodiscard]] bool LeavesAPartEmpty(const Row& row) const;

  /// Whether it has a place for a column.
  [[nodiscard]] bool HasColumns() const;
  /// Whether it has ${@count}.
  [[nodiscard]] bool Counts() const;

  [[nodiscard]] bool empty() const { return parts_.empty(); }

 private:
  enum class Filter { kNone, kLower, kUpper, kId };
  enum class Source { kText, kColumn, kLine, kCount };
  struct Part {
    Source source = Source::kText;
    std::string text;  // or the column's name
    std::size_t column = 0;
    Filter filter = Filter::kNone;
  };

  [[nodiscard]] static std::optional<Part> ParsePlace(std::string_view place, std::string* problem);
  [[nodiscard]] static std::string Apply(Filter filter, std::string value);
  // The value without what `id` changes.
  [[nodiscard]] static std::string Open(const Part& part, const Row& row);

  std::vector<Part> parts_;
  std::int64_t line_ = 0;
};

/// The place of `name` among `columns`. Errors: as Template::Bind.
[[nodiscard]] Expected<std::size_t> FindColumn(const std::vector<std::string>& columns,
                                               const std::string& name, std::int64_t profile_line);

}  // namespace florin::importer
