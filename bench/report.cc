#include "bench/report.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "text/visible.h"

namespace florin::bench {
namespace {

constexpr double kRefusedShareMax = 0.01;

struct Column {
  const char* title;
  const char* key;
  int width;
  int decimals;
};

constexpr Column kColumns[] = {
    {"to peer", "ratio_to_postgres", 7, 2},
    {"p50 ms", "p50_ms", 8, 2},
    {"p99 ms", "p99_ms", 8, 2},
    {"p99.9 ms", "p999_ms", 9, 2},
    {"server", "server_cores", 7, 2},
    {"client", "client_cores", 7, 2},
    {"group", "commit_commands", 7, 0},
    {"sync ms", "commit_ms", 8, 2},
    {"B written", "written_bytes", 10, 0},
    {"B kept", "kept_bytes", 7, 0},
    {"MiB", "peak_memory_mib", 6, 0},
    {"more MiB", "more_memory_mib", 8, 1},
};

// 1234567.8 -> "1,234,568"; small values keep what matters of them.
std::string Readable(double value) {
  if (value < 100) return fmt::format("{:.2f}", value);
  const std::string digits = fmt::format("{:.0f}", value);
  std::string text;
  for (std::size_t i = 0; i < digits.size(); ++i) {
    if (i > 0 && (digits.size() - i) % 3 == 0) text += ',';
    text += digits[i];
  }
  return text;
}

std::string Cell(const std::optional<double>& value, int width, int decimals) {
  if (!value) return fmt::format("  {:>{}}", "", width);
  return fmt::format("  {:>{}.{}f}", *value, width, decimals);
}

bool Shown(const std::deque<Row>& rows, const Column& column) {
  return std::any_of(rows.begin(), rows.end(),
                     [&](const Row& row) { return row.details.contains(column.key); });
}

}  // namespace

double Median(std::vector<double> values) {
  if (values.empty()) return 0;
  std::sort(values.begin(), values.end());
  const std::size_t middle = values.size() / 2;
  return values.size() % 2 == 1 ? values[middle] : (values[middle - 1] + values[middle]) / 2;
}

double Row::value() const { return Median(rounds); }

std::optional<double> Row::ratio() const {
  if (ratios.empty()) return std::nullopt;
  return Median(ratios);
}

std::optional<double> Row::detail(const std::string& key) const {
  const auto found = details.find(key);
  if (found == details.end()) return std::nullopt;
  return Median(found->second);
}

void AddInterval(const Interval& interval, Row* row, std::vector<std::string>* notes) {
  row->rounds.push_back(interval.per_second);
  row->Detail("p50_ms", interval.latency.p50);
  row->Detail("p99_ms", interval.latency.p99);
  row->Detail("p999_ms", interval.latency.p999);
  row->Detail("server_cores", interval.server_cores);
  row->Detail("client_cores", interval.client_cores);
  if (interval.refused_share > kRefusedShareMax) {
    notes->push_back(fmt::format("{}: {:.1f} % refused ({}): not a fair figure", row->name,
                                 interval.refused_share * 100, interval.first_refusal));
  }
}

Row* Report::row(const std::string& name, const std::string& unit) {
  for (Row& row : rows_) {
    if (row.name == name) return &row;
  }
  rows_.push_back(Row{name, unit, {}, "", {}, {}});
  return &rows_.back();
}

std::string Report::Table() const {
  std::string text;
  for (const auto& [key, value] : facts_)
    text += fmt::format("{}: {}\n", key, text::Visible(value, text::Backslash::kKept));
  text += fmt::format("\n{:<20}  {:>12}  {:<12}  {:<12}  {:>6}", "measurement", "median", "unit",
                      "against", "ratio");
  for (const Column& column : kColumns) {
    if (Shown(rows_, column)) text += fmt::format("  {:>{}}", column.title, column.width);
  }
  text += '\n';
  for (const Row& row : rows_) {
    text += fmt::format("{:<20}  {:>12}  {:<12}  {:<12}{}", row.name, Readable(row.value()),
                        row.unit, row.baseline, Cell(row.ratio(), 6, 2));
    for (const Column& column : kColumns) {
      if (Shown(rows_, column)) text += Cell(row.detail(column.key), column.width, column.decimals);
    }
    text.erase(text.find_last_not_of(' ') + 1);
    text += '\n';
  }
  for (const std::string& note : notes_) {
    text += "note: " + text::Visible(note, text::Backslash::kKept) + '\n';
  }
  return text;
}

std::string Report::Json() const {
  nlohmann::ordered_json document;
  document["facts"] = facts_;
  document["rows"] = nlohmann::ordered_json::array();
  for (const Row& row : rows_) {
    nlohmann::ordered_json entry;
    entry["name"] = row.name;
    entry["unit"] = row.unit;
    entry["value"] = row.value();
    entry["rounds"] = row.rounds;
    if (!row.baseline.empty()) entry["baseline"] = row.baseline;
    if (row.ratio()) entry["ratio"] = *row.ratio();
    for (const auto& [key, values] : row.details) entry[key] = Median(values);
    document["rows"].push_back(std::move(entry));
  }
  document["notes"] = notes_;
  return document.dump(2) + '\n';
}

}  // namespace florin::bench
