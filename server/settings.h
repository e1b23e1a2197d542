#pragma once

#include <span>
#include <string>
#include <string_view>
#include <variant>

#include "server/config.h"

namespace florin::server {

/// One setting: the flag --NAME and the file's key NAME (with '_').
struct Setting {
  std::string_view name;
  std::string_view help;
  std::variant<std::string Config::*, std::int64_t Config::*, bool Config::*> field;
  /// Of numbers.
  std::int64_t min = 0;
  std::int64_t max = 0;

  /// "--max-in-flight".
  [[nodiscard]] std::string Flag() const;
  /// "max_in_flight".
  [[nodiscard]] std::string Key() const;
};

[[nodiscard]] std::span<const Setting> Settings();

/// Applies the TOML file `path` to `config`. Returns what is wrong, with file
/// and line; empty: nothing.
[[nodiscard]] std::string ApplyFile(const std::string& path, Config* config);

/// What is wrong with a value, empty: nothing.
[[nodiscard]] std::string CheckSetting(const Setting& setting, const Config& config);

}  // namespace florin::server
