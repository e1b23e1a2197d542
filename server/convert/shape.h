#pragma once

#include <google/protobuf/duration.pb.h>
#include <google/protobuf/map.h>
#include <google/protobuf/timestamp.pb.h>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "domain/amount.h"
#include "domain/refusal.h"

namespace florin::server {

/// Where in a request a value stands: "type", "postings[3].amount",
/// "amounts[2]". Turned into text only when a check fails.
struct Field {
  std::string_view name;
  /// With a list: `name` is of its entry `index`, or empty for the entry
  /// itself.
  std::string_view list = {};
  int index = -1;

  [[nodiscard]] std::string ToString() const;
};

/// Kinds of ids by length and characters.
enum class IdKind : std::uint8_t {
  kAccount,
  /// Chosen by clients.
  kTransaction,
  /// Also the server's own, which hold a '/'.
  kAnyTransaction,
  kRequest,
  /// Consumer groups and their members.
  kGroup,
  kAsset,
};

inline constexpr std::size_t kShortTextBytesMax = 128;
inline constexpr std::size_t kLongTextBytesMax = 512;

/// Bounds of a duration, in nanoseconds, and as people say them.
struct DurationRange {
  std::int64_t min_ns;
  std::int64_t max_ns;
  std::string_view said;
};

/// The shape checks of one request: what needs no stored state (errors.proto,
/// step 2). Each check looks at one value; of all that fail, the refusal kept
/// is that of the lowest reason in the contract's order, the first found of
/// those.
class Shape {
 public:
  /// Keeps the refusal unless an earlier one goes before it. Without a call of
  /// `WouldKeep` first, the caller pays for the message in vain.
  void Refuse(domain::Reason reason, const Field& field, std::string message);
  [[nodiscard]] bool WouldKeep(domain::Reason reason) const;

  /// A value that must be there. True if it is.
  bool Present(const Field& field, bool present);
  void Invalid(const Field& field, std::string_view why);

  /// Missing, or not of its kind.
  bool Id(const Field& field, std::string_view id, IdKind kind);
  /// The same, where empty is allowed.
  bool OptionalId(const Field& field, std::string_view id, IdKind kind);

  bool Text(const Field& field, std::string_view text, std::size_t bytes_max);

  using ProtoMap = google::protobuf::Map<std::string, std::string>;
  /// In order of keys.
  domain::StringMap Metadata(const ProtoMap& map);

  enum class Zero : std::uint8_t { kRefused, kAllowed };
  /// Nothing if missing or malformed.
  std::optional<domain::Decimal> Amount(const Field& field, std::string_view text, Zero zero);
  /// The same, where empty is allowed.
  std::optional<domain::Decimal> OptionalAmount(const Field& field, std::string_view text,
                                                Zero zero);

  /// The same, where '-' may stand in front.
  std::optional<domain::Decimal> OptionalSignedAmount(const Field& field, std::string_view text);

  /// The same as Amount, where empty is malformed like any other text.
  std::optional<domain::Decimal> RawAmount(const Field& field, std::string_view text, Zero zero);

  /// UTC nanoseconds since 1970; years 1677 to 2262 fit.
  std::optional<std::int64_t> Time(const Field& field, const google::protobuf::Timestamp& time);
  /// Nanoseconds, above zero, at most 100 years.
  std::optional<std::int64_t> PositiveDuration(const Field& field,
                                               const google::protobuf::Duration& duration);

  /// The same, within a range of its own.
  std::optional<std::int64_t> DurationWithin(const Field& field,
                                             const google::protobuf::Duration& duration,
                                             const DurationRange& range);

  void NotNegative(const Field& field, std::int64_t value);

  [[nodiscard]] bool ok() const { return !refusal_.has_value(); }
  /// Requires: !ok().
  [[nodiscard]] const domain::Refusal& refusal() const { return *refusal_; }

 private:
  std::optional<domain::Refusal> refusal_;
};

}  // namespace florin::server
