#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "bench/interval.h"

namespace florin::bench {

/// One line of the table. Keys of `details` are part of the JSON form, see docs/performance.md.
struct Row {
  /// Stable: "unary-64".
  std::string name;
  /// "transfers/s", "s", "MiB".
  std::string unit;
  /// A figure for each round; what is shown is their median.
  std::vector<double> rounds;
  /// The row that this one is compared with, round by round; empty: none.
  std::string baseline;
  std::vector<double> ratios;
  /// For each key a value a round.
  std::map<std::string, std::vector<double>> details;

  void Detail(const std::string& key, double value) { details[key].push_back(value); }
  [[nodiscard]] double value() const;
  [[nodiscard]] std::optional<double> ratio() const;
  [[nodiscard]] std::optional<double> detail(const std::string& key) const;
};

/// Adds one measurement to a row. Notes it when more than one in a hundred was refused.
void AddInterval(const Interval& interval, Row* row, std::vector<std::string>* notes);

/// What one run found.
class Report {
 public:
  /// The row of that name, made when first asked for; stays where it is.
  Row* row(const std::string& name, const std::string& unit);
  [[nodiscard]] std::vector<std::string>* notes() { return &notes_; }
  /// About the machine and the run: "file_system" -> "ext4".
  void Fact(const std::string& key, const std::string& value) { facts_[key] = value; }

  /// Aligned, for people.
  [[nodiscard]] std::string Table() const;
  /// One document with stable keys.
  [[nodiscard]] std::string Json() const;

 private:
  std::deque<Row> rows_;
  std::map<std::string, std::string> facts_;
  std::vector<std::string> notes_;
};

/// The middle one, or the mean of the two in the middle; 0 of none.
[[nodiscard]] double Median(std::vector<double> values);

}  // namespace florin::bench
