#include "server/rpc/page_token.h"

#include <fmt/format.h>

#include <algorithm>

#include "server/rpc/quote.h"

namespace florin::server {
namespace {

constexpr char kTokenVersion = 1;
constexpr std::uint64_t kFnvOffset = 14695981039346656037u;
constexpr std::uint64_t kFnvPrime = 1099511628211u;
// Version, digest, head position, after, check sum.
constexpr std::size_t kFixedBytes = 1 + 8 + 8 + 8 + 8;

std::uint64_t Fnv(std::uint64_t hash, std::string_view bytes) {
  for (const char c : bytes) {
    hash = (hash ^ static_cast<unsigned char>(c)) * kFnvPrime;
  }
  return hash;
}

void AppendNumber(std::string* out, std::uint64_t number) {
  for (int shift = 0; shift < 64; shift += 8) {
    *out += static_cast<char>((number >> shift) & 0xFF);
  }
}

std::uint64_t TakeNumber(std::string_view* bytes) {
  std::uint64_t number = 0;
  for (int i = 7; i >= 0; --i) {
    number = number << 8 | static_cast<unsigned char>((*bytes)[static_cast<std::size_t>(i)]);
  }
  bytes->remove_prefix(8);
  return number;
}

std::string ToHex(std::string_view bytes) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string text;
  text.reserve(bytes.size() * 2);
  for (const char c : bytes) {
    const auto byte = static_cast<unsigned char>(c);
    text += kDigits[byte >> 4];
    text += kDigits[byte & 15];
  }
  return text;
}

int HexDigit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  return -1;
}

std::optional<std::string> FromHex(std::string_view text) {
  if (text.size() % 2 != 0) return std::nullopt;
  std::string bytes;
  bytes.reserve(text.size() / 2);
  for (std::size_t i = 0; i < text.size(); i += 2) {
    const int high = HexDigit(text[i]);
    const int low = HexDigit(text[i + 1]);
    if (high < 0 || low < 0) return std::nullopt;
    bytes += static_cast<char>(high << 4 | low);
  }
  return bytes;
}

domain::Refusal BadToken(std::string_view token, const char* why) {
  return {domain::Reason::kPageTokenInvalid,
          fmt::format("page_token {} {}; send next_page_token as it came, with "
                      "the same query",
                      Quote(token), why),
          {{"field", "page_token"}}};
}

}  // namespace

QueryDigest::QueryDigest(std::string_view query, std::string_view ledger_id) : hash_(kFnvOffset) {
  Add(query).Add(ledger_id);
}

// The length comes first, so that fields cannot run into each other.
QueryDigest& QueryDigest::Add(std::string_view field) {
  Add(static_cast<std::int64_t>(field.size()));
  Mix(field);
  return *this;
}

QueryDigest& QueryDigest::Add(std::int64_t field) {
  std::string bytes;
  AppendNumber(&bytes, static_cast<std::uint64_t>(field));
  Mix(bytes);
  return *this;
}

QueryDigest& QueryDigest::Add(const std::optional<std::int64_t>& field) {
  Add(std::int64_t{field.has_value()});
  return Add(field.value_or(0));
}

void QueryDigest::Mix(std::string_view bytes) { hash_ = Fnv(hash_, bytes); }

std::string EncodePageToken(std::uint64_t query_digest, const PagePlace& place) {
  std::string bytes(1, kTokenVersion);
  AppendNumber(&bytes, query_digest);
  AppendNumber(&bytes, static_cast<std::uint64_t>(place.head_position));
  AppendNumber(&bytes, static_cast<std::uint64_t>(place.after));
  bytes += place.after_key;
  AppendNumber(&bytes, Fnv(kFnvOffset, bytes));
  return ToHex(bytes);
}

domain::Result<PagePlace> DecodePageToken(std::uint64_t query_digest, std::string_view token) {
  const std::optional<std::string> bytes = FromHex(token);
  if (!bytes || bytes->size() < kFixedBytes || bytes->front() != kTokenVersion) {
    return BadToken(token, "is not one of this server's");
  }
  std::string_view body = std::string_view(*bytes).substr(0, bytes->size() - 8);
  std::string_view sum = std::string_view(*bytes).substr(body.size());
  if (TakeNumber(&sum) != Fnv(kFnvOffset, body)) {
    return BadToken(token, "was changed or truncated");
  }
  body.remove_prefix(1);
  if (TakeNumber(&body) != query_digest) {
    return BadToken(token, "belongs to another query");
  }
  PagePlace place;
  place.head_position = static_cast<std::int64_t>(TakeNumber(&body));
  place.after = static_cast<std::int64_t>(TakeNumber(&body));
  place.after_key = std::string(body);
  return place;
}

domain::Result<int> PageSize(int page_size) {
  constexpr int kDefault = 100;
  constexpr int kMax = 1000;
  if (page_size < 0) {
    return domain::Refusal{
        domain::Reason::kFieldInvalid,
        fmt::format("page_size is {}; it must be 0 (for {}) to {}", page_size, kDefault, kMax),
        {{"field", "page_size"}}};
  }
  return page_size == 0 ? kDefault : std::min(page_size, kMax);
}

}  // namespace florin::server
