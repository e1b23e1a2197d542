#include "apps/cli/word_completion.h"

#include <algorithm>
#include <sstream>

namespace florin::cli {
namespace {

// Where in the command line the next word stands.
struct Place {
  const CommandNode* command = nullptr;
  // The option whose values are being typed, and how many there are already.
  const OptionNode* option = nullptr;
  std::size_t values = 0;
  std::size_t positionals = 0;
};

const OptionNode* FindOption(const CommandNode& command, const std::string& name) {
  for (const auto& option : command.options) {
    if (!option.positional &&
        std::find(option.names.begin(), option.names.end(), name) != option.names.end()) {
      return &option;
    }
  }
  return nullptr;
}

void Advance(const CommandNode& program, const std::string& word, Place& place) {
  if (place.option != nullptr) {
    if (++place.values == place.option->values.size()) {
      place.option = nullptr;
    }
    return;
  }
  if (word.starts_with('-')) {
    const OptionNode* option = FindOption(*place.command, word);
    option = option != nullptr ? option : FindOption(program, word);
    if (option != nullptr && !option->values.empty()) {
      place.option = option;
      place.values = 0;
    }
    return;
  }
  if (const CommandNode* child = place.command->Find(word)) {
    place.command = child;
  } else {
    ++place.positionals;
  }
}

// What the help calls the value that is wanted at `place`: "ACCOUNT"; "": none.
std::string WantedValue(const Place& place) {
  if (place.option != nullptr) {
    return place.option->values[place.values];
  }
  std::size_t index = 0;
  for (const auto& option : place.command->options) {
    if (option.positional && !option.values.empty() &&
        (index++ == place.positionals || option.repeated)) {
      return option.values.front();
    }
  }
  return "";
}

std::vector<std::string> Split(const std::string& text) {
  std::vector<std::string> parts;
  std::istringstream stream(text);
  for (std::string part; std::getline(stream, part, '|');) {
    parts.push_back(part);
  }
  return parts;
}

std::vector<std::string> OptionNames(const CommandNode& program, const CommandNode& command) {
  std::vector<std::string> names;
  for (const CommandNode* node : {&command, &program}) {
    for (const auto& option : node->options) {
      if (!option.positional) {
        names.push_back(option.names.back());
      }
    }
    if (&command == &program) {
      break;
    }
  }
  return names;
}

}  // namespace

std::vector<std::string> CompleteWord(const CommandNode& program,
                                      const std::vector<std::string>& before,
                                      const std::string& current, const AccountSource& accounts) {
  Place place{.command = &program};
  for (const auto& word : before) {
    Advance(program, word, place);
  }
  std::vector<std::string> words;
  const std::string value = WantedValue(place);
  if (place.option == nullptr && current.starts_with('-')) {
    words = OptionNames(program, *place.command);
  } else if (value == "ACCOUNT") {
    words = accounts(current);
  } else if (value.find('|') != std::string::npos) {
    words = Split(value);
  } else if (place.option == nullptr) {
    for (const auto& child : place.command->commands) {
      words.push_back(child.name);
    }
  }
  std::erase_if(words, [&](const std::string& word) { return !word.starts_with(current); });
  std::sort(words.begin(), words.end());
  words.erase(std::unique(words.begin(), words.end()), words.end());
  return words;
}

std::string CommonPrefix(const std::vector<std::string>& words) {
  std::string prefix = words.empty() ? "" : words.front();
  for (const auto& word : words) {
    const auto differ = std::mismatch(prefix.begin(), prefix.end(), word.begin(), word.end());
    prefix.erase(differ.first, prefix.end());
  }
  return prefix;
}

}  // namespace florin::cli
