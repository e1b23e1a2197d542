#include "actors/groups/finished_positions.h"

namespace florin::actors {

void FinishedPositions::Load(const std::vector<storage::FinishedRecord>& records) {
  for (const storage::FinishedRecord& record : records) {
    Bits& bits = blocks_[record.number];
    for (const auto& [first, length] : record.runs) {
      for (std::uint32_t i = 0; i < length; ++i) bits.set(first + i);
    }
    stored_.insert(record.number);
  }
}

void FinishedPositions::Clear() {
  blocks_.clear();
  dirty_.clear();
  gone_.clear();
  stored_.clear();
}

void FinishedPositions::Insert(std::int64_t position) {
  const std::int64_t number = position / kBlock;
  blocks_[number].set(static_cast<std::size_t>(position % kBlock));
  dirty_.insert(dirty_.end(), number);
}

bool FinishedPositions::Contains(std::int64_t position) const {
  const auto block = blocks_.find(position / kBlock);
  return block != blocks_.end() && block->second.test(static_cast<std::size_t>(position % kBlock));
}

void FinishedPositions::DropThrough(std::int64_t position) {
  while (!blocks_.empty() && (blocks_.begin()->first + 1) * kBlock - 1 <= position) {
    const std::int64_t number = blocks_.begin()->first;
    blocks_.erase(blocks_.begin());
    dirty_.erase(number);
    if (stored_.erase(number) != 0) gone_.push_back(number);
  }
}

std::int64_t FinishedPositions::Last() const {
  for (auto block = blocks_.rbegin(); block != blocks_.rend(); ++block) {
    for (std::int64_t offset = kBlock - 1; offset >= 0; --offset) {
      if (block->second.test(static_cast<std::size_t>(offset)))
        return block->first * kBlock + offset;
    }
  }
  return 0;
}

storage::FinishedRecord FinishedPositions::RecordOf(std::int64_t number, const Bits& bits) {
  storage::FinishedRecord record;
  record.number = number;
  std::size_t offset = 0;
  while (offset < bits.size()) {
    if (!bits.test(offset)) {
      ++offset;
      continue;
    }
    const std::size_t first = offset;
    while (offset < bits.size() && bits.test(offset)) ++offset;
    record.runs.emplace_back(static_cast<std::uint32_t>(first),
                             static_cast<std::uint32_t>(offset - first));
  }
  return record;
}

void FinishedPositions::TakeChange(storage::GroupChange* change) {
  for (const std::int64_t number : dirty_) {
    change->finished.push_back(RecordOf(number, blocks_.at(number)));
    stored_.insert(number);
  }
  dirty_.clear();
  change->finished_gone.insert(change->finished_gone.end(), gone_.begin(), gone_.end());
  gone_.clear();
}

}  // namespace florin::actors
