#include "clients/importer/row_source.h"

#include <fmt/format.h>

#include <set>
#include <utility>

namespace florin::importer {
namespace {

// Takes the header's names, unless the profile gives others.
std::optional<Error> ReadHeader(const std::string& path, const FileSpec& spec, RowSource* rows) {
  rows->columns = spec.columns;
  if (!spec.header) {
    return std::nullopt;
  }
  Row header;
  const auto read = rows->reader->Next(&header);
  if (!read.ok()) {
    return read.error();
  }
  if (!read.value()) {
    return Error{0, fmt::format("{} is empty: there is no header", path)};
  }
  if (!header.problem.empty()) {
    return Error{
        0, fmt::format("{}, line {}: the header is broken: {}", path, header.line, header.problem)};
  }
  if (!spec.columns.empty() && spec.columns.size() != header.fields.size()) {
    return Error{0, fmt::format("{} has {} columns, but [file] columns names "
                                "{}",
                                path, header.fields.size(), spec.columns.size())};
  }
  if (spec.columns.empty()) {
    rows->columns = std::move(header.fields);
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
                                  path, column)};
    }
  }
  return std::nullopt;
}

}  // namespace

Expected<RowSource> OpenRows(const std::string& path, const FileSpec& spec) {
  auto file = OpenFile(path);
  if (!file.ok()) {
    return file.error();
  }
  auto text = ToUtf8(std::move(file).value(), spec.encoding);
  if (!text.ok()) {
    return text.error();
  }
  RowSource rows;
  rows.total_bytes = FileSize(path);
  rows.reader =
      std::make_unique<DelimitedReader>(UnifyLineEnds(std::move(text).value()), spec.format);
  std::string line;
  for (std::int64_t i = 0; i < spec.skip_lines; ++i) {
    if (auto skipped = rows.reader->NextLine(&line); !skipped.ok()) {
      return skipped.error();
    }
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
