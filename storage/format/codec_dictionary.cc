#include "storage/format/codec_dictionary.h"

#include <functional>

namespace florin::storage::codec {
namespace {
constexpr std::size_t kBucketsMin = 256;
}  // namespace

Dictionary::Dictionary() : buckets_(kBucketsMin) {}

std::string_view Dictionary::WordAt(const DictionaryWord& known) const {
  // A length up to 127 takes one byte, one up to 255 two.
  const std::size_t begin = known.begin + (known.length < 0x80 ? 1U : 2U);
  return bytes_.view().substr(begin, known.length);
}

std::uint32_t Dictionary::NumberOf(std::string_view word) {
  const std::uint64_t hash = std::hash<std::string_view>{}(word);
  const std::size_t mask = buckets_.size() - 1;
  std::size_t at = static_cast<std::size_t>(hash) & mask;
  for (; buckets_[at].generation == generation_; at = (at + 1) & mask) {
    const DictionaryWord& known = words_[buckets_[at].number];
    if (known.hash == hash && WordAt(known) == word) return buckets_[at].number;
  }
  const auto number = static_cast<std::uint32_t>(words_.size());
  words_.push_back(DictionaryWord{hash, static_cast<std::uint32_t>(bytes_.size()),
                                  static_cast<std::uint32_t>(word.size())});
  bytes_.Bytes(word);
  buckets_[at] = Bucket{generation_, number};
  if (words_.size() * 2 > buckets_.size()) Rebuild(buckets_.size() * 2);
  return number;
}

void Dictionary::Rebuild(std::size_t buckets) {
  buckets_.assign(buckets, Bucket{});
  const std::size_t mask = buckets - 1;
  for (std::uint32_t number = 0; number < words_.size(); ++number) {
    std::size_t at = static_cast<std::size_t>(words_[number].hash) & mask;
    while (buckets_[at].generation == generation_) at = (at + 1) & mask;
    buckets_[at] = Bucket{generation_, number};
  }
}

void Dictionary::Clear() {
  bytes_.Clear();
  words_.clear();
  if (++generation_ == 0) {
    generation_ = 1;
    buckets_.assign(buckets_.size(), Bucket{});
  }
}

void Dictionary::Truncate(std::size_t size) {
  if (size >= words_.size()) return;
  bytes_.Truncate(words_[size].begin);
  words_.resize(size);
  Rebuild(buckets_.size());
}

}  // namespace florin::storage::codec
