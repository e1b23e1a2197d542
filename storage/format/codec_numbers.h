#pragma once

#include <cstdint>

namespace florin::storage::codec {

/// Numbers of the stored format, version 1. Do not renumber, do not reuse.

/// Which parts a record has, in the order in which they are stored.
enum RecordPart : std::uint64_t {
  kPartTransaction = 1u << 0,
  kPartRequestId = 1u << 1,
  kPartOriginal = 1u << 2,
  kPartAccount = 1u << 3,
  kPartAccountRequest = 1u << 4,
  kPartChangedFields = 1u << 5,
  kPartAsset = 1u << 6,
  kPartTarget = 1u << 7,
  kPartTargetIsAccount = 1u << 8,
  kPartRefusal = 1u << 9,
  kPartSettleRequest = 1u << 10,
  kPartVoidRequest = 1u << 11,
  kPartsAll = (1u << 12) - 1,
};

/// Which optional parts a transaction has; the common ones first, so that they
/// take one byte.
enum TransactionPart : std::uint64_t {
  kHasType = 1u << 0,
  kHasReference = 1u << 1,
  kHasMetadata = 1u << 2,
  kHasCorrelationId = 1u << 3,
  kHasCausationId = 1u << 4,
  kHasDescription = 1u << 5,
  kHasEffectiveTime = 1u << 6,
  /// Else it is the record's.
  kHasCommitTime = 1u << 7,
  kIsHold = 1u << 8,
  kHasHoldTimeout = 1u << 9,
  kHasExpireTime = 1u << 10,
  kHasReverses = 1u << 11,
  kHasReversedBy = 1u << 12,
  kHasBalanceChecks = 1u << 13,
  kHasRefusal = 1u << 14,
  kHasEndTime = 1u << 15,
  kHasEndReason = 1u << 16,
  /// Else version 1, created by this record and not ended.
  kHasPlaces = 1u << 17,
  /// Each posting says its decimals and whether it has a moved part of its own.
  kMixedPostings = 1u << 18,
  kTransactionPartsAll = (1u << 19) - 1,
};

/// The byte that says how an account of a record is stored; the low five bits
/// are the scale.
enum AccountShape : std::uint8_t {
  kShapeScale = 0x1f,
  kShapeDebitNormal = 0x20,
  kShapePending = 0x40,
  kShapePrevious = 0x80,
};

enum LimitPart : std::uint8_t {
  kLimitOverdraft = 1,
  kLimitUnlimited = 2,
  kLimitMaxBalance = 4,
  kLimitPartsAll = 7,
};

}  // namespace florin::storage::codec
