#include "storage/format/codec_uuid.h"

#include <cstdint>

namespace florin::storage::codec {
namespace {

constexpr std::string_view kDigits = "0123456789abcdef";
constexpr std::uint8_t kNoDigit = 0xff;

constexpr std::array<std::uint8_t, 256> MakeDigitValues() {
  std::array<std::uint8_t, 256> values{};
  values.fill(kNoDigit);
  for (std::size_t i = 0; i < kDigits.size(); ++i) {
    values[static_cast<std::uint8_t>(kDigits[i])] = static_cast<std::uint8_t>(i);
  }
  return values;
}
constexpr auto kDigitValues = MakeDigitValues();

/// Where the two digits of each byte begin in the text.
constexpr std::array<std::uint8_t, kUuidBytes> kPlaces = {0,  2,  4,  6,  9,  11, 14, 16,
                                                          19, 21, 24, 26, 28, 30, 32, 34};

}  // namespace

bool PackUuid(std::string_view text, std::array<char, kUuidBytes>* out) {
  if (text.size() != kUuidTextBytes) return false;
  if (text[8] != '-' || text[13] != '-' || text[18] != '-' || text[23] != '-') return false;
  // Valid digits have their upper four bits clear.
  unsigned seen = 0;
  for (std::size_t i = 0; i < kUuidBytes; ++i) {
    const unsigned high = kDigitValues[static_cast<std::uint8_t>(text[kPlaces[i]])];
    const unsigned low = kDigitValues[static_cast<std::uint8_t>(text[kPlaces[i] + std::size_t{1}])];
    seen |= high | low;
    (*out)[i] = static_cast<char>(high << 4 | (low & 0x0f));
  }
  return seen <= 0x0f;
}

std::string UnpackUuid(std::string_view bytes) {
  std::string text(kUuidTextBytes, '-');
  for (std::size_t i = 0; i < kUuidBytes; ++i) {
    const auto byte = static_cast<std::uint8_t>(bytes[i]);
    text[kPlaces[i]] = kDigits[byte >> 4];
    text[kPlaces[i] + std::size_t{1}] = kDigits[byte & 0x0f];
  }
  return text;
}

}  // namespace florin::storage::codec
