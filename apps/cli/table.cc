#include "apps/cli/table.h"

#include <algorithm>
#include <cstddef>
#include <string_view>
#include <utility>

namespace florin::cli {
namespace {

constexpr std::string_view kGap = "  ";

// Characters, not bytes: every byte of UTF-8 that does not continue another.
std::size_t Width(std::string_view text) {
  return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), [](char c) {
    return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U;
  }));
}

std::string Padding(std::string_view text, std::size_t width) {
  const std::size_t own = Width(text);
  return std::string(own < width ? width - own : 0, ' ');
}

void PrintLine(const Printer& out, const std::vector<Table::Column>& columns,
               const std::vector<std::size_t>& widths, const std::vector<std::string>& cells) {
  std::string line;
  for (std::size_t i = 0; i < cells.size(); ++i) {
    if (i > 0) {
      line += kGap;
    }
    const std::string padding = Padding(cells[i], widths[i]);
    line += columns[i].align == Table::Align::kRight ? padding + cells[i] : cells[i] + padding;
  }
  line.erase(line.find_last_not_of(' ') + 1);
  out << Shown{std::move(line)} << '\n';
}

}  // namespace

Table::Table(std::vector<Column> columns) : columns_(std::move(columns)) {
  for (const auto& column : columns_) {
    widths_.push_back(Width(column.title));
  }
}

void Table::AddRow(std::vector<std::string> cells) {
  for (std::size_t i = 0; i < columns_.size(); ++i) {
    cells[i] = text::Visible(cells[i]);
    widths_[i] = std::max(widths_[i], Width(cells[i]));
  }
  rows_.push_back(std::move(cells));
}

void Table::Print(const Printer& out) {
  if (!begun_ && !rows_.empty()) {
    begun_ = true;
    std::vector<std::string> titles;
    for (const auto& column : columns_) {
      titles.push_back(column.title);
    }
    PrintLine(out, columns_, widths_, titles);
  }
  for (const auto& row : rows_) {
    PrintLine(out, columns_, widths_, row);
  }
  rows_.clear();
}

void FieldList::Add(std::string_view name, std::string_view value) {
  if (!value.empty()) {
    fields_.emplace_back(text::Visible(name), text::Visible(value));
  }
}

void FieldList::Add(std::string_view name, const Sentence& value) {
  fields_.emplace_back(text::Visible(name), text::Visible(value.text, text::Backslash::kKept));
}

void FieldList::Print(const Printer& out) const {
  std::size_t width = 0;
  for (const auto& [name, value] : fields_) {
    width = std::max(width, Width(name));
  }
  for (const auto& [name, value] : fields_) {
    out << Shown{name + Padding(name, width)} << kGap << Shown{value} << '\n';
  }
}

}  // namespace florin::cli
