#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "domain/result.h"

namespace florin::domain {

/// A pattern over dotted words: "account.funds.*", "trade.#", "#".
///
/// '*' stands for exactly one word, '#' for zero or more; every other word for
/// itself. So "account.#" matches "account" too. Source: AMQP 0-9-1,
/// section 3.1.3.3, the topic exchange.
class TopicPattern {
 public:
  /// Longest pattern, in bytes; AMQP's bound on a routing key.
  static constexpr std::size_t kBytesMax = 255;

  /// Errors: kFieldInvalid (field "type_patterns") with what is wrong: empty,
  /// too long, an empty word, a word that mixes '*' or '#' with other
  /// characters, a character that no type has.
  static Result<TopicPattern> Parse(std::string_view text);

  /// Cost: linear in the words of `topic` but for several '#'; allocates
  /// nothing.
  [[nodiscard]] bool Matches(std::string_view topic) const;

  /// "#" and its like: every topic matches.
  [[nodiscard]] bool MatchesEverything() const;

 private:
  explicit TopicPattern(std::vector<std::string> words) : words_(std::move(words)) {}

  std::vector<std::string> words_;
};

}  // namespace florin::domain
