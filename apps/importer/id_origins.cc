#include "apps/importer/id_origins.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <utility>

#include "apps/importer/shown_text.h"

namespace florin::importer {
namespace {

std::string Quoted(const std::vector<std::string>& values) {
  std::vector<std::string> quoted;
  quoted.reserve(values.size());
  for (const auto& value : values) {
    quoted.push_back(fmt::format("'{}'", Shown(value)));
  }
  return quoted.empty() ? "no value" : fmt::format("{}", fmt::join(quoted, ", "));
}

}  // namespace

void IdOrigins::AddFixed(const std::string& id) { origins_[id].first = {id, {}, 0}; }

std::optional<std::string> IdOrigins::Check(const Template& source, const std::string& id,
                                            const Row& row) {
  std::string open = source.RenderOpen(row);
  std::vector<std::string> values = source.Values(row);
  const auto [entry, added] = origins_.try_emplace(id);
  Origins& origins = entry->second;
  if (added) {
    origins.first = {std::move(open), values, row.line};
    origins.by_template.emplace_back(&source, std::move(values));
    return std::nullopt;
  }
  const auto known = std::find_if(origins.by_template.begin(), origins.by_template.end(),
                                  [&](const auto& item) { return item.first == &source; });
  const bool same_template = known != origins.by_template.end();
  if (origins.first.open != open || (same_template && known->second != values)) {
    if (origins.first.line == 0) {
      return fmt::format(
          "'{}' comes from {} here, and the profile gives that id to another account", Shown(id),
          Quoted(values));
    }
    return fmt::format("'{}' comes from {} here and from {} in line {}", Shown(id), Quoted(values),
                       Quoted(origins.first.values), origins.first.line);
  }
  if (!same_template) {
    origins.by_template.emplace_back(&source, std::move(values));
  }
  return std::nullopt;
}

}  // namespace florin::importer
