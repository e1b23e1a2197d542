#include "text/visible.h"

#include <algorithm>
#include <array>
#include <cstddef>

#include "text/utf8.h"

namespace florin::text {
namespace {

struct Range {
  char32_t first;
  char32_t last;
};

constexpr std::array kControls = {
    Range{0x00, 0x1F},     Range{0x7F, 0x9F},     Range{0x61C, 0x61C},   Range{0x200E, 0x200F},
    Range{0x2028, 0x202E}, Range{0x2066, 0x206F}, Range{0xFFF9, 0xFFFB},
};

// "1b" for 0x1B and two digits.
std::string Hex(char32_t code, int digits) {
  static constexpr std::string_view kDigits = "0123456789abcdef";
  std::string text;
  for (int shift = 4 * (digits - 1); shift >= 0; shift -= 4) {
    text += kDigits[(code >> static_cast<unsigned>(shift)) & 0xFU];
  }
  return text;
}

std::string Escape(const Character& character) {
  switch (character.code) {
    case '\n':
      return "\\n";
    case '\r':
      return "\\r";
    case '\t':
      return "\\t";
    default:
      break;
  }
  // Above ASCII, a byte alone is none of the character that has its number.
  const bool is_byte = !character.valid || character.code < 0x80;
  return is_byte ? "\\x" + Hex(character.code, 2) : "\\u" + Hex(character.code, 4);
}

// Nearly all text is plain, and is then copied as a whole.
bool IsPlain(std::string_view text) {
  return std::all_of(text.begin(), text.end(),
                     [](char c) { return c >= ' ' && c <= '~' && c != '\\'; });
}

}  // namespace

bool IsControl(char32_t code) {
  return std::any_of(kControls.begin(), kControls.end(), [code](const Range& range) {
    return code >= range.first && code <= range.last;
  });
}

std::string Visible(std::string_view text, Backslash backslash) {
  if (IsPlain(text)) return std::string(text);
  std::string shown;
  shown.reserve(text.size() + 8);
  for (std::size_t at = 0; at < text.size();) {
    const Character character = CharacterAt(text, at);
    if (!character.valid || IsControl(character.code)) {
      shown += Escape(character);
    } else if (character.code == '\\' && backslash == Backslash::kDoubled) {
      shown += "\\\\";
    } else {
      shown += text.substr(at, character.length);
    }
    at += character.length;
  }
  return shown;
}

std::string VisibleJson(std::string_view json) {
  std::string shown;
  shown.reserve(json.size());
  for (std::size_t at = 0; at < json.size();) {
    const Character character = CharacterAt(json, at);
    if (!character.valid) {
      shown += "\\ufffd";
    } else if (character.code >= ' ' && IsControl(character.code)) {
      shown += "\\u" + Hex(character.code, 4);
    } else {
      shown += json.substr(at, character.length);
    }
    at += character.length;
  }
  return shown;
}

}  // namespace florin::text
