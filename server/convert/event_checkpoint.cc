#include "server/convert/event_checkpoint.h"

#include <optional>

namespace florin::server {
namespace {

constexpr std::uint8_t kVersion = 1;
constexpr std::uint32_t kPartition = 0;
constexpr std::size_t kBytes = 1 + 8 + 4 + 8 + 4;

/// FNV-1a: enough against a slip of the hand; a checkpoint grants nothing that
/// a position would not.
std::uint64_t Fnv(std::string_view bytes) {
  std::uint64_t hash = 0xcbf29ce484222325U;
  for (const char c : bytes) {
    hash ^= static_cast<std::uint8_t>(c);
    hash *= 0x100000001b3U;
  }
  return hash;
}

std::uint32_t Checksum(std::string_view bytes) {
  const std::uint64_t hash = Fnv(bytes);
  return static_cast<std::uint32_t>(hash ^ (hash >> 32));
}

void PutBigEndian(std::string* out, std::uint64_t value, int bytes) {
  for (int shift = (bytes - 1) * 8; shift >= 0; shift -= 8)
    out->push_back(static_cast<char>(value >> shift));
}

std::uint64_t GetBigEndian(std::string_view bytes) {
  std::uint64_t value = 0;
  for (const char c : bytes) value = (value << 8) | static_cast<std::uint8_t>(c);
  return value;
}

int HexDigit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  return -1;
}

std::optional<std::string> FromHex(std::string_view text) {
  if (text.size() != kBytes * 2) return std::nullopt;
  std::string bytes;
  for (std::size_t i = 0; i < text.size(); i += 2) {
    const int high = HexDigit(text[i]);
    const int low = HexDigit(text[i + 1]);
    if (high < 0 || low < 0) return std::nullopt;
    bytes.push_back(static_cast<char>(high * 16 + low));
  }
  return bytes;
}

domain::Refusal Invalid(std::string message, domain::StringMap metadata = {}) {
  return {domain::Reason::kCheckpointInvalid, std::move(message), std::move(metadata)};
}

}  // namespace

std::string EncodeCheckpoint(std::string_view ledger_id, std::int64_t position) {
  static constexpr char kDigits[] = "0123456789abcdef";
  std::string bytes;
  bytes.reserve(kBytes);
  bytes.push_back(static_cast<char>(kVersion));
  PutBigEndian(&bytes, Fnv(ledger_id), 8);
  PutBigEndian(&bytes, kPartition, 4);
  PutBigEndian(&bytes, static_cast<std::uint64_t>(position), 8);
  PutBigEndian(&bytes, Checksum(bytes), 4);
  std::string text;
  text.reserve(kBytes * 2);
  for (const char c : bytes) {
    const auto byte = static_cast<std::uint8_t>(c);
    text.push_back(kDigits[byte >> 4]);
    text.push_back(kDigits[byte & 15]);
  }
  return text;
}

domain::Result<std::int64_t> DecodeCheckpoint(std::string_view text, std::string_view ledger_id,
                                              std::int64_t head) {
  const auto bytes = FromHex(text);
  const std::string_view view = bytes ? std::string_view(*bytes) : std::string_view();
  if (view.empty() || static_cast<std::uint8_t>(view[0]) != kVersion ||
      GetBigEndian(view.substr(kBytes - 4)) != Checksum(view.substr(0, kBytes - 4))) {
    return Invalid(
        "the checkpoint is not one that this server gave out; store it "
        "unchanged, or start from the beginning",
        {{"field", "after_checkpoint"}});
  }
  const auto position = static_cast<std::int64_t>(GetBigEndian(view.substr(13, 8)));
  if (GetBigEndian(view.substr(1, 8)) != Fnv(ledger_id)) {
    return Invalid(
        "the checkpoint belongs to another ledger; this one is " + std::string(ledger_id),
        {{"field", "after_checkpoint"}, {"ledger_id", std::string(ledger_id)}});
  }
  if (GetBigEndian(view.substr(9, 4)) != kPartition || position < 0 || position > head) {
    return Invalid("the checkpoint is at position " + std::to_string(position) +
                       ", beyond the log's head " + std::to_string(head) +
                       ": it comes from a log that continued from an older copy of this one",
                   {{"field", "after_checkpoint"},
                    {"head_position", std::to_string(head)},
                    {"position", std::to_string(position)}});
  }
  return position;
}

}  // namespace florin::server
