#include "storage/format/codec_dictionary.h"

#include <functional>

namespace florin::storage::codec {
namespace {
constexpr std::size_t kSlotsMin = 256;
}  // namespace

Dictionary::Dictionary() : slots_(kSlotsMin) {}

std::string_view Dictionary::WordAt(const Entry& entry) const {
  // A length up to 127 takes one byte, one up to 255 two.
  const std::size_t begin = entry.begin + (entry.length < 0x80 ? 1U : 2U);
  return bytes_.view().substr(begin, entry.length);
}

std::uint32_t Dictionary::NumberOf(std::string_view word) {
  const std::uint64_t hash = std::hash<std::string_view>{}(word);
  const std::size_t mask = slots_.size() - 1;
  std::size_t at = static_cast<std::size_t>(hash) & mask;
  for (; slots_[at].generation == generation_; at = (at + 1) & mask) {
    const Entry& entry = entries_[slots_[at].number];
    if (entry.hash == hash && WordAt(entry) == word) return slots_[at].number;
  }
  const auto number = static_cast<std::uint32_t>(entries_.size());
  entries_.push_back(Entry{hash, static_cast<std::uint32_t>(bytes_.size()),
                           static_cast<std::uint32_t>(word.size())});
  bytes_.Bytes(word);
  slots_[at] = Slot{generation_, number};
  if (entries_.size() * 2 > slots_.size()) Rebuild(slots_.size() * 2);
  return number;
}

void Dictionary::Rebuild(std::size_t slots) {
  slots_.assign(slots, Slot{});
  const std::size_t mask = slots - 1;
  for (std::uint32_t number = 0; number < entries_.size(); ++number) {
    std::size_t at = static_cast<std::size_t>(entries_[number].hash) & mask;
    while (slots_[at].generation == generation_) at = (at + 1) & mask;
    slots_[at] = Slot{generation_, number};
  }
}

void Dictionary::Clear() {
  bytes_.Clear();
  entries_.clear();
  if (++generation_ == 0) {
    generation_ = 1;
    slots_.assign(slots_.size(), Slot{});
  }
}

void Dictionary::Truncate(std::size_t size) {
  if (size >= entries_.size()) return;
  bytes_.Truncate(entries_[size].begin);
  entries_.resize(size);
  Rebuild(slots_.size());
}

}  // namespace florin::storage::codec
