#pragma once

#include <string>

namespace florin::client {

/// `text` with a '?' for every byte that is no part of a valid character: a
/// message with broken UTF-8 would be refused as a whole.
/// Source: RFC 3629, section 4.
[[nodiscard]] std::string ValidUtf8(std::string text);

}  // namespace florin::client
