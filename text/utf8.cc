#include "text/utf8.h"

namespace florin::text {
namespace {

// A first byte's class: how long its character is, and which second byte may
// follow. The second byte is where long forms, surrogates and what is above
// U+10FFFF are told from the others.
struct Form {
  std::size_t length = 0;  // 0: no character begins so
  unsigned char second_min = 0x80;
  unsigned char second_max = 0xBF;
};

Form FormOf(unsigned char first) {
  if (first >= 0xC2 && first <= 0xDF) return {.length = 2};
  if (first == 0xE0) return {.length = 3, .second_min = 0xA0};
  if (first == 0xED) return {.length = 3, .second_max = 0x9F};
  if (first >= 0xE1 && first <= 0xEF) return {.length = 3};
  if (first == 0xF0) return {.length = 4, .second_min = 0x90};
  if (first >= 0xF1 && first <= 0xF3) return {.length = 4};
  if (first == 0xF4) return {.length = 4, .second_max = 0x8F};
  return {};
}

}  // namespace

Character CharacterAt(std::string_view text, std::size_t at) {
  const auto first = static_cast<unsigned char>(text[at]);
  if (first < 0x80) return {.code = first};
  const Character broken{.code = first, .valid = false};
  const Form form = FormOf(first);
  if (form.length == 0 || text.size() - at < form.length) return broken;
  // The first byte of n holds 7 - n bits of the code.
  char32_t code = first & (0x7FU >> form.length);
  for (std::size_t i = 1; i < form.length; ++i) {
    const auto next = static_cast<unsigned char>(text[at + i]);
    const unsigned char least = i == 1 ? form.second_min : 0x80;
    const unsigned char most = i == 1 ? form.second_max : 0xBF;
    if (next < least || next > most) return broken;
    code = (code << 6U) | (next & 0x3FU);
  }
  return {.code = code, .length = form.length};
}

}  // namespace florin::text
