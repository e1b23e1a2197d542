#pragma once

#include <toml++/toml.h>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "apps/importer/error.h"
#include "apps/importer/template.h"

namespace florin::importer {

/// Reads a TOML table key by key and remembers which were asked for, so that
/// those that nobody asked for can be refused. The first problem stays; after
/// it, reading goes on with defaults and its results are of no use.
class TomlTable {
 public:
  /// `name`: as a reader of the profile knows it ("[file]"). `problem` is
  /// shared by all tables of one profile and outlives them, as does `table`.
  TomlTable(const toml::table& table, std::string name, std::optional<Error>* problem);

  [[nodiscard]] std::optional<std::string> String(std::string_view key);
  [[nodiscard]] std::optional<bool> Bool(std::string_view key);
  [[nodiscard]] std::optional<std::int64_t> Integer(std::string_view key);
  [[nodiscard]] std::vector<std::string> Strings(std::string_view key);
  /// Only where it is allowed may the template have ${@count}.
  enum class Count { kRefused, kAllowed };
  [[nodiscard]] std::optional<Template> TemplateOf(std::string_view key,
                                                   Count count = Count::kRefused);
  /// A string of exactly one character; '\0' where it may be and is empty.
  [[nodiscard]] std::optional<char> Character(std::string_view key, bool may_be_empty);
  [[nodiscard]] const toml::table* Table(std::string_view key);
  /// The tables of [[key]]; a single [key] will do.
  [[nodiscard]] std::vector<const toml::table*> Tables(std::string_view key);

  /// Refuses the keys that were not asked for, naming those that were.
  void Finish();

  void Fail(std::int64_t line, std::string message);
  [[nodiscard]] std::int64_t LineOf(std::string_view key) const;
  [[nodiscard]] std::int64_t line() const;
  [[nodiscard]] const std::string& name() const { return name_; }

 private:
  const toml::node* Find(std::string_view key);
  void FailType(std::string_view key, std::string_view wanted);

  const toml::table& table_;
  const std::string name_;
  std::optional<Error>* problem_;
  std::vector<std::string> known_;
};

/// The line that `node` stands in.
[[nodiscard]] std::int64_t LineOf(const toml::node& node);

}  // namespace florin::importer
