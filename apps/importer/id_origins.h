#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "apps/importer/template.h"

namespace florin::importer {

/// Watches that no two different values give one id: two people would share an
/// account, and nobody would notice.
///
/// Memory: the values of each id once. Threads: not safe.
class IdOrigins {
 public:
  /// Says that the profile itself names `id`, without a value of any row.
  void AddFixed(const std::string& id);

  /// nullopt: `id`, which `source` gives for `row`, is new or came from the same
  /// values. Else the values there and here, as a sentence.
  ///
  /// `source` lives as long as this. Two templates may give one id if their
  /// texts without the filter `id` are the same.
  [[nodiscard]] std::optional<std::string> Check(const Template& source, const std::string& id,
                                                 const Row& row);

 private:
  struct Origin {
    std::string open;
    std::vector<std::string> values;
    // 0: of no row, but of the profile itself.
    std::int64_t line = 0;
  };
  struct Origins {
    Origin first;
    // Of the templates that gave it; few do.
    std::vector<std::pair<const Template*, std::vector<std::string>>> by_template;
  };

  std::unordered_map<std::string, Origins> origins_;
};

}  // namespace florin::importer
