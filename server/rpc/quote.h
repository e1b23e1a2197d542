#pragma once

#include <string>
#include <string_view>

namespace florin::server {

/// Input as it may stand in a message: in quotes, at most 64 characters of it
/// ("..." says that there was more), on one line: control characters, backslashes
/// and quotes are escaped.
/// Requires: UTF-8, as everything that was parsed is.
[[nodiscard]] std::string Quote(std::string_view text);

/// The first bytes of `text`, at most `bytes_max`, never half a character.
[[nodiscard]] std::string_view CutUtf8(std::string_view text, std::size_t bytes_max);

}  // namespace florin::server
