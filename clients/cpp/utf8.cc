#include "clients/cpp/utf8.h"

#include <cstddef>

#include "text/utf8.h"

namespace florin::client {

std::string ValidUtf8(std::string text) {
  for (std::size_t at = 0; at < text.size();) {
    const text::Character character = text::CharacterAt(text, at);
    if (!character.valid) {
      text[at] = '?';
    }
    at += character.length;
  }
  return text;
}

}  // namespace florin::client
