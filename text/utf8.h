#pragma once

#include <cstddef>
#include <string_view>

namespace florin::text {

/// What stands at one place of a text.
struct Character {
  /// The code point; of a byte that belongs to no character, that byte.
  char32_t code = 0;
  /// How many bytes it takes: 1 to 4.
  std::size_t length = 1;
  /// False for a byte that belongs to no character.
  bool valid = true;
};

/// The character that begins at byte `at`.
/// Requires: `at` < `text.size()`.
/// Source: RFC 3629, section 4: no longer form than needed, no surrogates,
/// nothing above U+10FFFF.
[[nodiscard]] Character CharacterAt(std::string_view text, std::size_t at);

}  // namespace florin::text
