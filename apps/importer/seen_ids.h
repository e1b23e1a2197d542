#pragma once

#include <absl/container/flat_hash_map.h>

#include <cstdint>
#include <optional>
#include <string_view>
#include <utility>

namespace florin::importer {

/// Remembers which texts a file has given so far, with a number for each: the
/// line of the first, or how many there were.
///
/// Cost: 17 bytes to a place, of which 44 to 88 % are used: 20 to 40 bytes a
/// text, however long it is, and half as much again while the table grows; 10
/// million take 285 MB, and 430 MB then.
/// Only hashes are kept, 88 bits of SHA-256: two texts of 10 million are taken for
/// one with a probability below one in a million million, and the same file gives
/// the same answers in every run.
/// Threads: not safe.
class SeenIds {
 public:
  /// Numbers up to this are kept.
  static constexpr std::uint64_t kNumberMax = (std::uint64_t{1} << 40U) - 1;

  /// What is kept of a text: the place, and 24 bits more in the upper part.
  struct Hash {
    std::uint64_t key = 0;
    std::uint64_t check = 0;
  };
  using HashFunction = Hash (*)(std::string_view);
  [[nodiscard]] static Hash Sha256(std::string_view text);

  /// Another `hash` is for tests.
  explicit SeenIds(HashFunction hash = &Sha256) : hash_(hash) {}

  /// The number that came with `text` first; nullopt: it is new, and `number`
  /// is kept.
  [[nodiscard]] std::optional<std::int64_t> Find(std::string_view text, std::int64_t number);

  /// How often `text` came, with this time.
  [[nodiscard]] std::int64_t Count(std::string_view text);

 private:
  // The entry of `text`, and whether it is new, with the number 0.
  std::pair<std::uint64_t*, bool> EntryOf(std::string_view text);

  HashFunction hash_;
  // By 64 bits of the hash: 24 more, above the number.
  absl::flat_hash_map<std::uint64_t, std::uint64_t> numbers_;
};

}  // namespace florin::importer
