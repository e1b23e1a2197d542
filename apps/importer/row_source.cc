#include "apps/importer/row_source.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <iterator>
#include <set>
#include <utility>

#include "apps/importer/shown_text.h"

namespace florin::importer {
namespace {

// How many of the skipped lines are kept: a profile that skips one too many
// skips a row at the end.
constexpr std::size_t kSkippedKept = 100;

std::string ShownNames(const std::vector<std::string>& names) {
  std::vector<std::string> shown;
  std::transform(names.begin(), names.end(), std::back_inserter(shown),
                 [](const std::string& name) { return fmt::format("'{}'", Shown(name)); });
  return fmt::format("{}", fmt::join(shown, ", "));
}

std::optional<Error> SkipLines(const FileSpec& spec, RowSource* rows) {
  std::string line;
  for (std::int64_t i = 0; i < spec.skip_lines; ++i) {
    const std::int64_t number = rows->reader->line();
    const auto read = rows->reader->NextLine(&line);
    if (!read.ok()) {
      return read.error();
    }
    if (!read.value()) {
      return std::nullopt;
    }
    if (rows->skipped.size() == kSkippedKept) {
      rows->skipped.erase(rows->skipped.begin());
    }
    rows->skipped.push_back(SplitLine(line, spec.format));
    rows->skipped.back().line = number;
  }
  return std::nullopt;
}

bool BeginsWith(const std::vector<std::string>& fields, const std::vector<std::string>& names) {
  return fields.size() >= names.size() && std::equal(names.begin(), names.end(), fields.begin());
}

// Looks line by line, not record by record: a preamble need not be well-formed.
std::optional<Error> FindHeader(const std::string& path, const FileSpec& spec, RowSource* rows) {
  std::string line;
  for (;;) {
    const std::int64_t number = rows->reader->line();
    const auto read = rows->reader->NextLine(&line);
    if (!read.ok()) {
      return read.error();
    }
    if (!read.value()) {
      return Error{0, fmt::format("{} has no line that begins with {}, as [file] "
                                  "header_starts_with says",
                                  path, ShownNames(spec.header_starts_with))};
    }
    rows->header = SplitLine(line, spec.format);
    rows->header.line = number;
    if (rows->header.problem.empty() && BeginsWith(rows->header.fields, spec.header_starts_with)) {
      return std::nullopt;
    }
  }
}

std::optional<Error> NextHeader(const std::string& path, const FileSpec& spec, RowSource* rows) {
  const auto read = rows->reader->Next(&rows->header);
  if (!read.ok()) {
    return read.error();
  }
  if (!read.value()) {
    return Error{0, fmt::format("{} is empty: there is no header", path)};
  }
  const Row& header = rows->header;
  if (!header.problem.empty()) {
    return Error{
        0, fmt::format("{}, line {}: the header is broken: {}", path, header.line, header.problem)};
  }
  if (!spec.header_is.empty() && header.fields != spec.header_is) {
    return Error{header.line, fmt::format("the header is {}, but [file] header_is names {}",
                                          ShownNames(header.fields), ShownNames(spec.header_is))};
  }
  // It would swallow the rows up to the next quote.
  if (spec.header_is.empty() && header.line_end_in_quotes) {
    return Error{header.line,
                 fmt::format("the header has a line end in quotes ({}), so a quote of it is "
                             "probably never closed; if the line end belongs to a name, name the "
                             "whole header by [file] header_is",
                             ShownNames(header.fields))};
  }
  return std::nullopt;
}

// Takes the header's names, unless the profile gives others.
std::optional<Error> ReadHeader(const std::string& path, const FileSpec& spec, RowSource* rows) {
  rows->columns = spec.columns;
  if (!spec.header) {
    return std::nullopt;
  }
  if (auto error = spec.header_starts_with.empty() ? NextHeader(path, spec, rows)
                                                   : FindHeader(path, spec, rows)) {
    return error;
  }
  const auto& fields = rows->header.fields;
  if (!spec.columns.empty() && spec.columns.size() != fields.size()) {
    return Error{0, fmt::format("{} has {} columns, but [file] columns names "
                                "{}",
                                path, fields.size(), spec.columns.size())};
  }
  if (spec.columns.empty()) {
    rows->columns = fields;
  }
  return std::nullopt;
}

std::optional<Error> CheckNames(const std::string& path, const std::vector<std::string>& columns) {
  std::set<std::string> names;
  for (const auto& column : columns) {
    // Several columns without a name are common, and harmless.
    if (!column.empty() && !names.insert(column).second) {
      return Error{0, fmt::format("{} has two columns '{}'; give them names "
                                  "with [file] columns",
                                  path, Shown(column))};
    }
  }
  return std::nullopt;
}

}  // namespace

Expected<RowSource> OpenRows(const std::string& path, const FileSpec& spec,
                             const std::atomic<bool>& stop) {
  auto file = OpenFile(path);
  if (!file.ok()) {
    return file.error();
  }
  auto text = ToUtf8(UntilStopped(std::move(file).value(), stop), spec.encoding);
  if (!text.ok()) {
    return text.error();
  }
  RowSource rows;
  rows.total_bytes = FileSize(path);
  rows.reader =
      std::make_unique<DelimitedReader>(UnifyLineEnds(std::move(text).value()), spec.format);
  if (auto error = SkipLines(spec, &rows)) {
    return *error;
  }
  if (auto error = ReadHeader(path, spec, &rows)) {
    return *error;
  }
  if (auto error = CheckNames(path, rows.columns)) {
    return *error;
  }
  return rows;
}

}  // namespace florin::importer
