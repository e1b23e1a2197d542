#include "apps/cli/command_tree.h"

#include <sstream>

#include "apps/cli/help_formatter.h"

namespace florin::cli {
namespace {

std::vector<std::string> Words(const std::string& text) {
  std::istringstream stream(text);
  std::vector<std::string> words;
  for (std::string word; stream >> word;) {
    words.push_back(word);
  }
  return words;
}

OptionNode DescribeOption(const CLI::Option& option) {
  OptionNode node;
  node.positional = option.get_positional();
  if (node.positional) {
    node.names.push_back(option.get_name(true));
  }
  for (const auto& name : option.get_snames()) {
    node.names.push_back("-" + name);
  }
  for (const auto& name : option.get_lnames()) {
    node.names.push_back("--" + name);
  }
  if (option.get_items_expected_max() > 0) {
    node.values = Words(ValueName(option));
  }
  node.description = option.get_description();
  node.environment = option.get_envname();
  node.required = option.get_required();
  node.repeated = option.get_multi_option_policy() == CLI::MultiOptionPolicy::TakeAll ||
                  option.get_items_expected_max() >= CLI::detail::expected_max_vector_size;
  return node;
}

CommandNode Describe(const CLI::App& app, const std::string& above) {
  CommandNode node;
  node.name = app.get_name();
  node.path = above.empty() ? node.name : above + " " + node.name;
  node.description = app.get_description();
  node.footer = app.get_footer();
  for (const CLI::Option* option : app.get_options()) {
    if (!option->get_group().empty()) {
      node.options.push_back(DescribeOption(*option));
    }
  }
  for (const CLI::App* command : app.get_subcommands([](const CLI::App*) { return true; })) {
    if (!command->get_group().empty()) {
      node.commands.push_back(Describe(*command, node.path));
    }
  }
  return node;
}

}  // namespace

const CommandNode* CommandNode::Find(const std::string& command) const {
  for (const auto& node : commands) {
    if (node.name == command) {
      return &node;
    }
  }
  return nullptr;
}

CommandNode DescribeCommands(const CLI::App& app) { return Describe(app, ""); }

}  // namespace florin::cli
