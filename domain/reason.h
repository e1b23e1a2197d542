#pragma once

#include <cstdint>
#include <string_view>

namespace florin::domain {

/// Why a command was refused: the closed list of `proto/florin/v1/errors.proto`.
/// Numbers are the contract's. Do not renumber; a test compares the two lists.
enum class Reason : std::uint8_t {
  kNone = 0,
  kFieldMissing = 1,
  kFieldInvalid = 2,
  kAmountInvalid = 3,
  kSameAccount = 4,
  kTooManyPostings = 6,
  kTooManyItems = 7,
  kPageTokenInvalid = 8,
  kCheckpointInvalid = 9,
  kIdReused = 20,
  kAccountExists = 21,
  kAssetExists = 22,
  kGroupExists = 23,
  kMemberExists = 24,
  kAccountNotFound = 30,
  kAssetNotFound = 31,
  kTransactionNotFound = 32,
  kGroupNotFound = 33,
  kPaymentNotFound = 34,
  kTradeNotFound = 35,
  kVersionConflict = 40,
  kAssetMismatch = 45,
  kAmountScaleExceeded = 46,
  kAccountSuspended = 50,
  kAccountClosed = 51,
  kInsufficientFunds = 52,
  kBalanceLimitExceeded = 53,
  kBalanceNotZero = 54,
  kHoldNotPending = 55,
  kHoldAmountExceeded = 56,
  kAlreadyReversed = 57,
  kAmountOverflow = 58,
  kWrongState = 59,
  kBatchRefused = 60,
  kNotAHold = 61,
  kNotReversible = 62,
  kTermsMismatch = 63,
  kDeliveryUnknown = 64,
  kParkedEventsLeft = 65,
  kPositionBeyondHead = 70,
  kVersionBeyondHead = 71,
  kTimeInFuture = 72,
  kOverloaded = 80,
  kRateLimited = 81,
  kDiskFull = 82,
  kShuttingDown = 90,
  kStorageUnavailable = 91,
  kSubscriberStalled = 92,
  kUnauthenticated = 100,
  kPermissionDenied = 101,
  kDataCorrupt = 110,
};

/// What the contract says of one reason.
struct ReasonInfo {
  Reason reason;
  /// UPPER_SNAKE, as in ErrorInfo.reason.
  std::string_view name;
  /// google.rpc.Code.
  int code;
  /// [R]: kept under the command's id and answered the same for ever.
  bool recorded;
};

/// Source: the table in reason.cc, in the order of errors.proto's list.
[[nodiscard]] const ReasonInfo& InfoOf(Reason reason);

/// Place in the order of checking: the lower wins. Source: errors.proto, order of the list.
[[nodiscard]] int RankOf(Reason reason);

/// kNone if there is no such name.
[[nodiscard]] Reason ReasonFromName(std::string_view name);

}  // namespace florin::domain
