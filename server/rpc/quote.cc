#include "server/rpc/quote.h"

#include "text/visible.h"

namespace florin::server {
namespace {

constexpr std::size_t kQuotedCharactersMax = 64;

bool IsContinuation(char byte) { return (static_cast<unsigned char>(byte) & 0xC0) == 0x80; }

// Bytes of the first `count` characters.
std::size_t BytesOfCharacters(std::string_view text, std::size_t count) {
  std::size_t bytes = 0;
  for (; bytes < text.size(); ++bytes) {
    if (IsContinuation(text[bytes])) continue;
    if (count == 0) break;
    --count;
  }
  return bytes;
}

}  // namespace

std::string_view CutUtf8(std::string_view text, std::size_t bytes_max) {
  if (text.size() <= bytes_max) return text;
  std::size_t end = bytes_max;
  while (end > 0 && IsContinuation(text[end])) --end;
  return text.substr(0, end);
}

std::string Quote(std::string_view text) {
  const std::size_t shown = BytesOfCharacters(text, kQuotedCharactersMax);
  std::string out = "\"";
  for (const char c : text::Visible(text.substr(0, shown))) {
    // Backslashes are doubled by then.
    out += c == '"' ? "\\\"" : std::string(1, c);
  }
  if (shown < text.size()) out += "...";
  out += '"';
  return out;
}

}  // namespace florin::server
