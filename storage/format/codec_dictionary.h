#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "storage/format/codec_wire.h"

namespace florin::storage::codec {

/// The strings of a commit group that stand in it once and are named by number:
/// the writing side.
///
/// Cost: a hash and, as a rule, one comparison a look-up; cleared in constant
/// time, its memory is kept.
class Dictionary {
 public:
  /// Longest string that is taken in: bounds what a damaged commit group can make a
  /// reader allocate, as one byte then names no more than this.
  static constexpr std::size_t kWordBytesMax = 255;

  Dictionary();

  /// The word's number, from 0 in order of first use. Requires: 1 to
  /// kWordBytesMax bytes.
  std::uint32_t NumberOf(std::string_view word);

  [[nodiscard]] std::size_t size() const { return words_.size(); }
  /// As stored: each word's length and bytes, in order.
  [[nodiscard]] std::string_view bytes() const { return bytes_.view(); }

  void Clear();
  /// Forgets all but the first `size` words.
  void Truncate(std::size_t size);

 private:
  struct DictionaryWord {
    std::uint64_t hash = 0;
    std::uint32_t begin = 0;  // of its length, in bytes_
    std::uint32_t length = 0;
  };
  struct Bucket {
    std::uint32_t generation = 0;
    std::uint32_t number = 0;
  };

  [[nodiscard]] std::string_view WordAt(const DictionaryWord& word) const;
  void Rebuild(std::size_t buckets);

  WireWriter bytes_;
  std::vector<DictionaryWord> words_;
  /// Open addressing, a power of two, at most half full. A bucket of another
  /// generation is free.
  std::vector<Bucket> buckets_;
  std::uint32_t generation_ = 1;
};

}  // namespace florin::storage::codec
