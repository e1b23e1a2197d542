#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>

namespace florin::storage {

/// Messages of the contract being written, field by field, without being built first.
///
/// Ensures: what protobuf would write, byte by byte, if the fields come in the order of their
/// numbers. As there, a field that is empty or zero is left out; a message is not. Keeps its memory
/// when cleared. Source: protobuf's encoding, https://protobuf.dev/programming-guides/encoding.
class ProtoWriter {
 public:
  void Text(int field, std::string_view text) {
    if (!text.empty()) Bytes(field, text);
  }

  /// Of int64, int32 and enums.
  void Number(int field, std::int64_t number) {
    if (number == 0) return;
    Need(2 * kVarintBytesMax);
    Tag(field, kVarint);
    Varint(static_cast<std::uint64_t>(number));
  }

  /// Seconds and nanoseconds of a google.protobuf.Timestamp.
  void Timestamp(int field, std::int64_t seconds, std::int32_t nanos) {
    Message(field, [&] {
      Number(1, seconds);
      Number(2, nanos);
    });
  }

  /// An entry of a map<string, string>, which has both parts even if they are empty.
  void MapEntry(int field, std::string_view key, std::string_view value) {
    Message(field, [&] {
      Bytes(1, key);
      Bytes(2, value);
    });
  }

  /// A message of the fields that `write` writes.
  template <typename Write>
  void Message(int field, Write&& write) {
    Nested(field, 1, write);
  }
  /// The same for one that is likely to take 128 bytes or more.
  template <typename Write>
  void LongMessage(int field, Write&& write) {
    Nested(field, 2, write);
  }

  /// Fields that are encoded already.
  void Fields(std::string_view bytes) {
    Need(bytes.size());
    Raw(bytes);
  }

  [[nodiscard]] std::size_t size() const { return size_; }
  [[nodiscard]] std::string_view view() const { return {data_.data(), size_}; }

  /// Makes room for `bytes` more at once.
  void Reserve(std::size_t bytes) { Need(bytes); }
  /// Back to the first `size` bytes.
  void Truncate(std::size_t size) { size_ = size; }
  void Clear() { size_ = 0; }

 private:
  static constexpr std::size_t kVarintBytesMax = 10;
  static constexpr std::size_t kBytesMin = 1024;
  // Wire types.
  static constexpr std::uint32_t kVarint = 0;
  static constexpr std::uint32_t kLengthDelimited = 2;

  void Need(std::size_t bytes) {
    if (data_.size() - size_ < bytes)
      data_.resize(std::max(data_.size() * 2, size_ + bytes + kBytesMin));
  }

  // The room for these is the caller's care.
  void Varint(std::uint64_t value) {
    while (value >= 0x80) {
      data_[size_++] = static_cast<char>(value | 0x80);
      value >>= 7;
    }
    data_[size_++] = static_cast<char>(value);
  }
  void Tag(int field, std::uint32_t wire_type) {
    Varint(static_cast<std::uint32_t>(field) << 3 | wire_type);
  }

  void Bytes(int field, std::string_view bytes) {
    Need(2 * kVarintBytesMax + bytes.size());
    Tag(field, kLengthDelimited);
    Varint(bytes.size());
    Raw(bytes);
  }
  void Raw(std::string_view bytes) {
    std::memcpy(data_.data() + size_, bytes.data(), bytes.size());
    size_ += bytes.size();
  }

  // A message's length stands before it and is known after it: room is left for as many bytes as it
  // is likely to take, and what was written is moved if it takes others.
  template <typename Write>
  void Nested(int field, std::size_t length_bytes, Write&& write) {
    Need(2 * kVarintBytesMax);
    Tag(field, kLengthDelimited);
    const std::size_t start = size_;
    size_ += length_bytes;
    write();
    const std::size_t length = size_ - start - length_bytes;
    const std::size_t needed = VarintBytes(length);
    if (needed != length_bytes) {
      Need(kVarintBytesMax);
      std::memmove(data_.data() + start + needed, data_.data() + start + length_bytes, length);
    }
    size_ = start;
    Varint(length);
    size_ += length;
  }

  static std::size_t VarintBytes(std::uint64_t value) {
    std::size_t bytes = 1;
    for (; value >= 0x80; value >>= 7) ++bytes;
    return bytes;
  }

  std::string data_;
  std::size_t size_ = 0;
};

}  // namespace florin::storage
