#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "apps/cli/printer.h"

namespace florin::cli {

/// Text in columns. Numbers are set right-aligned, so that amounts of one scale
/// stand with their points below each other; all else left. Plain text without
/// colour or lines: it reads well and cuts well (`awk`, `cut -c`).
///
/// Cells become visible (text/visible.h) when they are added: one row is one line,
/// and its width is that of what is shown. Width counts characters of UTF-8, not
/// bytes.
class Table {
 public:
  enum class Align { kLeft, kRight };
  struct Column {
    std::string title;
    Align align = Align::kLeft;
  };

  explicit Table(std::vector<Column> columns);

  /// Requires: as many cells as columns.
  void AddRow(std::vector<std::string> cells);
  [[nodiscard]] bool empty() const { return rows_.empty(); }

  /// Writes the rows added since the last time, the titles above the first;
  /// no spaces at line ends. Called page by page, a list of any length needs
  /// the memory of one page; columns then only ever grow wider.
  void Print(const Printer& out);

 private:
  std::vector<Column> columns_;
  std::vector<std::size_t> widths_;
  std::vector<std::vector<std::string>> rows_;
  bool begun_ = false;
};

/// "name   value" lines, the values below each other and visible as a table's
/// cells. Those with an empty value are left out.
class FieldList {
 public:
  void Add(std::string_view name, std::string_view value);
  void Add(std::string_view name, const Sentence& value);
  void Print(const Printer& out) const;

 private:
  std::vector<std::pair<std::string, std::string>> fields_;
};

}  // namespace florin::cli
