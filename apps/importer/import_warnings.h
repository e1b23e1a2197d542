#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

namespace florin::importer {

/// What looks wrong in rows that are imported all the same: of each kind the
/// first row only, as the others would say nothing new.
class ImportWarnings {
 public:
  enum class Kind {
    /// An amount has three decimals, and the asset has fewer.
    kThreeDecimals,
    /// A control character shows that the encoding is another.
    kEncoding,
    /// The transaction's id has nothing of the row.
    kConstantId,
  };

  [[nodiscard]] bool Has(Kind kind) const { return first_.count(kind) > 0; }
  void Add(Kind kind, std::int64_t line, const std::string& message) {
    first_.emplace(kind, "line " + std::to_string(line) + ": " + message);
  }

  /// Sentences that begin with the line.
  [[nodiscard]] std::vector<std::string> All() const {
    std::vector<std::string> all;
    all.reserve(first_.size());
    for (const auto& [kind, message] : first_) {
      all.push_back(message);
    }
    return all;
  }

 private:
  std::map<Kind, std::string> first_;
};

}  // namespace florin::importer
