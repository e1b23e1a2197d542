#include "apps/importer/toml_table.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <utility>

namespace florin::importer {

std::int64_t LineOf(const toml::node& node) {
  return static_cast<std::int64_t>(node.source().begin.line);
}

TomlTable::TomlTable(const toml::table& table, std::string name, std::optional<Error>* problem)
    : table_(table), name_(std::move(name)), problem_(problem) {}

void TomlTable::Fail(std::int64_t line, std::string message) {
  if (!*problem_) {
    *problem_ = Error{line, std::move(message)};
  }
}

std::int64_t TomlTable::line() const { return importer::LineOf(table_); }

std::int64_t TomlTable::LineOf(std::string_view key) const {
  const auto* node = table_.get(key);
  return node == nullptr ? line() : importer::LineOf(*node);
}

const toml::node* TomlTable::Find(std::string_view key) {
  known_.emplace_back(key);
  return table_.get(key);
}

void TomlTable::FailType(std::string_view key, std::string_view wanted) {
  Fail(LineOf(key), fmt::format("'{}' in {} must be {}", key, name_, wanted));
}

std::optional<std::string> TomlTable::String(std::string_view key) {
  const auto* node = Find(key);
  if (node == nullptr) {
    return std::nullopt;
  }
  if (const auto* text = node->as_string()) {
    return text->get();
  }
  FailType(key, "a string in quotes");
  return std::nullopt;
}

std::optional<bool> TomlTable::Bool(std::string_view key) {
  const auto* node = Find(key);
  if (node == nullptr) {
    return std::nullopt;
  }
  if (const auto* value = node->as_boolean()) {
    return value->get();
  }
  FailType(key, "true or false");
  return std::nullopt;
}

std::optional<std::int64_t> TomlTable::Integer(std::string_view key) {
  const auto* node = Find(key);
  if (node == nullptr) {
    return std::nullopt;
  }
  if (const auto* value = node->as_integer()) {
    return value->get();
  }
  FailType(key, "a whole number");
  return std::nullopt;
}

std::vector<std::string> TomlTable::Strings(std::string_view key) {
  const auto* node = Find(key);
  if (node == nullptr) {
    return {};
  }
  if (const auto* text = node->as_string()) {
    return {text->get()};
  }
  std::vector<std::string> result;
  const auto* array = node->as_array();
  if (array == nullptr) {
    FailType(key, "a string or a list of strings");
    return result;
  }
  for (const auto& element : *array) {
    if (const auto* text = element.as_string()) {
      result.push_back(text->get());
    } else {
      FailType(key, "a string or a list of strings");
    }
  }
  return result;
}

std::optional<Template> TomlTable::TemplateOf(std::string_view key, Count count) {
  const auto text = String(key);
  if (!text) {
    return std::nullopt;
  }
  auto parsed = Template::Parse(*text, LineOf(key));
  if (!parsed.ok()) {
    Fail(parsed.error().line, parsed.error().message);
    return std::nullopt;
  }
  if (parsed.value().Counts() && count == Count::kRefused) {
    Fail(LineOf(key), fmt::format("'{}' in {} has ${{@count}}, which numbers rows in the 'id' of "
                                  "a transaction only",
                                  key, name_));
    return std::nullopt;
  }
  return std::move(parsed).value();
}

std::optional<char> TomlTable::Character(std::string_view key, bool may_be_empty) {
  const auto text = String(key);
  if (!text) {
    return std::nullopt;
  }
  if (text->empty() && may_be_empty) {
    return '\0';
  }
  if (text->size() != 1 || text->front() == '\n' || text->front() == '\0') {
    FailType(key, may_be_empty ? "one ASCII character, or \"\" for none" : "one ASCII character");
    return std::nullopt;
  }
  return text->front();
}

const toml::table* TomlTable::Table(std::string_view key) {
  const auto* node = Find(key);
  if (node == nullptr) {
    return nullptr;
  }
  if (!node->is_table()) {
    FailType(key, "a table");
  }
  return node->as_table();
}

std::vector<const toml::table*> TomlTable::Tables(std::string_view key) {
  const auto* node = Find(key);
  if (node == nullptr) {
    return {};
  }
  if (const auto* table = node->as_table()) {
    return {table};
  }
  std::vector<const toml::table*> result;
  if (const auto* array = node->as_array()) {
    for (const auto& element : *array) {
      if (element.is_table()) {
        result.push_back(element.as_table());
      } else {
        FailType(key, "a list of tables");
      }
    }
  } else {
    FailType(key, "a list of tables");
  }
  return result;
}

void TomlTable::Finish() {
  for (const auto& [key, node] : table_) {
    const std::string name(key.str());
    if (std::find(known_.begin(), known_.end(), name) == known_.end()) {
      Fail(static_cast<std::int64_t>(key.source().begin.line),
           fmt::format("unknown key '{}' in {}; known: {}", name, name_, fmt::join(known_, ", ")));
    }
  }
}

}  // namespace florin::importer
