#pragma once

#include <CLI/CLI.hpp>
#include <string>
#include <vector>

namespace florin::cli {

/// What manual pages and completion need to know of an option or positional.
struct OptionNode {
  /// "--limit", "-h"; of a positional its name.
  std::vector<std::string> names = {};
  /// What each of its values is, as the help shows it: {"ACCOUNT", "AMOUNT"};
  /// empty: a flag.
  std::vector<std::string> values = {};
  std::string description = {};
  std::string environment = {};
  bool positional = false;
  bool required = false;
  /// May be given, or take values, any number of times.
  bool repeated = false;
};

/// A command with all below it, as the command line's parser knows them.
struct CommandNode {
  std::string name = {};
  /// "florin account open".
  std::string path = {};
  std::string description = {};
  std::string footer = {};
  std::vector<OptionNode> options = {};
  std::vector<CommandNode> commands = {};

  /// Null: there is none of that name.
  [[nodiscard]] const CommandNode* Find(const std::string& command) const;
};

/// Hidden commands and options (those without a group) are left out.
[[nodiscard]] CommandNode DescribeCommands(const CLI::App& app);

}  // namespace florin::cli
