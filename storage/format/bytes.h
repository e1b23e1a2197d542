#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "domain/amount.h"

namespace florin::storage {

/// How the directories' keys and values are put into bytes
/// (docs/formats/directories.md). Big endian where keys must sort, varints
/// elsewhere.

void PutBigEndian64(std::string* out, std::int64_t value);
/// Requires: eight bytes at `data`.
[[nodiscard]] std::int64_t ReadBigEndian64(const char* data);

void PutVarint(std::string* out, std::uint64_t value);
void PutInt128(std::string* out, domain::Int128 value);
void PutText(std::string* out, std::string_view text);

/// Reads what the functions above wrote. A read beyond the end or of a
/// malformed varint makes `ok` false for good and yields zeros.
class ByteReader {
 public:
  explicit ByteReader(std::string_view data) : data_(data) {}

  std::uint64_t Varint();
  std::int64_t Int64() { return static_cast<std::int64_t>(Varint()); }
  domain::Int128 Int128();
  std::string_view Text();
  std::string_view Bytes(std::size_t size);
  std::uint8_t Byte();
  /// All that is left.
  std::string_view Rest() { return Bytes(data_.size()); }

  [[nodiscard]] bool ok() const { return ok_; }
  /// Everything was read and nothing was malformed.
  [[nodiscard]] bool Done() const { return ok_ && data_.empty(); }

 private:
  std::string_view data_;
  bool ok_ = true;
};

}  // namespace florin::storage
