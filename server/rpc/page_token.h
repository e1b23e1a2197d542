#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "domain/result.h"

namespace florin::server {

/// A digest of a query's fields but page_size and page_token: a token is good
/// only for the query that it came from.
class QueryDigest {
 public:
  /// `query`: the method's name, `ledger_id`: a token of another ledger is
  /// refused.
  QueryDigest(std::string_view query, std::string_view ledger_id);
  QueryDigest& Add(std::string_view field);
  QueryDigest& Add(std::int64_t field);
  QueryDigest& Add(const std::optional<std::int64_t>& field);
  [[nodiscard]] std::uint64_t value() const { return hash_; }

 private:
  void Mix(std::string_view bytes);
  std::uint64_t hash_;
};

/// Where a list goes on.
struct PagePlace {
  /// The log's head when the first page was read.
  std::int64_t head_position = 0;
  /// A number and a key in the list's own order; each list uses what it needs.
  std::int64_t after = 0;
  std::string after_key;
};

/// Opaque to clients: URL-safe text of version, digest, place and a check sum.
[[nodiscard]] std::string EncodePageToken(std::uint64_t query_digest, const PagePlace& place);

/// Errors: kPageTokenInvalid if the text is no token, or of another query.
[[nodiscard]] domain::Result<PagePlace> DecodePageToken(std::uint64_t query_digest,
                                                        std::string_view token);

/// The contract's page size: 0 is 100, above 1,000 is 1,000.
/// Errors: kFieldInvalid below 0.
[[nodiscard]] domain::Result<int> PageSize(int page_size);

/// Bytes of a page's items after which the page is cut: well below the 4 MiB
/// that clients receive by default, with room for one more item.
inline constexpr std::size_t kPageBytesMax = 2u << 20;

}  // namespace florin::server
