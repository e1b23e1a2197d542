#pragma once

#include <string>
#include <string_view>

// How text that somebody else wrote is shown to a person. A terminal obeys what
// it is sent: a line end makes a line that nobody wrote, an escape sequence hides
// or overwrites what follows, and a mark of direction turns the order of what is
// read. Stored text may hold all of them, because the ledger keeps what it is given.
namespace florin::text {

/// Tells whether a terminal would do something with the character instead of
/// showing it: the control characters (U+0000 to U+001F, U+007F to U+009F), the
/// line and paragraph separators (U+2028, U+2029), and what steers the direction
/// of text (U+061C, U+200E, U+200F, U+202A to U+202E, U+2066 to U+206F) or
/// annotates it (U+FFF9 to U+FFFB).
/// Source: Unicode's categories Cc, Zl and Zp, and UAX 9 for the directions.
[[nodiscard]] bool IsControl(char32_t code);

/// What becomes of a backslash in the text.
enum class Backslash {
  /// For values: it is shown as two. What is shown then names one text only.
  kDoubled,
  /// For sentences that quote values: whoever made the sentence may have escaped
  /// them already.
  kKept,
};

/// `text` on one line, with an escape for each control character and for each
/// byte that is no UTF-8: "\n", "\r", "\t", else "\x1b" for a byte and "\u202e"
/// for a character. All else stays as it is. bash's $'...' reads the escapes back.
[[nodiscard]] std::string Visible(std::string_view text, Backslash backslash = Backslash::kDoubled);

/// JSON that says the same, with "\u202e" for each control character that JSON
/// itself allows in a string. Bytes that are no UTF-8 become U+FFFD.
/// Requires: control characters below U+0020 stand between values only, as in all JSON.
[[nodiscard]] std::string VisibleJson(std::string_view json);

}  // namespace florin::text
