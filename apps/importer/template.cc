#include "apps/importer/template.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <iterator>
#include <utility>

#include "apps/importer/id_text.h"
#include "apps/importer/shown_text.h"

namespace florin::importer {
namespace {

// Not <cctype>: what a letter is must not depend on the machine's locale.
char Lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

char Upper(char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c; }

}  // namespace

Expected<std::size_t> FindColumn(const std::vector<std::string>& columns, const std::string& name,
                                 std::int64_t profile_line) {
  const auto found = std::find(columns.begin(), columns.end(), name);
  if (found == columns.end()) {
    std::vector<std::string> shown;
    std::transform(columns.begin(), columns.end(), std::back_inserter(shown),
                   [](const std::string& column) { return Shown(column); });
    return Error{profile_line, fmt::format("the file has no column '{}'; it has: {}", Shown(name),
                                           fmt::join(shown, ", "))};
  }
  return static_cast<std::size_t>(found - columns.begin());
}

Expected<Template> Template::Parse(std::string_view text, std::int64_t line) {
  Template result;
  result.line_ = line;
  std::string plain;
  const auto flush = [&] {
    if (!plain.empty()) {
      result.parts_.push_back({.text = std::exchange(plain, {})});
    }
  };
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '$') {
      plain.push_back(text[i]);
      continue;
    }
    if (text.substr(i + 1).starts_with('$')) {
      plain.push_back('$');
      ++i;
      continue;
    }
    const auto close = text.find('}', i);
    if (!text.substr(i + 1).starts_with('{') || close == std::string_view::npos) {
      return Error{line, fmt::format("'{}': after '$' comes {{column}} or "
                                     "another '$'",
                                     text)};
    }
    flush();
    std::string problem;
    auto place = ParsePlace(text.substr(i + 2, close - i - 2), &problem);
    if (!place) {
      return Error{line, fmt::format("'{}': {}", text, problem)};
    }
    result.parts_.push_back(std::move(*place));
    i = close;
  }
  flush();
  return result;
}

std::optional<Template::Part> Template::ParsePlace(std::string_view place, std::string* problem) {
  Part part;
  const auto bar = place.find('|');
  part.text = std::string(place.substr(0, bar));
  part.source = part.text == "@line"    ? Source::kLine
                : part.text == "@count" ? Source::kCount
                                        : Source::kColumn;
  if (part.text.empty()) {
    *problem = "${} names no column";
    return std::nullopt;
  }
  if (bar == std::string_view::npos) {
    return part;
  }
  const auto filter = place.substr(bar + 1);
  if (filter == "lower") {
    part.filter = Filter::kLower;
  } else if (filter == "upper") {
    part.filter = Filter::kUpper;
  } else if (filter == "id") {
    part.filter = Filter::kId;
  } else {
    *problem = fmt::format("there is no filter '{}'; there are lower, upper and id", filter);
    return std::nullopt;
  }
  return part;
}

std::optional<Error> Template::Bind(const std::vector<std::string>& columns) {
  for (auto& part : parts_) {
    if (part.source != Source::kColumn) {
      continue;
    }
    const auto column = FindColumn(columns, part.text, line_);
    if (!column.ok()) {
      return column.error();
    }
    part.column = column.value();
  }
  return std::nullopt;
}

std::string Template::Render(const Row& row, std::int64_t count) const {
  std::string result;
  for (const auto& part : parts_) {
    switch (part.source) {
      case Source::kText:
        result += part.text;
        break;
      case Source::kColumn:
        result += Apply(part.filter, row.fields[part.column]);
        break;
      case Source::kLine:
        result += std::to_string(row.line);
        break;
      case Source::kCount:
        result += count > 0 ? std::to_string(count) : "";
        break;
    }
  }
  return result;
}

std::string Template::RenderOpen(const Row& row) const {
  std::string result;
  for (const auto& part : parts_) {
    if (part.source == Source::kText) {
      result += part.text;
    } else if (part.source == Source::kColumn) {
      result += Open(part, row);
    } else if (part.source == Source::kLine) {
      result += std::to_string(row.line);
    }
  }
  return result;
}

std::vector<std::string> Template::Values(const Row& row) const {
  std::vector<std::string> values;
  for (const auto& part : parts_) {
    if (part.source == Source::kColumn && !IsBlankText(row.fields[part.column])) {
      values.push_back(Open(part, row));
    }
  }
  return values;
}

bool Template::HasColumns() const {
  return std::any_of(parts_.begin(), parts_.end(),
                     [](const Part& part) { return part.source == Source::kColumn; });
}

bool Template::Counts() const {
  return std::any_of(parts_.begin(), parts_.end(),
                     [](const Part& part) { return part.source == Source::kCount; });
}

bool Template::IsBlank(const Row& row) const {
  return HasColumns() && Values(row).empty() &&
         std::none_of(parts_.begin(), parts_.end(),
                      [](const Part& part) { return part.source == Source::kLine; });
}

bool Template::LeavesAPartEmpty(const Row& row) const {
  bool has_place = false;
  bool has_text = false;
  for (const auto& part : parts_) {
    if (part.source == Source::kColumn) {
      has_place = true;
      has_text = has_text || !IsBlankText(row.fields[part.column]);
      continue;
    }
    has_text = has_text || part.source != Source::kText;
    for (const char c : part.source == Source::kText ? std::string_view(part.text) : "") {
      if (c != ':') {
        has_text = true;
        continue;
      }
      if (has_place && !has_text) {
        return true;
      }
      has_place = false;
      has_text = false;
    }
  }
  return has_place && !has_text;
}

std::string Template::Open(const Part& part, const Row& row) {
  return Apply(part.filter == Filter::kId ? Filter::kNone : part.filter, row.fields[part.column]);
}

std::string Template::Apply(Filter filter, std::string value) {
  switch (filter) {
    case Filter::kNone:
      break;
    case Filter::kLower:
      std::transform(value.begin(), value.end(), value.begin(), Lower);
      break;
    case Filter::kUpper:
      std::transform(value.begin(), value.end(), value.begin(), Upper);
      break;
    case Filter::kId:
      return IdText(value);
  }
  return value;
}

}  // namespace florin::importer
