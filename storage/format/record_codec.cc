#include "storage/format/record_codec.h"

#include <openssl/evp.h>

#include <memory>

#include "storage/format/codec_fields.h"
#include "storage/format/codec_numbers.h"

namespace florin::storage {
namespace {

/// Version, first position, first time, and the three counts.
constexpr std::size_t kHeaderBytesMax = 1 + 8 + 4 * codec::kVarintBytesMax;

bool HasRefusal(const domain::Refusal& refusal) {
  return refusal.reason != domain::Reason::kNone || !refusal.message.empty() ||
         !refusal.metadata.empty();
}

std::uint64_t PartsOf(const Change& change) {
  const domain::Asset& asset = change.asset;
  const auto part = [](bool present, std::uint64_t flag) {
    return present ? flag : std::uint64_t{0};
  };
  return part(change.transaction != nullptr, codec::kPartTransaction) |
         part(!change.request_id.empty(), codec::kPartRequestId) |
         part(change.original != nullptr, codec::kPartOriginal) |
         part(change.account != nullptr, codec::kPartAccount) |
         part(change.account_request != nullptr, codec::kPartAccountRequest) |
         part(change.changed_fields != 0, codec::kPartChangedFields) |
         part(!asset.code.empty() || !asset.name.empty() || asset.scale != 0, codec::kPartAsset) |
         part(!change.target_id.empty(), codec::kPartTarget) |
         part(change.target_is_account, codec::kPartTargetIsAccount) |
         part(HasRefusal(change.refusal), codec::kPartRefusal) |
         part(change.settle_request != nullptr, codec::kPartSettleRequest) |
         part(change.void_request != nullptr, codec::kPartVoidRequest);
}

void EncodeParts(const Change& change, std::uint64_t parts, codec::FieldEncoder* fields,
                 codec::WireWriter* out) {
  // Fails to compile when a member is added: the format must then be asked
  // about it.
  const auto& [kind, commit_time, principal, request_id, transaction, original, account,
               account_request, changed_fields, asset, target_id, target_is_account, refusal,
               settle_request, void_request] = change;
  // The two ids come first: a scan for the index stops after them.
  if (parts & codec::kPartRequestId) fields->Id(request_id);
  if (parts & codec::kPartTransaction) fields->Transaction(*transaction);
  if (parts & codec::kPartOriginal) fields->Transaction(*original);
  if (parts & codec::kPartAccount) fields->State(*account);
  if (parts & codec::kPartAccountRequest) fields->Request(*account_request);
  if (parts & codec::kPartChangedFields) out->Byte(changed_fields);
  if (parts & codec::kPartAsset) fields->Asset(asset);
  if (parts & codec::kPartTarget) fields->Id(target_id);
  if (parts & codec::kPartRefusal) fields->Refusal(refusal);
  if (parts & codec::kPartSettleRequest) fields->Request(*settle_request);
  if (parts & codec::kPartVoidRequest) fields->Request(*void_request);
}

domain::Refusal Unstorable(const Record& record, std::string_view what) {
  std::string message = "The record at position ";
  message += std::to_string(record.first_position);
  message += " cannot be stored: ";
  message += what;
  message += '.';
  return {domain::Reason::kDataCorrupt,
          std::move(message),
          {{"position", std::to_string(record.first_position)}}};
}

}  // namespace

Hash ChainHash(const Hash& previous, std::string_view records) {
  Hash hash{};
  const std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context(EVP_MD_CTX_new(),
                                                                        &EVP_MD_CTX_free);
  // SHA-256 of bytes in memory fails only where there is no memory or no
  // SHA-256: nothing can be built on that.
  if (context == nullptr || EVP_DigestInit_ex(context.get(), EVP_sha256(), nullptr) != 1 ||
      EVP_DigestUpdate(context.get(), previous.data(), previous.size()) != 1 ||
      EVP_DigestUpdate(context.get(), records.data(), records.size()) != 1 ||
      EVP_DigestFinal_ex(context.get(), hash.data(), nullptr) != 1) {
    std::abort();
  }
  return hash;
}

domain::Status CommitGroupEncoder::Add(const Record& record) {
  const auto& [change, first_position, last_position, accounts] = record;
  if (first_position < 1 || last_position < first_position ||
      (!empty() && first_position != last_position_ + 1)) {
    return Unstorable(record, "its positions do not follow");
  }
  if (!codec::HasNeededParts(change))
    return Unstorable(record, "a part that its kind needs is missing");
  const std::int64_t commit_group_time = empty() ? change.commit_time : first_time_;
  const codec::FrameContext context{first_position, last_position, change.commit_time};
  const std::size_t words = dictionary_.size();
  const std::uint64_t parts = PartsOf(change);

  body_.Clear();
  body_.Byte(static_cast<std::uint8_t>(change.kind));
  body_.Varint(parts);
  body_.Varint(codec::WrappedDifference(last_position, first_position) + 1);
  body_.Varint(codec::WrappedDifference(change.commit_time, commit_group_time));
  codec::FieldEncoder fields(context, &dictionary_, &body_);
  fields.Word(change.principal);
  body_.Varint(accounts.size());
  for (const AccountAfter& account : accounts) fields.Account(account);
  EncodeParts(change, parts, &fields, &body_);
  if (!body_.valid()) {
    dictionary_.Truncate(words);
    return Unstorable(record, "a value is out of its bounds");
  }

  frames_.Bytes(body_.view());
  if (empty()) {
    first_position_ = first_position;
    first_time_ = change.commit_time;
  }
  last_position_ = last_position;
  last_time_ = change.commit_time;
  ++record_count_;
  return domain::Ok{};
}

std::size_t CommitGroupEncoder::size() const {
  return empty() ? 0 : kHeaderBytesMax + dictionary_.bytes().size() + frames_.size();
}

CommitGroup CommitGroupEncoder::Finish(const Hash& previous_hash) {
  codec::WireWriter& header = body_;
  header.Clear();
  header.Byte(static_cast<std::uint8_t>(kJournalFormatVersion));
  header.Varint(static_cast<std::uint64_t>(first_position_));
  header.Fixed64(static_cast<std::uint64_t>(first_time_));
  header.Varint(record_count_);
  header.Varint(dictionary_.size());
  header.Varint(dictionary_.bytes().size());

  CommitGroup commit_group;
  commit_group.first_position = first_position_;
  commit_group.last_position = last_position_;
  commit_group.first_time = first_time_;
  commit_group.last_time = last_time_;
  commit_group.format_version = kJournalFormatVersion;
  commit_group.previous_hash = previous_hash;
  commit_group.records.reserve(header.size() + dictionary_.bytes().size() + frames_.size());
  commit_group.records.append(header.view()).append(dictionary_.bytes()).append(frames_.view());
  commit_group.hash = ChainHash(previous_hash, commit_group.records);
  Clear();
  return commit_group;
}

void CommitGroupEncoder::Clear() {
  dictionary_.Clear();
  frames_.Clear();
  record_count_ = 0;
  first_position_ = 0;
  last_position_ = 0;
  first_time_ = 0;
  last_time_ = 0;
}

}  // namespace florin::storage
