#include "clients/importer/shown_text.h"

#include <fmt/format.h>

#include <array>
#include <cstddef>
#include <cstdint>

namespace florin::importer {
namespace {

constexpr std::size_t kShownCharacters = 64;

struct Character {
  std::uint32_t code = 0;
  std::size_t bytes = 1;
};

// The character that `text` begins with. Text that is not UTF-8 counts byte by
// byte, though the files' text was made UTF-8 when it was read.
Character First(std::string_view text) {
  const auto first = static_cast<unsigned char>(text.front());
  const std::size_t bytes = first < 0xC0 ? 1 : first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4;
  if (bytes == 1 || bytes > text.size()) {
    return {first, 1};
  }
  std::uint32_t code = first & (0xFFU >> (bytes + 1));
  for (std::size_t i = 1; i < bytes; ++i) {
    code = code << 6U | (static_cast<unsigned char>(text[i]) & 0x3FU);
  }
  return {code, bytes};
}

struct Range {
  std::uint32_t first;
  std::uint32_t last;
  const char* name;
};

// What looks like a space, a plain sign or nothing at all.
// Source: the Unicode Character Database, categories Zs, Zl, Zp, Cf, and Pd.
constexpr std::array<Range, 17> kNamed = {{
    {0x00A0, 0x00A0, "a no-break space"},
    {0x00AD, 0x00AD, "a soft hyphen"},
    {0x2000, 0x2006, "a space"},
    {0x2007, 0x2007, "a figure space"},
    {0x2008, 0x2008, "a punctuation space"},
    {0x2009, 0x2009, "a thin space"},
    {0x200A, 0x200A, "a hair space"},
    {0x200B, 0x200F, "a mark without width"},
    {0x2010, 0x2015, "a dash"},
    {0x2018, 0x2019, "a quotation mark"},
    {0x2028, 0x202E, "a mark without width"},
    {0x202F, 0x202F, "a narrow no-break space"},
    {0x205F, 0x205F, "a space"},
    {0x2060, 0x2064, "a mark without width"},
    {0x2212, 0x2212, "a minus sign"},
    {0x3000, 0x3000, "a wide space"},
    {0xFEFF, 0xFEFF, "a byte order mark"},
}};

const char* NameOf(std::uint32_t code) {
  if (code < 0x20 || (code >= 0x7F && code <= 0x9F)) {
    return "a control character";
  }
  for (const auto& range : kNamed) {
    if (code >= range.first && code <= range.last) {
      return range.name;
    }
  }
  return nullptr;
}

bool IsPrintableAscii(std::uint32_t code) { return code >= 0x20 && code < 0x7F; }

// A sign or a quotation mark can be seen, and a name written with it reads well.
bool IsSeen(std::uint32_t code) {
  return (code >= 0x2010 && code <= 0x2019) || code == 0x2212 || NameOf(code) == nullptr;
}

}  // namespace

std::string Shown(std::string_view text) {
  std::string shown;
  for (std::size_t count = 0; !text.empty(); ++count) {
    if (count == kShownCharacters) {
      return shown + "...";
    }
    const Character character = First(text);
    if (IsSeen(character.code)) {
      shown += text.substr(0, character.bytes);
    } else {
      shown += fmt::format("<U+{:04X}>", character.code);
    }
    text.remove_prefix(character.bytes);
  }
  return shown;
}

std::string NameOfOddCharacter(std::string_view text) {
  if (text.empty() || IsPrintableAscii(First(text).code)) {
    return "";
  }
  const std::uint32_t code = First(text).code;
  const char* name = NameOf(code);
  return name == nullptr ? fmt::format("U+{:04X}", code) : fmt::format("U+{:04X} ({})", code, name);
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
