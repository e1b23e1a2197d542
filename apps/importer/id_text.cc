#include "apps/importer/id_text.h"

#include <fmt/format.h>
#include <openssl/evp.h>

#include <array>
#include <cstddef>

namespace florin::importer {
namespace {

constexpr std::size_t kHashBytes = 6;

bool IsAscii(char c) { return static_cast<unsigned char>(c) < 0x80; }

std::string HashOf(std::string_view value) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned int size = 0;
  EVP_Digest(value.data(), value.size(), digest.data(), &size, EVP_sha256(), nullptr);
  std::string text;
  for (std::size_t i = 0; i < kHashBytes; ++i) {
    text += fmt::format("{:02x}", digest[i]);
  }
  return text;
}

}  // namespace

// Not <cctype>: what a letter is must not depend on the machine's locale.
bool IsIdCharacter(char c) {
  return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') ||
         std::string_view(":._@-").find(c) != std::string_view::npos;
}

std::string IdText(std::string_view value) {
  std::string text;
  bool ascii = true;
  bool in_run = false;
  for (const char c : value) {
    const bool foreign = !IsAscii(c);
    if (!foreign || !in_run) {
      text.push_back(IsIdCharacter(c) ? c : '-');
    }
    ascii = ascii && !foreign;
    in_run = foreign;
  }
  return ascii ? text : text + '_' + HashOf(value);
}

}  // namespace florin::importer
