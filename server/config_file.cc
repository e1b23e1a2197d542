#include <fmt/format.h>
#include <toml++/toml.h>

#include <optional>

#include "server/settings.h"

namespace florin::server {
namespace {

const Setting* FindSetting(std::string_view key) {
  for (const Setting& setting : Settings()) {
    if (setting.Key() == key) return &setting;
  }
  return nullptr;
}

std::string KnownKeys() {
  std::string keys;
  for (const Setting& setting : Settings()) {
    keys += (keys.empty() ? "" : ", ") + setting.Key();
  }
  return keys;
}

template <typename T>
bool Assign(const toml::node& node, T Config::*field, Config* config) {
  const std::optional<T> value = node.value_exact<T>();
  if (value) config->*field = *value;
  return value.has_value();
}

// What is wrong, empty: nothing.
std::string ApplyKey(std::string_view key, const toml::node& node, Config* config) {
  const Setting* const setting = FindSetting(key);
  if (setting == nullptr) {
    return fmt::format("there is no setting \"{}\"; there are {}", key, KnownKeys());
  }
  const bool assigned =
      std::visit([&](auto field) { return Assign(node, field, config); }, setting->field);
  if (!assigned) {
    constexpr std::string_view kKinds[] = {"a string in quotes", "a number", "true or false"};
    return fmt::format("{} must be {}", key, kKinds[setting->field.index()]);
  }
  return CheckSetting(*setting, *config);
}

}  // namespace

std::string ApplyFile(const std::string& path, Config* config) {
  try {
    const toml::table table = toml::parse_file(path);
    for (const auto& [key, node] : table) {
      const std::string wrong = ApplyKey(key.str(), node, config);
      if (!wrong.empty()) {
        return fmt::format("{}:{}: {}", path, key.source().begin.line, wrong);
      }
    }
    return "";
  } catch (const toml::parse_error& error) {
    const auto line = error.source().begin.line;
    // A file that cannot be opened has no line.
    if (line == 0) return fmt::format("{}: {}", path, error.description());
    return fmt::format("{}:{}: {}", path, line, error.description());
  }
}

}  // namespace florin::server
