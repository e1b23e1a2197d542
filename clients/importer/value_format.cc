#include "clients/importer/value_format.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>

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

std::optional<std::int64_t> ToSeconds(const Fields& fields) {
  namespace chrono = std::chrono;
  const chrono::year_month_day day{chrono::year(fields.year),
                                   chrono::month(static_cast<unsigned>(fields.month)),
                                   chrono::day(static_cast<unsigned>(fields.day))};
  if (!day.ok() || fields.hour > 23 || fields.minute > 59 || fields.second > 59) {
    return std::nullopt;
  }
  const std::int64_t days = chrono::sys_days(day).time_since_epoch().count();
  return ((days * 24 + fields.hour) * 60 + fields.minute) * 60 + fields.second;
}

// Takes a sign off either end; false: there is one at both.
bool TakeSign(std::string_view* text, bool* negative) {
  const auto is_sign = [](char c) { return c == '-' || c == '+'; };
  int signs = 0;
  if (!text->empty() && is_sign(text->front())) {
    *negative = text->front() == '-';
    text->remove_prefix(1);
    ++signs;
  }
  if (!text->empty() && is_sign(text->back())) {
    *negative = text->back() == '-';
    text->remove_suffix(1);
    ++signs;
  }
  return signs < 2;
}

void StripZeros(std::string* whole, std::string* fraction) {
  fraction->erase(fraction->find_last_not_of('0') + 1);
  whole->erase(0, std::min(whole->find_first_not_of('0'), whole->size()));
  if (whole->empty()) {
    *whole = "0";
  }
}

}  // namespace

Expected<ParsedAmount> ParseAmount(std::string_view text, const AmountFormat& format) {
  const auto problem = [&] {
    return Error{0, fmt::format("'{}' is not an amount with the decimal "
                                "separator '{}'",
                                text.substr(0, 64), format.decimal_separator)};
  };
  ParsedAmount amount;
  std::string_view rest = text;
  if (!TakeSign(&rest, &amount.negative)) {
    return problem();
  }
  std::string whole;
  std::string fraction;
  bool behind_point = false;
  for (const char c : rest) {
    if (IsDigit(c)) {
      (behind_point ? fraction : whole).push_back(c);
    } else if (c == format.decimal_separator && !behind_point) {
      behind_point = true;
    } else if (c != format.thousands_separator || c == '\0' || behind_point || whole.empty()) {
      return problem();
    }
  }
  if (whole.empty() && fraction.empty()) {
    return problem();
  }
  StripZeros(&whole, &fraction);
  amount.digits = fraction.empty() ? whole : whole + "." + fraction;
  return amount;
}

Expected<DateFormat> DateFormat::Parse(std::string_view format, std::int64_t utc_offset_seconds) {
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
  DateFormat result;
  result.format_ = std::string(format);
  result.utc_offset_seconds_ = utc_offset_seconds;
  return result;
}

Expected<std::int64_t> DateFormat::Read(std::string_view text) const {
  const auto problem = [&](std::string_view why) {
    return Error{0, fmt::format("'{}' {} '{}'", text.substr(0, 64), why, format_)};
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
  const auto seconds = ToSeconds(fields);
  if (!seconds) {
    return problem("is no day or time that exists, by the date format");
  }
  return *seconds - utc_offset_seconds_;
}

std::optional<std::int64_t> ParseUtcOffset(std::string_view text) {
  if (text == "Z") {
    return 0;
  }
  if (text.size() != 6 || (text[0] != '+' && text[0] != '-') || text[3] != ':') {
    return std::nullopt;
  }
  auto hours_text = text.substr(1, 2);
  auto minutes_text = text.substr(4, 2);
  const auto hours = TakeNumber(&hours_text, 2);
  const auto minutes = TakeNumber(&minutes_text, 2);
  if (!hours || !minutes || *hours > 14 || *minutes > 59) {
    return std::nullopt;
  }
  const std::int64_t seconds = *hours * 3600 + *minutes * 60;
  return text[0] == '-' ? -seconds : seconds;
}

}  // namespace florin::importer
