#pragma once

#include <string>
#include <string_view>

namespace florin::importer {

/// A value of the file as a message shows it: at most 64 characters, and those
/// that cannot be seen or told from a plain space or nothing are written as
/// their number: "1<U+00A0>234", and a byte that is no UTF-8 as "<0xE9>". So the message never
/// shows what looks right.
[[nodiscard]] std::string Shown(std::string_view text);

/// Names the character that `text` begins with: "U+00A0 (a no-break space)".
/// Empty if it is a printable ASCII character, or `text` is empty.
[[nodiscard]] std::string NameOfOddCharacter(std::string_view text);

/// Whether `text` (UTF-8) shows nothing: it is empty, or of blanks and marks without
/// width alone, such as the no-break space.
[[nodiscard]] bool IsBlankText(std::string_view text);

/// Whether `text` (UTF-8) holds a control character of U+0080 to U+009F. No
/// writing has them; they come from cp1252 text that is read as latin1.
[[nodiscard]] bool HoldsHighControl(std::string_view text);

}  // namespace florin::importer
