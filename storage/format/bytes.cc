#include "storage/format/bytes.h"

namespace florin::storage {

void PutBigEndian64(std::string* out, std::int64_t value) {
  const auto bits = static_cast<std::uint64_t>(value);
  for (int shift = 56; shift >= 0; shift -= 8)
    out->push_back(static_cast<char>((bits >> shift) & 0xff));
}

std::int64_t ReadBigEndian64(const char* data) {
  std::uint64_t bits = 0;
  for (int i = 0; i < 8; ++i) bits = (bits << 8) | static_cast<std::uint8_t>(data[i]);
  return static_cast<std::int64_t>(bits);
}

void PutVarint(std::string* out, std::uint64_t value) {
  while (value >= 0x80) {
    out->push_back(static_cast<char>(0x80 | (value & 0x7f)));
    value >>= 7;
  }
  out->push_back(static_cast<char>(value));
}

void PutInt128(std::string* out, domain::Int128 value) {
  // Zigzag, then the low half as a varint if the rest is empty: amounts are
  // mostly small.
  const auto bits = static_cast<domain::UInt128>(value);
  const domain::UInt128 zigzag = value < 0 ? ~(bits << 1) : bits << 1;
  const auto high = static_cast<std::uint64_t>(zigzag >> 64);
  PutVarint(out, high);
  PutVarint(out, static_cast<std::uint64_t>(zigzag));
}

void PutText(std::string* out, std::string_view text) {
  PutVarint(out, text.size());
  out->append(text);
}

std::uint64_t ByteReader::Varint() {
  std::uint64_t value = 0;
  for (int shift = 0; shift < 64; shift += 7) {
    const std::uint8_t byte = Byte();
    if (!ok_) return 0;
    value |= static_cast<std::uint64_t>(byte & 0x7f) << shift;
    if ((byte & 0x80) == 0) return value;
  }
  ok_ = false;
  return 0;
}

domain::Int128 ByteReader::Int128() {
  const std::uint64_t high = Varint();
  const std::uint64_t low = Varint();
  const domain::UInt128 zigzag = (static_cast<domain::UInt128>(high) << 64) | low;
  const domain::UInt128 bits = (zigzag & 1) != 0 ? ~(zigzag >> 1) : zigzag >> 1;
  return static_cast<domain::Int128>(bits);
}

std::string_view ByteReader::Text() {
  const std::uint64_t size = Varint();
  if (size > data_.size()) {
    ok_ = false;
    return {};
  }
  return Bytes(static_cast<std::size_t>(size));
}

std::string_view ByteReader::Bytes(std::size_t size) {
  if (!ok_ || size > data_.size()) {
    ok_ = false;
    return {};
  }
  const std::string_view bytes = data_.substr(0, size);
  data_.remove_prefix(size);
  return bytes;
}

std::uint8_t ByteReader::Byte() {
  const std::string_view byte = Bytes(1);
  return byte.empty() ? std::uint8_t{0} : static_cast<std::uint8_t>(byte[0]);
}

}  // namespace florin::storage
