#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace florin::cli {

/// A line's words as a shell would have them: blanks part them; '...' and "..."
/// and a backslash keep blanks; a '#' at the beginning of a word ends the line.
/// nullopt: a quote is left open.
[[nodiscard]] std::optional<std::vector<std::string>> SplitWords(std::string_view line);

}  // namespace florin::cli
