#include "apps/cli/event_place.h"

#include <charconv>

namespace florin::cli {

std::optional<std::int64_t> PositionOfPlace(const std::string& text) {
  if (!text.starts_with(kPositionPlace)) {
    return std::nullopt;
  }
  std::int64_t position = 0;
  const char* last = text.data() + text.size();
  const auto [end, error] = std::from_chars(text.data() + kPositionPlace.size(), last, position);
  return error == std::errc() && end == last && position > 0 ? std::optional(position)
                                                             : std::nullopt;
}

std::string CheckPlaceOfTail(const std::string& text) {
  if (text == "beginning" || text == "end" || text.starts_with(kCheckpointPlace) ||
      ParseTime(text)) {
    return "";
  }
  return "'" + text +
         "' is not one of beginning, end, checkpoint:STRING, or a time like 2026-01-31T09:00:00Z";
}

std::string CheckPlace(const std::string& text) {
  if (PositionOfPlace(text) || CheckPlaceOfTail(text).empty()) {
    return "";
  }
  return "'" + text +
         "' is not one of beginning, end, position:N, checkpoint:STRING, or a time like "
         "2026-01-31T09:00:00Z";
}

}  // namespace florin::cli
