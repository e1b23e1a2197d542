#include "storage/format/commit_group_value.h"

#include <utility>

#include "storage/format/bytes.h"
#include "storage/format/errors.h"

namespace florin::storage {
namespace {

/// Of the head's own shape. Do not renumber.
constexpr char kHeadVersion = 1;
/// Head version, format version, four numbers, two hashes.
constexpr std::size_t kHeadSize = 1 + 8 + 4 * 8 + 2 * 32;
constexpr std::size_t kNumbersAt = 9;

}  // namespace

std::string EncodeCommitGroup(const CommitGroup& commit_group) {
  std::string value;
  value.reserve(kHeadSize + commit_group.records.size());
  value.push_back(kHeadVersion);
  PutBigEndian64(&value, commit_group.format_version);
  PutBigEndian64(&value, commit_group.first_position);
  PutBigEndian64(&value, commit_group.last_position);
  PutBigEndian64(&value, commit_group.first_time);
  PutBigEndian64(&value, commit_group.last_time);
  for (const Hash* hash : {&commit_group.previous_hash, &commit_group.hash}) {
    for (const std::uint8_t byte : *hash) value.push_back(static_cast<char>(byte));
  }
  value.append(commit_group.records);
  return value;
}

domain::Result<CommitGroupHead> DecodeCommitGroupHead(std::string_view value,
                                                      const CorruptPlace& where) {
  if (value.size() < kHeadSize || value[0] != kHeadVersion) {
    return DataCorrupt("The commit group at " + where.Text() + " has no valid head.", where);
  }
  CommitGroupHead head;
  head.first_position = ReadBigEndian64(value.data() + kNumbersAt);
  head.last_position = ReadBigEndian64(value.data() + kNumbersAt + 8);
  head.first_time = ReadBigEndian64(value.data() + kNumbersAt + 16);
  head.last_time = ReadBigEndian64(value.data() + kNumbersAt + 24);
  if (head.first_position < 1 || head.last_position < head.first_position ||
      head.last_time < head.first_time) {
    return DataCorrupt(
        "The commit group at " + where.Text() + " has positions or times that go backwards.",
        where);
  }
  return head;
}

domain::Result<CommitGroupPtr> DecodeCommitGroup(std::string_view value,
                                                 const CorruptPlace& where) {
  const domain::Result<CommitGroupHead> head = DecodeCommitGroupHead(value, where);
  if (!head.ok()) return head.refusal();
  auto commit_group = std::make_shared<CommitGroup>();
  commit_group->first_position = head->first_position;
  commit_group->last_position = head->last_position;
  commit_group->first_time = head->first_time;
  commit_group->last_time = head->last_time;
  commit_group->format_version = static_cast<std::int32_t>(ReadBigEndian64(value.data() + 1));
  const char* hashes = value.data() + kNumbersAt + 4 * 8;
  for (std::size_t i = 0; i < commit_group->hash.size(); ++i) {
    commit_group->previous_hash[i] = static_cast<std::uint8_t>(hashes[i]);
    commit_group->hash[i] = static_cast<std::uint8_t>(hashes[i + commit_group->hash.size()]);
  }
  commit_group->records.assign(value.substr(kHeadSize));
  return CommitGroupPtr(std::move(commit_group));
}

std::string ToHex(const Hash& hash) {
  constexpr char kDigits[] = "0123456789abcdef";
  std::string text;
  text.reserve(2 * hash.size());
  for (const std::uint8_t byte : hash) {
    text.push_back(kDigits[byte >> 4]);
    text.push_back(kDigits[byte & 15]);
  }
  return text;
}

}  // namespace florin::storage
