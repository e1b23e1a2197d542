#include "apps/importer/seen_ids.h"

#include <openssl/evp.h>

#include <array>
#include <cstddef>

namespace florin::importer {
namespace {

std::uint64_t BigEndian(const unsigned char* bytes, std::size_t count) {
  std::uint64_t number = 0;
  for (std::size_t i = 0; i < count; ++i) {
    number = number << 8U | bytes[i];
  }
  return number;
}

}  // namespace

SeenIds::Hash SeenIds::Sha256(std::string_view text) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned int size = 0;
  EVP_Digest(text.data(), text.size(), digest.data(), &size, EVP_sha256(), nullptr);
  return {BigEndian(digest.data(), 8), BigEndian(digest.data() + 8, 3) << 40U};
}

std::pair<std::uint64_t*, bool> SeenIds::EntryOf(std::string_view text) {
  auto [key, check] = hash_(text);
  for (;; ++key) {
    const auto [place, added] = numbers_.try_emplace(key, check);
    if (added || (place->second & ~kNumberMax) == check) {
      return {&place->second, added};
    }
    // Another text has the place: the next one is as good.
  }
}

std::optional<std::int64_t> SeenIds::Find(std::string_view text, std::int64_t number) {
  const auto [entry, added] = EntryOf(text);
  if (added) {
    *entry |= static_cast<std::uint64_t>(number);
    return std::nullopt;
  }
  return static_cast<std::int64_t>(*entry & kNumberMax);
}

std::int64_t SeenIds::Count(std::string_view text) {
  std::uint64_t* entry = EntryOf(text).first;
  ++*entry;
  return static_cast<std::int64_t>(*entry & kNumberMax);
}

}  // namespace florin::importer
