#pragma once

#include <string>
#include <string_view>

namespace florin::importer {

/// Whether ids may hold `c`.
[[nodiscard]] bool IsIdCharacter(char c);

/// Makes a part of an id of any text (UTF-8): A-Z a-z 0-9 : . _ @ - stay.
///
/// In ASCII text every other character becomes '-'. So two values can give one
/// text ("A B" and "A-B"): who makes ids of it watches for that (IdOrigins).
/// In text with other characters each run of those becomes one '-', and '_' and
/// 12 hexadecimal digits of the value's SHA-256 follow, so that "Müller" and
/// "Möller" stay apart: "M-ller_" and 12 digits.
///
/// Do not change: ids that the ledger keeps are compared with what this gives.
[[nodiscard]] std::string IdText(std::string_view value);

}  // namespace florin::importer
