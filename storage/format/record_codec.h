#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "domain/result.h"
#include "storage/format/codec_dictionary.h"
#include "storage/format/codec_wire.h"
#include "storage/format/commit_group.h"
#include "storage/format/record.h"

namespace florin::storage {

/// The stored format this build writes, and the only one it reads. Released
/// versions are never changed: a change of the bytes is a new number
/// (docs/formats/journal.md).
inline constexpr std::int32_t kJournalFormatVersion = 1;

/// SHA-256(previous || records): the link of the hash chain.
[[nodiscard]] Hash ChainHash(const Hash& previous, std::string_view records);

/// Builds commit groups record by record.
///
/// Shape: the blob is self-contained; strings that repeat (account ids,
/// principals, types, metadata keys) stand in it once. Cost: about half a
/// microsecond for a transfer of one posting; buffers are kept from one to
/// the next. Threads: one at a time.
class CommitGroupEncoder {
 public:
  /// Appends `record` to the open commit group.
  ///
  /// Requires: its first_position follows the last record's last_position.
  /// Errors: kDataCorrupt if the record cannot be stored so that it reads back
  /// the same (a gap in the positions, a negative amount, a balance beyond 127
  /// bits, an unknown enumerator): a broken invariant; the commit group is as before.
  domain::Status Add(const Record& record);

  [[nodiscard]] bool empty() const { return record_count_ == 0; }
  [[nodiscard]] std::size_t record_count() const { return record_count_; }
  /// Bytes that Finish would put into `records`, but for a few.
  [[nodiscard]] std::size_t size() const;
  /// Of the last record added; 0 if the commit group is empty.
  [[nodiscard]] std::int64_t last_position() const { return last_position_; }

  /// The whole commit group, hash included; the encoder is empty afterwards.
  /// Requires: not empty.
  [[nodiscard]] CommitGroup Finish(const Hash& previous_hash);

  /// Drops what was added since the last Finish.
  void Clear();

 private:
  codec::Dictionary dictionary_;
  codec::WireWriter frames_;
  codec::WireWriter body_;
  std::size_t record_count_ = 0;
  std::int64_t first_position_ = 0;
  std::int64_t last_position_ = 0;
  std::int64_t first_time_ = 0;
  std::int64_t last_time_ = 0;
};

/// The records of `commit_group`, in order. `change.account->balances` are those of
/// the record's account of that id.
///
/// The hash is not looked at: see VerifyHash.
/// Errors: kDataCorrupt naming the commit group's position; hostile bytes never crash
/// it, and it allocates no more than a constant times what it reads.
[[nodiscard]] domain::Result<std::vector<RecordPtr>> DecodeRecords(const CommitGroup& commit_group);

/// The record that holds an event of `position`; the others are skipped by
/// their lengths. Requires: first_position <= position <= last_position. Errors
/// as DecodeRecords.
[[nodiscard]] domain::Result<RecordPtr> FindRecord(const CommitGroup& commit_group,
                                                   std::int64_t position);

/// An account in a frame, without its balances.
struct FrameAccount {
  /// Into the commit group's `records`: valid as long as the commit group is.
  std::string_view account_id;
  std::int64_t version = 0;
  std::int64_t position = 0;
  std::int64_t previous_position = 0;
};

/// What an index needs of a record, without the cost of decoding it.
struct FrameInfo {
  ChangeKind kind = ChangeKind::kTransactionCreated;
  std::int64_t first_position = 0;
  std::int64_t last_position = 0;
  std::int64_t commit_time = 0;
  /// Of the change's transaction: created, ended, refused, or the new one of a
  /// reversal. Empty: none.
  std::string transaction_id;
  /// Empty: none.
  std::string request_id;
  /// In order of first mention. Reused from frame to frame.
  std::vector<FrameAccount> accounts;
};

/// Calls `visit` for each record in order; the argument is valid during the
/// call. Errors as DecodeRecords; what came before the error has been visited.
domain::Status ScanCommitGroup(const CommitGroup& commit_group,
                               const std::function<void(const FrameInfo&)>& visit);

/// Whether `hash` is that of `previous_hash` and `records`. Errors:
/// kDataCorrupt naming the commit group's position.
domain::Status VerifyHash(const CommitGroup& commit_group);

}  // namespace florin::storage
