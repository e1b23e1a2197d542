#include <limits>
#include <memory>
#include <utility>

#include "storage/format/codec_fields.h"
#include "storage/format/codec_numbers.h"
#include "storage/format/record_codec.h"

namespace florin::storage {

namespace codec {

bool HasNeededParts(const Change& change) {
  switch (change.kind) {
    case ChangeKind::kAssetRegistered:
      return !change.asset->code.empty();
    case ChangeKind::kAccountOpened:
      return change.account != nullptr;
    case ChangeKind::kAccountChanged:
      return change.account != nullptr && change.account_request != nullptr;
    case ChangeKind::kTransactionCreated:
    case ChangeKind::kHoldEnded:
    case ChangeKind::kTransactionRefused:
      return change.transaction != nullptr;
    case ChangeKind::kTransactionReversed:
      return change.transaction != nullptr && change.original != nullptr;
    case ChangeKind::kRequestRefused:
      return (change.account_request != nullptr) + (change.settle_request != nullptr) +
                 (change.void_request != nullptr) ==
             1;
  }
  return false;
}

}  // namespace codec

namespace {

/// Fewest bytes of a frame, its length included, and of a word.
constexpr std::size_t kFrameBytesMin = 7;
constexpr std::size_t kWordBytesMin = 2;

/// The head of a frame, enough to skip it.
struct FrameHead {
  ChangeKind kind = ChangeKind::kTransactionCreated;
  std::uint64_t parts = 0;
  codec::FrameContext context;
};

/// Walks the frames of a commit group.
class CommitGroupCursor {
 public:
  explicit CommitGroupCursor(const CommitGroup& commit_group)
      : commit_group_(commit_group), in_(commit_group.records) {}

  /// Reads what stands before the frames. False: damaged().
  bool Open() {
    if (commit_group_.format_version != kJournalFormatVersion ||
        in_.Byte() != kJournalFormatVersion) {
      return Damaged("its format is not version 1, the one this server reads");
    }
    next_position_ = in_.NonNegative();
    first_time_ = static_cast<std::int64_t>(in_.Fixed64());
    frames_left_ = in_.Count(kFrameBytesMin);
    const std::size_t words = in_.Count(kWordBytesMin);
    codec::WireReader dictionary(in_.Bytes());
    // The last position there is would leave no number for the one after it.
    if (!in_.ok() || next_position_ != commit_group_.first_position || next_position_ < 1 ||
        commit_group_.last_position < next_position_ ||
        commit_group_.last_position == std::numeric_limits<std::int64_t>::max() ||
        first_time_ != commit_group_.first_time || frames_left_ == 0) {
      return Damaged("its header does not fit it");
    }
    return ReadWords(words, &dictionary);
  }

  /// Reads the head of the next frame. False: the end, or damaged().
  bool Next(FrameHead* head) {
    if (frames_left_ == 0) return Close();
    --frames_left_;
    frame_ = codec::WireReader(in_.Bytes());
    const std::uint8_t kind =
        frame_.ByteUpTo(static_cast<std::uint8_t>(ChangeKind::kRequestRefused));
    head->kind = static_cast<ChangeKind>(kind);
    head->parts = frame_.Varint();
    const std::uint64_t events = frame_.Varint();
    if (!in_.ok() || !frame_.ok() || kind == 0 ||
        (head->parts & ~std::uint64_t{codec::kPartsAll}) != 0 || events == 0 ||
        events > static_cast<std::uint64_t>(commit_group_.last_position - next_position_) + 1) {
      return Damaged("a record's head is malformed");
    }
    head->context.first_position = next_position_;
    head->context.last_position = next_position_ + static_cast<std::int64_t>(events - 1);
    head->context.commit_time = codec::WrappedSum(first_time_, frame_.Varint());
    if (frames_left_ == 0 && head->context.commit_time != commit_group_.last_time) {
      return Damaged("its last time is not that of its last record");
    }
    next_position_ = head->context.last_position + 1;
    return frame_.ok() || Damaged("a record's head is malformed");
  }

  /// What follows the head of the frame that Next has read.
  codec::WireReader& frame() { return frame_; }
  [[nodiscard]] std::span<const std::string_view> words() const { return words_; }
  [[nodiscard]] std::size_t frames_left() const { return frames_left_; }

  /// Remembers what is wrong; always false.
  bool Damaged(std::string_view what) {
    if (damage_.empty()) damage_ = what;
    return false;
  }
  [[nodiscard]] bool damaged() const { return !damage_.empty(); }
  [[nodiscard]] domain::Refusal Damage() const {
    const std::string position = std::to_string(commit_group_.first_position);
    std::string message = "The commit group at position ";
    message.append(position).append(" is damaged: ").append(damage_).append(".");
    return {domain::Reason::kDataCorrupt, std::move(message), {{"position", position}}};
  }

 private:
  bool ReadWords(std::size_t count, codec::WireReader* in) {
    words_.reserve(count);
    for (std::size_t i = 0; i < count && in->ok(); ++i) {
      words_.push_back(in->Bytes());
      if (words_.back().size() > codec::Dictionary::kWordBytesMax) in->Fail();
    }
    return (in->ok() && in->AtEnd()) || Damaged("its dictionary is malformed");
  }

  bool Close() {
    if (!in_.AtEnd()) return Damaged("bytes follow its last record");
    if (next_position_ - 1 != commit_group_.last_position)
      return Damaged("its records end at another position");
    return false;
  }

  const CommitGroup& commit_group_;
  codec::WireReader in_;
  codec::WireReader frame_;
  std::vector<std::string_view> words_;
  std::size_t frames_left_ = 0;
  std::int64_t next_position_ = 0;
  std::int64_t first_time_ = 0;
  std::string damage_;
};

void DecodeParts(std::uint64_t parts, codec::FieldDecoder* fields, codec::WireReader* in,
                 Change* change) {
  if (parts & codec::kPartRequestId) change->request_id = fields->Id();
  if (parts & codec::kPartTransaction) {
    change->transaction = std::make_shared<domain::Transaction>();
    fields->Transaction(change->transaction.get());
  }
  if (parts & codec::kPartOriginal) {
    change->original = std::make_shared<domain::Transaction>();
    fields->Transaction(change->original.get());
  }
  if (parts & codec::kPartAccount)
    change->account = std::make_shared<domain::AccountState>(fields->State());
  if (parts & codec::kPartAccountRequest) {
    change->account_request =
        std::make_shared<const domain::ChangeAccount>(fields->AccountRequest());
  }
  if (parts & codec::kPartChangedFields) change->changed_fields = in->Byte();
  if (parts & codec::kPartAsset) change->asset = fields->Asset();
  if (parts & codec::kPartTarget) change->target_id = fields->Id();
  change->target_is_account = (parts & codec::kPartTargetIsAccount) != 0;
  if (parts & codec::kPartRefusal) change->refusal = fields->Refusal();
  if (parts & codec::kPartSettleRequest) {
    change->settle_request =
        std::make_shared<const domain::SettleTransaction>(fields->SettleRequest());
  }
  if (parts & codec::kPartVoidRequest) {
    change->void_request = std::make_shared<const domain::VoidTransaction>(fields->VoidRequest());
  }
}

/// An account's state is stored without its balances: they are the record's.
void FillBalances(Record* record) {
  if (record->change.account == nullptr) return;
  domain::AccountState& state = *record->change.account;
  for (const AccountAfter& account : record->accounts) {
    if (account.account_id == state.account_id) state.balances = account.balances;
  }
}

/// The record of the frame that `cursor` stands on, or null: damaged.
RecordPtr DecodeFrame(const FrameHead& head, CommitGroupCursor* cursor) {
  auto record = std::make_shared<Record>();
  record->first_position = head.context.first_position;
  record->last_position = head.context.last_position;
  record->change.kind = head.kind;
  record->change.commit_time = head.context.commit_time;
  codec::WireReader& in = cursor->frame();
  codec::FieldDecoder fields(head.context, cursor->words(), &in);
  record->change.principal = fields.Word();
  const std::size_t accounts = in.Count(codec::FieldDecoder::kAccountBytesMin);
  record->accounts.reserve(accounts);
  for (std::size_t i = 0; i < accounts && in.ok(); ++i)
    record->accounts.push_back(fields.Account());
  DecodeParts(head.parts, &fields, &in, &record->change);
  if (!in.ok() || !in.AtEnd() || !codec::HasNeededParts(record->change)) {
    cursor->Damaged("a record is malformed");
    return nullptr;
  }
  FillBalances(record.get());
  return record;
}

bool ScanFrame(const FrameHead& head, CommitGroupCursor* cursor, FrameInfo* info) {
  codec::WireReader& in = cursor->frame();
  codec::FieldDecoder fields(head.context, cursor->words(), &in);
  info->kind = head.kind;
  info->first_position = head.context.first_position;
  info->last_position = head.context.last_position;
  info->commit_time = head.context.commit_time;
  fields.Word();  // The principal.
  const std::size_t accounts = in.Count(codec::FieldDecoder::kAccountBytesMin);
  info->accounts.clear();
  AccountAfter account;
  for (std::size_t i = 0; i < accounts && in.ok(); ++i) {
    const std::string_view account_id = fields.AccountHead(&account);
    info->accounts.push_back(
        {account_id, account.version, account.position, account.previous_position});
  }
  info->request_id = (head.parts & codec::kPartRequestId) ? fields.Id() : std::string();
  info->transaction_id = (head.parts & codec::kPartTransaction) ? fields.Id() : std::string();
  return in.ok() || cursor->Damaged("a record is malformed");
}

}  // namespace

domain::Result<std::vector<RecordPtr>> DecodeRecords(const CommitGroup& commit_group) {
  CommitGroupCursor cursor(commit_group);
  std::vector<RecordPtr> records;
  if (!cursor.Open()) return cursor.Damage();
  records.reserve(cursor.frames_left());
  FrameHead head;
  while (cursor.Next(&head)) {
    RecordPtr record = DecodeFrame(head, &cursor);
    if (record == nullptr) break;
    records.push_back(std::move(record));
  }
  if (cursor.damaged()) return cursor.Damage();
  return records;
}

domain::Result<RecordPtr> FindRecord(const CommitGroup& commit_group, std::int64_t position) {
  CommitGroupCursor cursor(commit_group);
  if (!cursor.Open()) return cursor.Damage();
  FrameHead head;
  while (cursor.Next(&head)) {
    if (position > head.context.last_position) continue;
    if (position < head.context.first_position) break;
    RecordPtr record = DecodeFrame(head, &cursor);
    if (record == nullptr) break;
    return record;
  }
  if (!cursor.damaged()) cursor.Damaged("it has no record of position " + std::to_string(position));
  return cursor.Damage();
}

domain::Status ScanCommitGroup(const CommitGroup& commit_group,
                               const std::function<void(const FrameInfo&)>& visit) {
  CommitGroupCursor cursor(commit_group);
  if (!cursor.Open()) return cursor.Damage();
  FrameHead head;
  FrameInfo info;
  while (cursor.Next(&head)) {
    if (!ScanFrame(head, &cursor, &info)) break;
    visit(info);
  }
  if (cursor.damaged()) return cursor.Damage();
  return domain::Ok{};
}

domain::Status VerifyHash(const CommitGroup& commit_group) {
  if (ChainHash(commit_group.previous_hash, commit_group.records) == commit_group.hash)
    return domain::Ok{};
  CommitGroupCursor cursor(commit_group);
  cursor.Damaged("its hash is not that of its records");
  return cursor.Damage();
}

}  // namespace florin::storage
