#include "clients/cpp/utf8.h"

#include <cstddef>

namespace florin::client {
namespace {

unsigned char At(const std::string& text, std::size_t at) {
  return at < text.size() ? static_cast<unsigned char>(text[at]) : 0;
}

bool IsTail(unsigned char byte) { return byte >= 0x80 && byte <= 0xBF; }

// Bytes of the character that begins at `at`; 0: none does.
std::size_t LengthAt(const std::string& text, std::size_t at) {
  const unsigned char first = At(text, at);
  if (first < 0x80) {
    return 1;
  }
  const unsigned char second = At(text, at + 1);
  if (first >= 0xC2 && first <= 0xDF) {
    return IsTail(second) ? 2 : 0;
  }
  if (first >= 0xE0 && first <= 0xEF) {
    // No longer form than needed, no surrogates.
    const bool fits = (first != 0xE0 || second >= 0xA0) && (first != 0xED || second <= 0x9F);
    return fits && IsTail(second) && IsTail(At(text, at + 2)) ? 3 : 0;
  }
  if (first >= 0xF0 && first <= 0xF4) {
    const bool fits = (first != 0xF0 || second >= 0x90) && (first != 0xF4 || second <= 0x8F);
    const bool tails = IsTail(second) && IsTail(At(text, at + 2)) && IsTail(At(text, at + 3));
    return fits && tails ? 4 : 0;
  }
  return 0;
}

}  // namespace

std::string ValidUtf8(std::string text) {
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t length = LengthAt(text, at);
    if (length == 0) {
      text[at] = '?';
    }
    at += length == 0 ? 1 : length;
  }
  return text;
}

}  // namespace florin::client
