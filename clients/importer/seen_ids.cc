#include "clients/importer/seen_ids.h"

#include <absl/hash/hash.h>

#include <functional>

namespace florin::importer {
namespace {

// A second hash, of another kind than the map's key.
std::uint64_t CheckBits(std::string_view text) {
  return (std::hash<std::string_view>()(text) << 40U);
}

}  // namespace

std::optional<std::int64_t> SeenIds::Find(std::string_view text, std::int64_t number) {
  const std::uint64_t check = CheckBits(text);
  const auto [place, added] =
      numbers_.try_emplace(absl::HashOf(text), check | static_cast<std::uint64_t>(number));
  const bool same = (place->second & ~kNumberMax) == check;
  return added || !same ? std::nullopt
                        : std::optional(static_cast<std::int64_t>(place->second & kNumberMax));
}

std::int64_t SeenIds::Count(std::string_view text) {
  auto& entry = numbers_.try_emplace(absl::HashOf(text), CheckBits(text)).first->second;
  ++entry;
  return static_cast<std::int64_t>(entry & kNumberMax);
}

}  // namespace florin::importer
