#include "apps/exporter/hledger_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>

#include "text/utf8.h"
#include "text/visible.h"

namespace florin::exporter {
namespace {

bool StandsForItself(char c) {
  return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') ||
         std::string_view(":._@-/+").find(c) != std::string_view::npos;
}

// What the writer makes of a transaction's own fields.
constexpr std::array<std::string_view, 4> kOwnTags = {"type", "reference", "reverses",
                                                      "description"};

// "%2C" for ",".
std::string Percent(std::string_view bytes) {
  std::string text;
  for (const char c : bytes) {
    text += fmt::format("%{:02X}", static_cast<unsigned char>(c));
  }
  return text;
}

// hledger takes these off either end of a value: Unicode's category Zs.
bool IsSpace(char32_t code) {
  return code == ' ' || code == 0xA0 || code == 0x1680 || (code >= 0x2000 && code <= 0x200A) ||
         code == 0x202F || code == 0x205F || code == 0x3000;
}

// Without spaces at either end.
std::string Trimmed(std::string_view text) {
  std::size_t first = text.size();
  std::size_t last = 0;
  for (std::size_t at = 0; at < text.size();) {
    const auto character = text::CharacterAt(text, at);
    if (!IsSpace(character.code)) {
      first = std::min(first, at);
      last = at + character.length;
    }
    at += character.length;
  }
  return first < last ? std::string(text.substr(first, last - first)) : "";
}

}  // namespace

std::string HledgerAccount(std::string_view account_id) {
  std::string name;
  for (std::size_t i = 0; i < account_id.size(); ++i) {
    const std::string_view byte = account_id.substr(i, 1);
    name += StandsForItself(byte.front()) ? std::string(byte) : Percent(byte);
  }
  return name;
}

std::string HledgerAmount(std::string_view amount, std::string_view asset) {
  return fmt::format("{} \"{}\"", amount, asset);
}

std::string Negated(std::string_view amount) {
  if (amount.starts_with('-')) {
    return std::string(amount.substr(1));
  }
  const bool zero = amount.find_first_not_of("0.") == std::string_view::npos;
  return zero ? std::string(amount) : fmt::format("-{}", amount);
}

std::string HledgerBalance(const v1::Account& account) {
  const bool debit_normal =
      account.type() == v1::ACCOUNT_TYPE_ASSET || account.type() == v1::ACCOUNT_TYPE_EXPENSE;
  const std::string& posted = account.balances().posted();
  return debit_normal ? posted : Negated(posted);
}

std::string HledgerTagValue(std::string_view value) {
  std::string written;
  for (std::size_t at = 0; at < value.size();) {
    const auto character = text::CharacterAt(value, at);
    const std::string_view bytes = value.substr(at, character.length);
    at += character.length;
    const bool at_an_end = bytes.data() == value.data() || at == value.size();
    const bool means_more = character.code == ',' || character.code == '%' || !character.valid ||
                            text::IsControl(character.code);
    written +=
        means_more || (at_an_end && IsSpace(character.code)) ? Percent(bytes) : std::string(bytes);
  }
  return written;
}

std::string HledgerTagName(std::string_view key) {
  if (std::find(kOwnTags.begin(), kOwnTags.end(), key) == kOwnTags.end()) {
    return std::string(key);
  }
  return Percent(key.substr(0, 1)).append(key.substr(1));
}

std::string HledgerDescription(std::string_view text) {
  std::string line;
  for (std::size_t at = 0; at < text.size();) {
    const auto character = text::CharacterAt(text, at);
    if (!character.valid || text::IsControl(character.code)) {
      line += ' ';
    } else if (character.code == ';') {
      line += ',';
    } else if (character.code == '|') {
      line += '/';
    } else {
      line += text.substr(at, character.length);
    }
    at += character.length;
  }
  return Trimmed(line);
}

std::string HledgerDate(const google::protobuf::Timestamp& time, const absl::TimeZone& zone) {
  const auto moment = zone.At(absl::FromUnixSeconds(time.seconds()));
  return fmt::format("{:04}-{:02}-{:02}", moment.cs.year(), moment.cs.month(), moment.cs.day());
}

std::string HledgerEffectiveDate(const google::protobuf::Timestamp& time,
                                 const absl::TimeZone& zone) {
  constexpr std::int64_t kDaySeconds = 86'400;
  const bool names_day = time.seconds() % kDaySeconds == 0 && time.nanos() == 0;
  return HledgerDate(time, names_day ? absl::UTCTimeZone() : zone);
}

char HledgerType(v1::AccountType type) {
  switch (type) {
    case v1::ACCOUNT_TYPE_ASSET:
      return 'A';
    case v1::ACCOUNT_TYPE_LIABILITY:
      return 'L';
    case v1::ACCOUNT_TYPE_REVENUE:
      return 'R';
    case v1::ACCOUNT_TYPE_EXPENSE:
      return 'X';
    default:
      return 'E';
  }
}

}  // namespace florin::exporter
