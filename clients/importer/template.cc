#include "clients/importer/template.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <utility>

namespace florin::importer {
namespace {

// Not <cctype>: what a letter is must not depend on the machine's locale.
bool IsIdCharacter(char c) {
  return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') ||
         std::string_view(":._@-").find(c) != std::string_view::npos;
}

char Lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

char Upper(char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c; }

}  // namespace

Expected<std::size_t> FindColumn(const std::vector<std::string>& columns, const std::string& name,
                                 std::int64_t profile_line) {
  const auto found = std::find(columns.begin(), columns.end(), name);
  if (found == columns.end()) {
    return Error{profile_line, fmt::format("the file has no column '{}'; it has: {}", name,
                                           fmt::join(columns, ", "))};
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
  part.source = part.text == "@line" ? Source::kLine : Source::kColumn;
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

std::string Template::Render(const Row& row) const {
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
    }
  }
  return result;
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
      std::replace_if(
          value.begin(), value.end(), [](char c) { return !IsIdCharacter(c); }, '-');
      break;
  }
  return value;
}

}  // namespace florin::importer
