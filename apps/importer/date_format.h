#pragma once

#include <absl/time/time.h>

#include <cstdint>
#include <string>
#include <string_view>

#include "apps/importer/error.h"

namespace florin::importer {

/// How dates and times are written: as by strftime, of %Y %y %m %d %H %M %S %%,
/// all else as it stands. %y means 1969 to 2068.
///
/// A format without %H names a day, and a day is the same everywhere: it is read
/// as its beginning in UTC, whatever the zone, as all of Florin shows times in
/// UTC. A format with %H names a moment on the clock of the zone.
class DateFormat {
 public:
  /// `zone` of the file's clock.
  /// Errors: another conversion; no year, month or day in it; %M or %S without %H.
  [[nodiscard]] static Expected<DateFormat> Parse(std::string_view format,
                                                  const absl::TimeZone& zone);

  /// Seconds since 1970 UTC. Of a time that the clock showed twice (the end of
  /// summer time) it is the first.
  /// Errors (without a line): the text does not fit, there is no such day, or the
  /// clock never showed that time (the begin of summer time).
  [[nodiscard]] Expected<std::int64_t> Read(std::string_view text) const;

 private:
  std::string format_;
  absl::TimeZone zone_;
  bool has_hour_ = false;
};

}  // namespace florin::importer
