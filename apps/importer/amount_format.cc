#include "apps/importer/amount_format.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "apps/importer/shown_text.h"

namespace florin::importer {
namespace {

bool IsDigit(char c) { return c >= '0' && c <= '9'; }

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

// Takes the separators out of the digits ahead of the decimal separator. Returns
// what is wrong with the groups, if anything is.
std::optional<std::string> JoinGroups(char separator, std::string* whole) {
  if (separator == '\0' || whole->find(separator) == std::string::npos) {
    return std::nullopt;
  }
  const std::size_t first = whole->find(separator);
  const std::size_t last = whole->rfind(separator);
  if (whole->size() - last - 1 != 3) {
    return fmt::format("'{}' must have three digits after it", separator);
  }
  // "0.500" is a half, written with a decimal point.
  if (whole->front() == '0') {
    return fmt::format("the digits before the first '{}' begin with 0, which thousands never do",
                       separator);
  }
  if (first == 0 || first > 3) {
    return fmt::format("the first '{}' must have one to three digits before it", separator);
  }
  for (std::size_t at = first; at < last;) {
    const std::size_t next = whole->find(separator, at + 1);
    const std::size_t digits = next - at - 1;
    if (digits != 2 && digits != 3) {
      return fmt::format("there must be two or three digits between one '{}' and the next",
                         separator);
    }
    at = next;
  }
  whole->erase(std::remove(whole->begin(), whole->end(), separator), whole->end());
  return std::nullopt;
}

// What an amount cannot hold, if it is a character that reads like another.
std::string NamedCharacter(std::string_view rest) {
  const std::string name = NameOfOddCharacter(rest);
  return name.empty() ? "" : fmt::format(": it holds {}", name);
}

}  // namespace

Expected<ParsedAmount> ParseAmount(std::string_view text, const AmountFormat& format) {
  const auto problem = [&](std::string_view rest) {
    return Error{0, fmt::format("'{}' is not an amount with the decimal separator '{}'{}",
                                Shown(text), format.decimal_separator, NamedCharacter(rest))};
  };
  ParsedAmount amount;
  std::string_view rest = text;
  if (!TakeSign(&rest, &amount.negative)) {
    return problem("");
  }
  std::string whole;
  std::string fraction;
  bool behind_point = false;
  for (std::size_t i = 0; i < rest.size(); ++i) {
    const char c = rest[i];
    if (IsDigit(c)) {
      (behind_point ? fraction : whole).push_back(c);
    } else if (c == format.decimal_separator && !behind_point) {
      behind_point = true;
    } else if (c == format.thousands_separator && c != '\0' && !behind_point && !whole.empty()) {
      whole.push_back(c);
    } else {
      return problem(rest.substr(i));
    }
  }
  if (whole.empty() && fraction.empty()) {
    return problem("");
  }
  if (auto wrong = JoinGroups(format.thousands_separator, &whole)) {
    return Error{0, fmt::format("'{}': {}", Shown(text), *wrong)};
  }
  amount.reads_as_thousands =
      fraction.size() == 3 && !whole.empty() && whole.size() <= 3 && whole.front() != '0';
  StripZeros(&whole, &fraction);
  amount.digits = fraction.empty() ? whole : whole + "." + fraction;
  return amount;
}

}  // namespace florin::importer
