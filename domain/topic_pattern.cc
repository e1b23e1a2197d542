#include "domain/topic_pattern.h"

#include <algorithm>

namespace florin::domain {
namespace {

constexpr std::string_view kOneWord = "*";
constexpr std::string_view kAnyWords = "#";

bool IsWordCharacter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
         c == '-';
}

Refusal Malformed(std::string_view text, std::string_view problem) {
  std::string message = "the topic pattern '";
  message.append(text.substr(0, TopicPattern::kBytesMax)).append("' ").append(problem);
  message.append(
      "; a pattern is words of letters, digits, '_' and '-' with '.' between "
      "them, where '*' as a word "
      "stands for one word and '#' for any number, as in 'account.funds.*'");
  return {Reason::kFieldInvalid, std::move(message), {{"field", "type_patterns"}}};
}

/// Why `word` cannot stand in a pattern; empty: it can.
std::string_view ProblemOf(std::string_view word) {
  if (word.empty()) return "has an empty word";
  if (word == kOneWord || word == kAnyWords) return {};
  if (std::all_of(word.begin(), word.end(), IsWordCharacter)) return {};
  if (word.find_first_of("*#") != std::string_view::npos) {
    return "has a '*' or '#' that is only part of a word; each must be a whole "
           "word";
  }
  return "has a character that no event type has";
}

/// A place between the words of a topic; steps over them without splitting it.
class WordCursor {
 public:
  /// The empty topic has no words.
  explicit WordCursor(std::string_view topic) : topic_(topic), begin_(topic.empty() ? 1 : 0) {
    FindEnd();
  }

  [[nodiscard]] bool AtEnd() const { return begin_ > topic_.size(); }
  [[nodiscard]] std::string_view word() const { return topic_.substr(begin_, end_ - begin_); }
  void Step() {
    begin_ = end_ + 1;
    FindEnd();
  }

 private:
  void FindEnd() {
    end_ = AtEnd() ? topic_.size() : std::min(topic_.find('.', begin_), topic_.size());
  }

  std::string_view topic_;
  std::size_t begin_;
  std::size_t end_ = 0;
};

}  // namespace

Result<TopicPattern> TopicPattern::Parse(std::string_view text) {
  if (text.empty()) return Malformed(text, "is empty (leave it out to select every type)");
  if (text.size() > kBytesMax) return Malformed(text, "is longer than 255 bytes");
  std::vector<std::string> words;
  for (WordCursor cursor(text); !cursor.AtEnd(); cursor.Step()) {
    const std::string_view problem = ProblemOf(cursor.word());
    if (!problem.empty()) return Malformed(text, problem);
    words.emplace_back(cursor.word());
  }
  return TopicPattern(std::move(words));
}

bool TopicPattern::Matches(std::string_view topic) const {
  // As with file name patterns, only the last '#' needs to be tried with more
  // words: what came before it has matched at the earliest place, and a later
  // one could not help.
  constexpr std::size_t kNone = static_cast<std::size_t>(-1);
  std::size_t at = 0;
  std::size_t last_any = kNone;
  WordCursor cursor(topic);
  WordCursor retry = cursor;
  while (!cursor.AtEnd()) {
    if (at < words_.size() && words_[at] == kAnyWords) {
      last_any = at++;
      retry = cursor;
    } else if (at < words_.size() && (words_[at] == kOneWord || words_[at] == cursor.word())) {
      ++at;
      cursor.Step();
    } else if (last_any != kNone) {
      at = last_any + 1;
      retry.Step();
      cursor = retry;
    } else {
      return false;
    }
  }
  return std::all_of(words_.begin() + static_cast<std::ptrdiff_t>(at), words_.end(),
                     [](const std::string& word) { return word == kAnyWords; });
}

bool TopicPattern::MatchesEverything() const {
  return std::all_of(words_.begin(), words_.end(),
                     [](const std::string& word) { return word == kAnyWords; });
}

}  // namespace florin::domain
