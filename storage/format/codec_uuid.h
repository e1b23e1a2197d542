#pragma once

#include <array>
#include <cstddef>
#include <string>
#include <string_view>

namespace florin::storage::codec {

/// UUIDs as RFC 9562 writes them, in lower case, take 16 bytes instead of 36.
inline constexpr std::size_t kUuidBytes = 16;
inline constexpr std::size_t kUuidTextBytes = 36;

/// False, `out` unspecified, unless `text` is what UnpackUuid would write.
[[nodiscard]] bool PackUuid(std::string_view text, std::array<char, kUuidBytes>* out);

/// Requires: kUuidBytes bytes.
[[nodiscard]] std::string UnpackUuid(std::string_view bytes);

}  // namespace florin::storage::codec
