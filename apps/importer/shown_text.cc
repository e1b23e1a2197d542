#include "apps/importer/shown_text.h"

#include <fmt/format.h>

#include <array>
#include <cstddef>
#include <cstdint>

#include "text/utf8.h"
#include "text/visible.h"

namespace florin::importer {
namespace {

constexpr std::size_t kShownCharacters = 64;

struct Range {
  char32_t first;
  char32_t last;
  const char* name;
};

// What looks like a space, a plain sign or nothing at all.
// text::IsControl knows the characters that steer a terminal.
// Source: the Unicode Character Database, categories Zs, Cf, and Pd.
constexpr std::array<Range, 16> kNamed = {{
    {0x00A0, 0x00A0, "a no-break space"},
    {0x00AD, 0x00AD, "a soft hyphen"},
    {0x2000, 0x2006, "a space"},
    {0x2007, 0x2007, "a figure space"},
    {0x2008, 0x2008, "a punctuation space"},
    {0x2009, 0x2009, "a thin space"},
    {0x200A, 0x200A, "a hair space"},
    {0x200B, 0x200D, "a zero-width mark"},
    {0x2010, 0x2015, "a dash"},
    {0x2018, 0x2019, "a quotation mark"},
    {0x202F, 0x202F, "a narrow no-break space"},
    {0x205F, 0x205F, "a space"},
    {0x2060, 0x2064, "a zero-width mark"},
    {0x2212, 0x2212, "a minus sign"},
    {0x3000, 0x3000, "a wide space"},
    {0xFEFF, 0xFEFF, "a byte order mark"},
}};

const char* NameOf(char32_t code) {
  if (text::IsControl(code)) {
    return "a control character";
  }
  for (const auto& range : kNamed) {
    if (code >= range.first && code <= range.last) {
      return range.name;
    }
  }
  return nullptr;
}

bool IsPrintableAscii(char32_t code) { return code >= 0x20 && code < 0x7F; }

// A sign or a quotation mark can be seen, and a name written with it reads well.
bool IsSeen(const text::Character& character) {
  const char32_t code = character.code;
  return character.valid &&
         ((code >= 0x2010 && code <= 0x2019) || code == 0x2212 || NameOf(code) == nullptr);
}

std::uint32_t Number(const text::Character& character) {
  return static_cast<std::uint32_t>(character.code);
}

// Source: the Unicode Character Database: White_Space, and the marks without width.
bool IsBlankCharacter(char32_t code) {
  return code == ' ' || (code >= 0x09 && code <= 0x0D) || code == 0x85 || code == 0xA0 ||
         code == 0x1680 || (code >= 0x2000 && code <= 0x200D) || code == 0x2028 || code == 0x2029 ||
         code == 0x202F || code == 0x205F || code == 0x2060 || code == 0x3000 || code == 0xFEFF;
}

}  // namespace

std::string Shown(std::string_view text) {
  std::string shown;
  for (std::size_t count = 0, at = 0; at < text.size(); ++count) {
    if (count == kShownCharacters) {
      return shown + "...";
    }
    const auto character = text::CharacterAt(text, at);
    if (IsSeen(character)) {
      shown += text.substr(at, character.length);
    } else {
      shown += character.valid ? fmt::format("<U+{:04X}>", Number(character))
                               : fmt::format("<0x{:02X}>", Number(character));
    }
    at += character.length;
  }
  return shown;
}

std::string NameOfOddCharacter(std::string_view text) {
  if (text.empty()) {
    return "";
  }
  const auto character = text::CharacterAt(text, 0);
  if (!character.valid) {
    return fmt::format("the byte 0x{:02X}", Number(character));
  }
  if (IsPrintableAscii(character.code)) {
    return "";
  }
  const char* name = NameOf(character.code);
  const auto number = fmt::format("U+{:04X}", Number(character));
  return name == nullptr ? number : fmt::format("{} ({})", number, name);
}

bool IsBlankText(std::string_view text) {
  for (std::size_t at = 0; at < text.size();) {
    const auto character = text::CharacterAt(text, at);
    if (!character.valid || !IsBlankCharacter(character.code)) {
      return false;
    }
    at += character.length;
  }
  return true;
}

bool HoldsHighControl(std::string_view text) {
  for (std::size_t at = text.find('\xC2'); at != std::string_view::npos;
       at = text.find('\xC2', at + 1)) {
    const auto next = at + 1 < text.size() ? static_cast<unsigned char>(text[at + 1]) : 0;
    if (next >= 0x80 && next <= 0x9F) {
      return true;
    }
  }
  return false;
}

}  // namespace florin::importer
