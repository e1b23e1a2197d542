#include "apps/importer/date_format.h"

#include <fmt/format.h>

#include <chrono>
#include <optional>

#include "apps/importer/shown_text.h"

namespace florin::importer {
namespace {

bool IsDigit(char c) { return c >= '0' && c <= '9'; }

// Takes the number at the front of `text`: exactly `width` digits.
std::optional<int> TakeNumber(std::string_view* text, std::size_t width) {
  if (text->size() < width) {
    return std::nullopt;
  }
  int number = 0;
  for (const char c : text->substr(0, width)) {
    if (!IsDigit(c)) {
      return std::nullopt;
    }
    number = number * 10 + (c - '0');
  }
  text->remove_prefix(width);
  return number;
}

struct Fields {
  int year = 1970;
  int month = 1;
  int day = 1;
  int hour = 0;
  int minute = 0;
  int second = 0;
};

bool TakeField(char conversion, std::string_view* text, Fields* fields) {
  const auto number = TakeNumber(text, conversion == 'Y' ? 4 : 2);
  if (!number) {
    return false;
  }
  switch (conversion) {
    case 'Y':
      fields->year = *number;
      break;
    case 'y':
      fields->year = *number + (*number >= 69 ? 1900 : 2000);
      break;
    case 'm':
      fields->month = *number;
      break;
    case 'd':
      fields->day = *number;
      break;
    case 'H':
      fields->hour = *number;
      break;
    case 'M':
      fields->minute = *number;
      break;
    default:
      fields->second = *number;
      break;
  }
  return true;
}

bool Exists(const Fields& fields) {
  namespace chrono = std::chrono;
  const chrono::year_month_day day{chrono::year(fields.year),
                                   chrono::month(static_cast<unsigned>(fields.month)),
                                   chrono::day(static_cast<unsigned>(fields.day))};
  return day.ok() && fields.hour <= 23 && fields.minute <= 59 && fields.second <= 59;
}

}  // namespace

Expected<DateFormat> DateFormat::Parse(std::string_view format, const absl::TimeZone& zone) {
  constexpr std::string_view kConversions = "YymdHMS%";
  std::string found;
  for (std::size_t i = 0; i < format.size(); ++i) {
    if (format[i] != '%') {
      continue;
    }
    ++i;
    const char conversion = i < format.size() ? format[i] : '\0';
    if (conversion == '\0' || kConversions.find(conversion) == std::string_view::npos) {
      return Error{0, fmt::format("'{}': a date format knows %Y %y %m %d %H %M "
                                  "%S and %%",
                                  format)};
    }
    found.push_back(conversion);
  }
  const bool complete = found.find_first_of("Yy") != std::string::npos &&
                        found.find('m') != std::string::npos &&
                        found.find('d') != std::string::npos;
  if (!complete) {
    return Error{0, fmt::format("'{}' has no year (%Y or %y), month (%m) or "
                                "day (%d)",
                                format)};
  }
  const bool has_hour = found.find('H') != std::string::npos;
  if (!has_hour && found.find_first_of("MS") != std::string::npos) {
    return Error{0, fmt::format("'{}' has minutes or seconds, but no hour (%H)", format)};
  }
  DateFormat result;
  result.format_ = std::string(format);
  result.zone_ = zone;
  result.has_hour_ = has_hour;
  return result;
}

Expected<std::int64_t> DateFormat::Read(std::string_view text) const {
  const auto problem = [&](std::string_view why) {
    return Error{0, fmt::format("'{}' {} '{}'", Shown(text), why, format_)};
  };
  std::string_view rest = text;
  Fields fields;
  for (std::size_t i = 0; i < format_.size(); ++i) {
    const bool conversion = format_[i] == '%';
    i += conversion ? 1 : 0;
    if (conversion && format_[i] != '%') {
      if (!TakeField(format_[i], &rest, &fields)) {
        return problem("does not fit the date format");
      }
      continue;
    }
    if (!rest.starts_with(format_[i])) {
      return problem("does not fit the date format");
    }
    rest.remove_prefix(1);
  }
  if (!rest.empty()) {
    return problem("does not fit the date format");
  }
  if (!Exists(fields)) {
    return problem("is not a day or time that exists, by the date format");
  }
  const absl::CivilSecond civil(fields.year, fields.month, fields.day, fields.hour, fields.minute,
                                fields.second);
  const auto moment = (has_hour_ ? zone_ : absl::UTCTimeZone()).At(civil);
  if (moment.kind == absl::TimeZone::TimeInfo::SKIPPED) {
    return Error{0, fmt::format("'{}' does not exist in {}: summer time began then", Shown(text),
                                zone_.name())};
  }
  return absl::ToUnixSeconds(moment.pre);
}

}  // namespace florin::importer
