#include "server/convert/shape.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <limits>

#include "server/rpc/quote.h"

namespace florin::server {
namespace {

using domain::Reason;

constexpr std::size_t kMetadataEntriesMax = 32;
constexpr std::size_t kMetadataKeyBytesMax = 64;
constexpr std::size_t kMetadataValueBytesMax = 512;
constexpr std::size_t kMetadataBytesMax = 4096;
constexpr std::int64_t kNanosPerSecond = 1'000'000'000;
// A commit time plus this still fits 64 bits of nanoseconds.
constexpr std::int64_t kDurationSecondsMax = std::int64_t{36'525} * 86'400;

using CharacterSet = std::array<bool, 256>;

constexpr CharacterSet MakeSet(std::string_view ranges, std::string_view single) {
  CharacterSet set{};
  for (std::size_t i = 0; i + 1 < ranges.size(); i += 2) {
    const auto last = static_cast<unsigned char>(ranges[i + 1]);
    for (auto c = static_cast<unsigned char>(ranges[i]); c <= last; ++c) set[c] = true;
  }
  for (const char c : single) set[static_cast<unsigned char>(c)] = true;
  return set;
}

constexpr CharacterSet kIdCharacters = MakeSet("AZaz09", ":._@-");
constexpr CharacterSet kAnyIdCharacters = MakeSet("AZaz09", ":._@-/");
constexpr CharacterSet kAssetCharacters = MakeSet("AZ09", "._-");
constexpr CharacterSet kKeyCharacters = MakeSet("az09", "_.-");

bool AllOf(std::string_view text, const CharacterSet& set) {
  return std::all_of(text.begin(), text.end(),
                     [&set](char c) { return set[static_cast<unsigned char>(c)]; });
}

struct IdRule {
  std::size_t bytes_max;
  const CharacterSet& characters;
  std::string_view said;
};

const IdRule& RuleOf(IdKind kind) {
  static constexpr IdRule kAccount{128, kIdCharacters, "1-128 characters of A-Z a-z 0-9 : . _ @ -"};
  static constexpr IdRule kTransaction{64, kIdCharacters,
                                       "1-64 characters of A-Z a-z 0-9 : . _ @ -"};
  static constexpr IdRule kAny{128, kAnyIdCharacters,
                               "1-128 characters of A-Z a-z 0-9 : . _ @ - /"};
  static constexpr IdRule kAsset{16, kAssetCharacters, "1-16 characters of A-Z 0-9 . _ -"};
  switch (kind) {
    case IdKind::kAccount:
      return kAccount;
    case IdKind::kTransaction:
    case IdKind::kRequest:
    case IdKind::kGroup:
      return kTransaction;
    case IdKind::kAnyTransaction:
      return kAny;
    case IdKind::kAsset:
      return kAsset;
  }
  return kTransaction;
}

// Nothing if it is malformed, or of 100 years and more.
std::optional<std::int64_t> ToNanoseconds(const google::protobuf::Duration& duration) {
  const std::int64_t seconds = duration.seconds();
  const std::int64_t nanos = duration.nanos();
  const bool same_sign = (seconds <= 0 || nanos >= 0) && (seconds >= 0 || nanos <= 0);
  const bool well_formed = nanos > -kNanosPerSecond && nanos < kNanosPerSecond && same_sign &&
                           seconds < kDurationSecondsMax && seconds > -kDurationSecondsMax;
  if (!well_formed) return std::nullopt;
  return seconds * kNanosPerSecond + nanos;
}

}  // namespace

std::string Field::ToString() const {
  if (list.empty()) return std::string(name);
  if (name.empty()) return fmt::format("{}[{}]", list, index);
  return fmt::format("{}[{}].{}", list, index, name);
}

bool Shape::WouldKeep(Reason reason) const {
  return !refusal_.has_value() || domain::RankOf(reason) < domain::RankOf(refusal_->reason);
}

void Shape::Refuse(Reason reason, const Field& field, std::string message) {
  if (!WouldKeep(reason)) return;
  refusal_ = domain::Refusal{reason, std::move(message), {{"field", field.ToString()}}};
}

bool Shape::Present(const Field& field, bool present) {
  if (!present && WouldKeep(Reason::kFieldMissing)) {
    Refuse(Reason::kFieldMissing, field, fmt::format("{} is missing", field.ToString()));
  }
  return present;
}

void Shape::Invalid(const Field& field, std::string_view why) {
  if (!WouldKeep(Reason::kFieldInvalid)) return;
  Refuse(Reason::kFieldInvalid, field, fmt::format("{} {}", field.ToString(), why));
}

bool Shape::Id(const Field& field, std::string_view id, IdKind kind) {
  return Present(field, !id.empty()) && OptionalId(field, id, kind);
}

bool Shape::OptionalId(const Field& field, std::string_view id, IdKind kind) {
  const IdRule& rule = RuleOf(kind);
  if (id.size() <= rule.bytes_max && AllOf(id, rule.characters)) return true;
  if (!WouldKeep(Reason::kFieldInvalid)) return false;
  if (kind == IdKind::kTransaction && id.find('/') != std::string_view::npos) {
    Invalid(
        field,
        fmt::format("is {}; ids with a '/' are reserved for payments and trades; yours must be {}",
                    Quote(id), rule.said));
  } else {
    Invalid(field, fmt::format("is {} ({} bytes); it must be {}", Quote(id), id.size(), rule.said));
  }
  return false;
}

bool Shape::Text(const Field& field, std::string_view text, std::size_t bytes_max) {
  if (text.size() <= bytes_max) return true;
  if (WouldKeep(Reason::kFieldInvalid)) {
    Invalid(field, fmt::format("has {} bytes; at most {} are allowed", text.size(), bytes_max));
  }
  return false;
}

domain::StringMap Shape::Metadata(const ProtoMap& map) {
  const Field field{"metadata"};
  domain::StringMap out;
  if (map.empty()) return out;
  if (map.size() > kMetadataEntriesMax) {
    Invalid(field,
            fmt::format("has {} entries; at most {} are allowed", map.size(), kMetadataEntriesMax));
    return out;
  }
  std::size_t bytes = 0;
  out.reserve(map.size());
  for (const auto& [key, value] : map) {
    bytes += key.size() + value.size();
    out.emplace_back(key, value);
  }
  std::sort(out.begin(), out.end());
  for (const auto& [key, value] : out) {
    if (key.empty() || key.size() > kMetadataKeyBytesMax || !AllOf(key, kKeyCharacters)) {
      Invalid(field, fmt::format("has the key {}; keys have 1-{} characters of "
                                 "a-z 0-9 _ . -",
                                 Quote(key), kMetadataKeyBytesMax));
    } else if (value.size() > kMetadataValueBytesMax) {
      Invalid(field, fmt::format("{} has a value of {} bytes; at most {} are allowed", Quote(key),
                                 value.size(), kMetadataValueBytesMax));
    }
  }
  if (bytes > kMetadataBytesMax) {
    Invalid(field,
            fmt::format("has {} bytes in all; at most {} are allowed", bytes, kMetadataBytesMax));
  }
  return out;
}

std::optional<domain::Decimal> Shape::Amount(const Field& field, std::string_view text, Zero zero) {
  if (!Present(field, !text.empty())) return std::nullopt;
  return OptionalAmount(field, text, zero);
}

std::optional<domain::Decimal> Shape::OptionalAmount(const Field& field, std::string_view text,
                                                     Zero zero) {
  if (text.empty()) return std::nullopt;
  return RawAmount(field, text, zero);
}

std::optional<domain::Decimal> Shape::OptionalSignedAmount(const Field& field,
                                                           std::string_view text) {
  auto amount = text.starts_with('-') ? domain::ParseDecimal(text.substr(1)) : std::nullopt;
  // With two signs, or none, it is an amount like any other.
  if (!amount) return OptionalAmount(field, text, Zero::kAllowed);
  amount->digits = -amount->digits;
  return amount;
}

std::optional<domain::Decimal> Shape::RawAmount(const Field& field, std::string_view text,
                                                Zero zero) {
  const std::optional<domain::Decimal> amount = domain::ParseDecimal(text);
  const bool too_small = amount.has_value() && zero == Zero::kRefused && amount->IsZero();
  if (amount.has_value() && !too_small) return amount;
  if (WouldKeep(Reason::kAmountInvalid)) {
    const std::string_view way_out =
        too_small
            ? "it must be above zero"
            : "an amount is digits, with up to 18 more after a point, and must fit in 127 bits";
    Refuse(
        Reason::kAmountInvalid, field,
        fmt::format("{} is {}; {}, such as \"98500.00\"", field.ToString(), Quote(text), way_out));
  }
  return std::nullopt;
}

std::optional<std::int64_t> Shape::Time(const Field& field,
                                        const google::protobuf::Timestamp& time) {
  std::int64_t nanos = 0;
  if (time.nanos() >= 0 && time.nanos() < kNanosPerSecond &&
      !__builtin_mul_overflow(time.seconds(), kNanosPerSecond, &nanos) &&
      !__builtin_add_overflow(nanos, std::int64_t{time.nanos()}, &nanos)) {
    return nanos;
  }
  Invalid(field,
          fmt::format(
              "is {} s and {} ns since 1970; nanos must be 0 to 999999999, and years 1678 to 2261",
              time.seconds(), time.nanos()));
  return std::nullopt;
}

std::optional<std::int64_t> Shape::PositiveDuration(const Field& field,
                                                    const google::protobuf::Duration& duration) {
  const auto ns = ToNanoseconds(duration);
  if (ns && *ns > 0) return ns;
  Invalid(field, fmt::format("is {} s and {} ns; it must be above zero and below 100 years, with "
                             "nanos of the same sign",
                             duration.seconds(), duration.nanos()));
  return std::nullopt;
}

std::optional<std::int64_t> Shape::DurationWithin(const Field& field,
                                                  const google::protobuf::Duration& duration,
                                                  const DurationRange& range) {
  const auto ns = ToNanoseconds(duration);
  if (ns && *ns >= range.min_ns && *ns <= range.max_ns) return ns;
  if (!WouldKeep(Reason::kFieldInvalid)) return std::nullopt;
  const std::string value =
      ns ? fmt::format("{} s", static_cast<double>(*ns) / kNanosPerSecond)
         : fmt::format("{} s and {} ns", duration.seconds(), duration.nanos());
  Invalid(field, fmt::format("is {}; it must be {}", value, range.said));
  return std::nullopt;
}

void Shape::NotNegative(const Field& field, std::int64_t value) {
  if (value < 0) {
    Invalid(field, fmt::format("is {}; it must be 0 or more", value));
  }
}

}  // namespace florin::server
