#pragma once

#include <absl/time/time.h>

#include <string_view>

#include "apps/importer/error.h"

namespace florin::importer {

/// The clock that times were read from: "Z", an offset from UTC ("+05:30", east
/// of Greenwich above zero), or a name of the IANA time zone database
/// ("Europe/Berlin"), which brings its summer time.
///
/// A name is looked up on this machine (package tzdata). "localtime" is refused:
/// the same file would mean something else on another machine.
/// Errors (without a line): neither, or a name that this machine does not know.
[[nodiscard]] Expected<absl::TimeZone> ParseTimeZone(std::string_view text);

}  // namespace florin::importer
