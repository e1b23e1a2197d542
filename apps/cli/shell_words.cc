#include "apps/cli/shell_words.h"

#include <utility>

namespace florin::cli {
namespace {

bool IsBlank(char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; }

// Reads one word from `line` on, up to a blank outside of quotes.
std::optional<std::string> TakeWord(std::string_view& line) {
  std::string word;
  char quote = 0;
  while (!line.empty() && (quote != 0 || !IsBlank(line.front()))) {
    const char c = line.front();
    line.remove_prefix(1);
    if (c == '\\' && quote != '\'' && !line.empty()) {
      word += line.front();
      line.remove_prefix(1);
    } else if (quote == 0 && (c == '\'' || c == '"')) {
      quote = c;
    } else if (c == quote) {
      quote = 0;
    } else {
      word += c;
    }
  }
  return quote == 0 ? std::optional(word) : std::nullopt;
}

}  // namespace

std::optional<std::vector<std::string>> SplitWords(std::string_view line) {
  std::vector<std::string> words;
  for (;;) {
    while (!line.empty() && IsBlank(line.front())) {
      line.remove_prefix(1);
    }
    if (line.empty() || line.front() == '#') {
      return words;
    }
    auto word = TakeWord(line);
    if (!word) {
      return std::nullopt;
    }
    words.push_back(std::move(*word));
  }
}

}  // namespace florin::cli
