#include "apps/cli/completion_script.h"

#include <fmt/format.h>

namespace florin::cli {
namespace {

// "asset|liability" -> "asset liability"; "" where values are free.
std::string Choices(const OptionNode& option) {
  if (option.values.empty() || option.values.front().find('|') == std::string::npos) {
    return "";
  }
  std::string text = option.values.front();
  for (char& c : text) {
    c = c == '|' ? ' ' : c;
  }
  return text;
}

// What may follow the command: those below it, and its options.
std::string Following(const CommandNode& command, const CommandNode& program) {
  std::string words;
  for (const auto& child : command.commands) {
    words += child.name + " ";
  }
  const auto add = [&words](const CommandNode& node) {
    for (const auto& option : node.options) {
      if (!option.positional) {
        words += option.names.back() + " ";
      }
    }
  };
  add(command);
  if (&command != &program) {
    add(program);
  }
  words.pop_back();
  return words;
}

void AddBranches(const CommandNode& command, const CommandNode& program, std::string* text) {
  *text += fmt::format("    '{}') choices='{}' ;;\n", command.path, Following(command, program));
  for (const auto& child : command.commands) {
    AddBranches(child, program, text);
  }
}

// Where the word before is an option that takes a value, the value is completed.
void AddValues(const CommandNode& command, std::string* text) {
  for (const auto& option : command.options) {
    if (option.positional || option.values.empty()) {
      continue;
    }
    for (const auto& name : option.names) {
      *text += fmt::format("    '{} {}') choices='{}'; value=1 ;;\n", command.path, name,
                           Choices(option));
    }
  }
  for (const auto& child : command.commands) {
    AddValues(child, text);
  }
}

void AddPaths(const CommandNode& command, std::string* text) {
  for (const auto& child : command.commands) {
    *text += fmt::format("      '{}') place='{}' ;;\n", child.path, child.path);
    AddPaths(child, text);
  }
}

// The part that both shells read: finds the command in `typed`, the words before
// the one to complete, and sets `choices`; `value` where an option's is wanted. Names
// like `path` and `words` mean something to zsh.
std::string Search(const CommandNode& program) {
  std::string paths;
  std::string branches;
  std::string values;
  std::string global;
  AddPaths(program, &paths);
  AddBranches(program, program, &branches);
  AddValues(program, &values);
  for (const auto& option : program.options) {
    if (!option.values.empty()) {
      global += (global.empty() ? "" : "|") + option.names.back();
    }
  }
  return fmt::format(
      "  local place={0} last='' word choices='' value=''\n"
      "  for word in \"${{typed[@]}}\"; do\n"
      "    case \"$place $word\" in\n{1}    esac\n"
      "    last=\"$word\"\n"
      "  done\n"
      "  case \"$place $last\" in\n{2}  esac\n"
      "  case \"$last\" in {3}) value=1 ;; esac\n"
      "  [ -n \"$value\" ] || case \"$place\" in\n{4}  esac\n",
      program.name, paths, values, global, branches);
}

}  // namespace

std::string BashCompletion(const CommandNode& program) {
  return fmt::format(
      "# Completion of {0} for bash. Try it with: source <({0} completion bash)\n"
      "_{0}_complete() {{\n"
      "  local typed=(\"${{COMP_WORDS[@]:1:COMP_CWORD-1}}\")\n"
      "{1}"
      "  COMPREPLY=($(compgen -W \"$choices\" -- \"${{COMP_WORDS[COMP_CWORD]}}\"))\n"
      "}}\n"
      "complete -o default -F _{0}_complete {0}\n",
      program.name, Search(program));
}

std::string ZshCompletion(const CommandNode& program) {
  return fmt::format(
      "#compdef {0}\n"
      "# Completion of {0} for zsh. Try it with: source <({0} completion zsh)\n"
      "_{0}() {{\n"
      "  local -a typed=(\"${{(@)words[2,CURRENT-1]}}\")\n"
      "{1}"
      "  if [ -n \"$choices\" ]; then compadd -- ${{=choices}}; else _files; fi\n"
      "}}\n"
      "if [ \"$funcstack[1]\" = _{0} ]; then _{0} \"$@\"; else compdef _{0} {0}; fi\n",
      program.name, Search(program));
}

}  // namespace florin::cli
