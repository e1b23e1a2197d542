#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "clients/importer/delimited_reader.h"
#include "clients/importer/error.h"

namespace florin::importer {

/// Text with places for a row's values: "client:${account_id}".
///
/// ${column}         the value of the column
/// ${column|filter}  the same, changed: `lower`, `upper`, or `id`, which writes
///                   '-' for every character that ids must not hold
/// ${@line}          the row's line number
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

  /// Requires: Bind succeeded, and `row` has that many fields.
  [[nodiscard]] std::string Render(const Row& row) const;

  [[nodiscard]] bool empty() const { return parts_.empty(); }

 private:
  enum class Filter { kNone, kLower, kUpper, kId };
  enum class Source { kText, kColumn, kLine };
  struct Part {
    Source source = Source::kText;
    std::string text;  // or the column's name
    std::size_t column = 0;
    Filter filter = Filter::kNone;
  };

  [[nodiscard]] static std::optional<Part> ParsePlace(std::string_view place, std::string* problem);
  [[nodiscard]] static std::string Apply(Filter filter, std::string value);

  std::vector<Part> parts_;
  std::int64_t line_ = 0;
};

/// The place of `name` among `columns`. Errors: as Template::Bind.
[[nodiscard]] Expected<std::size_t> FindColumn(const std::vector<std::string>& columns,
                                               const std::string& name, std::int64_t profile_line);

}  // namespace florin::importer
