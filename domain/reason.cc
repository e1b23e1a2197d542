#include "domain/reason.h"

#include <array>

namespace florin::domain {
namespace {

// google.rpc.Code
constexpr int kInvalidArgument = 3;
constexpr int kNotFound = 5;
constexpr int kAlreadyExists = 6;
constexpr int kPermissionDeniedCode = 7;
constexpr int kResourceExhausted = 8;
constexpr int kFailedPrecondition = 9;
constexpr int kAborted = 10;
constexpr int kOutOfRange = 11;
constexpr int kUnavailable = 14;
constexpr int kDataLoss = 15;
constexpr int kUnauthenticatedCode = 16;

// In the order of errors.proto's list, which is the order of checking.
constexpr auto kInfos = std::to_array<ReasonInfo>({
    {Reason::kNone, "UNSPECIFIED", 0, false},
    {Reason::kUnauthenticated, "UNAUTHENTICATED", kUnauthenticatedCode, false},
    {Reason::kPermissionDenied, "PERMISSION_DENIED", kPermissionDeniedCode, false},
    {Reason::kFieldMissing, "FIELD_MISSING", kInvalidArgument, false},
    {Reason::kFieldInvalid, "FIELD_INVALID", kInvalidArgument, false},
    {Reason::kAmountInvalid, "AMOUNT_INVALID", kInvalidArgument, false},
    {Reason::kSameAccount, "SAME_ACCOUNT", kInvalidArgument, false},
    {Reason::kTooManyPostings, "TOO_MANY_POSTINGS", kInvalidArgument, false},
    {Reason::kTooManyItems, "TOO_MANY_ITEMS", kInvalidArgument, false},
    {Reason::kPageTokenInvalid, "PAGE_TOKEN_INVALID", kInvalidArgument, false},
    {Reason::kCheckpointInvalid, "CHECKPOINT_INVALID", kInvalidArgument, false},
    {Reason::kIdReused, "ID_REUSED", kAlreadyExists, false},
    {Reason::kAccountExists, "ACCOUNT_EXISTS", kAlreadyExists, false},
    {Reason::kAssetExists, "ASSET_EXISTS", kAlreadyExists, false},
    {Reason::kGroupExists, "GROUP_EXISTS", kAlreadyExists, false},
    {Reason::kMemberExists, "MEMBER_EXISTS", kAlreadyExists, false},
    {Reason::kAccountNotFound, "ACCOUNT_NOT_FOUND", kNotFound, true},
    {Reason::kAssetNotFound, "ASSET_NOT_FOUND", kNotFound, false},
    {Reason::kTransactionNotFound, "TRANSACTION_NOT_FOUND", kNotFound, false},
    {Reason::kGroupNotFound, "GROUP_NOT_FOUND", kNotFound, false},
    {Reason::kPaymentNotFound, "PAYMENT_NOT_FOUND", kNotFound, false},
    {Reason::kTradeNotFound, "TRADE_NOT_FOUND", kNotFound, false},
    {Reason::kVersionConflict, "VERSION_CONFLICT", kAborted, false},
    {Reason::kAssetMismatch, "ASSET_MISMATCH", kFailedPrecondition, true},
    {Reason::kAmountScaleExceeded, "AMOUNT_SCALE_EXCEEDED", kFailedPrecondition, true},
    {Reason::kAccountClosed, "ACCOUNT_CLOSED", kFailedPrecondition, true},
    {Reason::kAccountSuspended, "ACCOUNT_SUSPENDED", kFailedPrecondition, true},
    {Reason::kNotAHold, "NOT_A_HOLD", kFailedPrecondition, true},
    {Reason::kHoldNotPending, "HOLD_NOT_PENDING", kFailedPrecondition, true},
    {Reason::kHoldAmountExceeded, "HOLD_AMOUNT_EXCEEDED", kFailedPrecondition, true},
    {Reason::kNotReversible, "NOT_REVERSIBLE", kFailedPrecondition, true},
    {Reason::kAlreadyReversed, "ALREADY_REVERSED", kFailedPrecondition, true},
    {Reason::kAmountOverflow, "AMOUNT_OVERFLOW", kFailedPrecondition, true},
    {Reason::kInsufficientFunds, "INSUFFICIENT_FUNDS", kFailedPrecondition, true},
    {Reason::kBalanceLimitExceeded, "BALANCE_LIMIT_EXCEEDED", kFailedPrecondition, true},
    {Reason::kBalanceNotZero, "BALANCE_NOT_ZERO", kFailedPrecondition, true},
    {Reason::kWrongState, "WRONG_STATE", kFailedPrecondition, false},
    {Reason::kBatchRefused, "BATCH_REFUSED", kFailedPrecondition, false},
    {Reason::kTermsMismatch, "TERMS_MISMATCH", kFailedPrecondition, false},
    {Reason::kDeliveryUnknown, "DELIVERY_UNKNOWN", kFailedPrecondition, false},
    {Reason::kParkedEventsLeft, "PARKED_EVENTS_LEFT", kFailedPrecondition, false},
    {Reason::kPositionBeyondHead, "POSITION_BEYOND_HEAD", kOutOfRange, false},
    {Reason::kVersionBeyondHead, "VERSION_BEYOND_HEAD", kOutOfRange, false},
    {Reason::kTimeInFuture, "TIME_IN_FUTURE", kOutOfRange, false},
    {Reason::kOverloaded, "OVERLOADED", kResourceExhausted, false},
    {Reason::kRateLimited, "RATE_LIMITED", kResourceExhausted, false},
    {Reason::kDiskFull, "DISK_FULL", kResourceExhausted, false},
    {Reason::kShuttingDown, "SHUTTING_DOWN", kUnavailable, false},
    {Reason::kStorageUnavailable, "STORAGE_UNAVAILABLE", kUnavailable, false},
    {Reason::kSubscriberStalled, "SUBSCRIBER_STALLED", kUnavailable, false},
    {Reason::kDataCorrupt, "DATA_CORRUPT", kDataLoss, false},
});

constexpr std::array<std::uint8_t, 256> MakeRanks() {
  std::array<std::uint8_t, 256> ranks{};
  for (std::size_t i = 0; i < kInfos.size(); ++i) {
    ranks[static_cast<std::size_t>(kInfos[i].reason)] = static_cast<std::uint8_t>(i);
  }
  return ranks;
}
constexpr auto kRanks = MakeRanks();

}  // namespace

int RankOf(Reason reason) { return kRanks[static_cast<std::size_t>(reason)]; }

const ReasonInfo& InfoOf(Reason reason) { return kInfos[static_cast<std::size_t>(RankOf(reason))]; }

Reason ReasonFromName(std::string_view name) {
  for (const ReasonInfo& info : kInfos) {
    if (info.name == name) return info.reason;
  }
  return Reason::kNone;
}

}  // namespace florin::domain
