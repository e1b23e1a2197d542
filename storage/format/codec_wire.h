#pragma once

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <limits>
#include <string>
#include <string_view>

#include "domain/amount.h"

namespace florin::storage::codec {

/// The stored format's primitives; docs/formats/journal.md, "Primitives", says
/// the bytes.

[[nodiscard]] constexpr std::uint64_t ZigZag(std::int64_t value) {
  return (static_cast<std::uint64_t>(value) << 1) ^ static_cast<std::uint64_t>(value >> 63);
}
[[nodiscard]] constexpr std::int64_t UnZigZag(std::uint64_t value) {
  return static_cast<std::int64_t>((value >> 1) ^ (0 - (value & 1)));
}

/// `a - b` and `a + b` round 2^64, so that any two numbers have a difference
/// that leads back.
[[nodiscard]] constexpr std::uint64_t WrappedDifference(std::int64_t a, std::int64_t b) {
  return static_cast<std::uint64_t>(a) - static_cast<std::uint64_t>(b);
}
[[nodiscard]] constexpr std::int64_t WrappedSum(std::int64_t a, std::uint64_t b) {
  return static_cast<std::int64_t>(static_cast<std::uint64_t>(a) + b);
}

/// Longest forms of a varint and of an amount.
inline constexpr std::size_t kVarintBytesMax = 10;
inline constexpr std::size_t kAmountBytesMax = 19;

/// Bytes being written. Keeps its memory when cleared.
class WireWriter {
 public:
  void Byte(std::uint8_t value) {
    Need(1);
    data_[size_++] = static_cast<char>(value);
  }

  void Varint(std::uint64_t value) {
    Need(kVarintBytesMax);
    while (value >= 0x80) {
      data_[size_++] = static_cast<char>(value | 0x80);
      value >>= 7;
    }
    data_[size_++] = static_cast<char>(value);
  }

  /// Requires: value >= 0; a negative one spoils the writer.
  void Amount(domain::Int128 value) {
    if (value < 0) {
      invalid_ = true;
      return;
    }
    Need(kAmountBytesMax);
    auto rest = static_cast<domain::UInt128>(value);
    while (rest > std::numeric_limits<std::uint64_t>::max()) {
      data_[size_++] = static_cast<char>(static_cast<std::uint8_t>(rest) | 0x80);
      rest >>= 7;
    }
    Varint(static_cast<std::uint64_t>(rest));
  }

  void Fixed64(std::uint64_t value) {
    for (int shift = 0; shift < 64; shift += 8) Byte(static_cast<std::uint8_t>(value >> shift));
  }

  void Raw(std::string_view bytes) {
    if (bytes.empty()) return;
    Need(bytes.size());
    std::memcpy(data_.data() + size_, bytes.data(), bytes.size());
    size_ += bytes.size();
  }

  /// Length, then the bytes.
  void Bytes(std::string_view bytes) {
    Varint(bytes.size());
    Raw(bytes);
  }

  /// Something was asked to be written that has no form: what was written is to
  /// be thrown away.
  void Spoil() { invalid_ = true; }
  [[nodiscard]] bool valid() const { return !invalid_; }

  [[nodiscard]] std::size_t size() const { return size_; }
  [[nodiscard]] std::string_view view() const { return {data_.data(), size_}; }

  /// Back to the first `size` bytes.
  void Truncate(std::size_t size) { size_ = size; }
  void Clear() {
    size_ = 0;
    invalid_ = false;
  }

 private:
  void Need(std::size_t bytes) {
    if (data_.size() - size_ < bytes) data_.resize(std::max(data_.size() * 2, size_ + bytes + 256));
  }

  std::string data_;
  std::size_t size_ = 0;
  bool invalid_ = false;
};

/// Bytes being read, by somebody who may be lied to.
///
/// A read beyond the end or of a malformed number fails the reader for good: it
/// answers with zeros and empty strings from then on, so callers look at ok()
/// once, and before they trust a count.
class WireReader {
 public:
  WireReader() = default;
  explicit WireReader(std::string_view bytes)
      : cursor_(bytes.data()), end_(bytes.data() + bytes.size()) {}

  [[nodiscard]] bool ok() const { return ok_; }
  [[nodiscard]] bool AtEnd() const { return cursor_ == end_; }
  [[nodiscard]] std::size_t remaining() const { return static_cast<std::size_t>(end_ - cursor_); }

  void Fail() {
    ok_ = false;
    cursor_ = end_;
  }

  std::uint8_t Byte() {
    if (cursor_ == end_) {
      Fail();
      return 0;
    }
    return static_cast<std::uint8_t>(*cursor_++);
  }

  std::uint64_t Varint() {
    std::uint64_t value = 0;
    for (unsigned shift = 0; shift < 64; shift += 7) {
      const std::uint8_t byte = Byte();
      // The tenth byte has one bit left, and a number has one form: no zero at
      // its end.
      if (!ok_ || (shift == 63 && byte > 1) || (shift > 0 && byte == 0)) break;
      value |= static_cast<std::uint64_t>(byte & 0x7f) << shift;
      if (byte < 0x80) return value;
    }
    Fail();
    return 0;
  }

  /// In [0, 2^127 - 1].
  domain::Int128 Amount() {
    domain::UInt128 value = 0;
    for (unsigned shift = 0; shift < 7 * kAmountBytesMax; shift += 7) {
      const std::uint8_t byte = Byte();
      if (!ok_ || (shift == 7 * (kAmountBytesMax - 1) && byte > 1) || (shift > 0 && byte == 0))
        break;
      value |= static_cast<domain::UInt128>(byte & 0x7f) << shift;
      if (byte < 0x80) return static_cast<domain::Int128>(value);
    }
    Fail();
    return 0;
  }

  std::uint64_t Fixed64() {
    std::uint64_t value = 0;
    for (int shift = 0; shift < 64; shift += 8)
      value |= static_cast<std::uint64_t>(Byte()) << shift;
    return value;
  }

  std::string_view Raw(std::uint64_t size) {
    if (size > remaining()) {
      Fail();
      return {};
    }
    const std::string_view bytes(cursor_, static_cast<std::size_t>(size));
    cursor_ += size;
    return bytes;
  }

  std::string_view Bytes() { return Raw(Varint()); }

  /// A number of things of which each takes at least `bytes_min`: one that the
  /// rest cannot hold fails.
  std::size_t Count(std::size_t bytes_min) {
    const std::uint64_t count = Varint();
    if (count > remaining() / bytes_min) {
      Fail();
      return 0;
    }
    return static_cast<std::size_t>(count);
  }

  /// A byte that may be at most `max`.
  std::uint8_t ByteUpTo(std::uint8_t max) {
    const std::uint8_t value = Byte();
    if (value > max) Fail();
    return ok_ ? value : std::uint8_t{0};
  }

  /// A varint in [0, 2^63 - 1].
  std::int64_t NonNegative() {
    const std::uint64_t value = Varint();
    if (value > static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max())) Fail();
    return ok_ ? static_cast<std::int64_t>(value) : 0;
  }

 private:
  const char* cursor_ = nullptr;
  const char* end_ = nullptr;
  bool ok_ = true;
};

}  // namespace florin::storage::codec
