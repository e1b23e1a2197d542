#pragma once

#include <absl/container/inlined_vector.h>

#include <cstddef>
#include <utility>

namespace florin::actors {

/// A queue that mostly holds one or two (`kInPlace`): those stand in the object itself, where a
/// deque takes a block of half a KiB for its first. Of many accounts that is most of their memory.
template <typename T, std::size_t kInPlace = 2>
class ShortQueue {
 public:
  [[nodiscard]] bool empty() const { return first_ == items_.size(); }
  [[nodiscard]] std::size_t size() const { return items_.size() - first_; }
  [[nodiscard]] T& front() { return items_[first_]; }
  [[nodiscard]] auto begin() { return items_.begin() + static_cast<std::ptrdiff_t>(first_); }
  [[nodiscard]] auto end() { return items_.end(); }

  void push_back(T item) { items_.push_back(std::move(item)); }
  void pop_front() {
    items_[first_++] = T{};
    if (empty()) {
      Reset();
    } else if (first_ >= kGapMax && first_ * 2 >= items_.size()) {
      items_.erase(items_.begin(), begin());
      first_ = 0;
    }
  }

 private:
  /// Gone at the front before the rest moves up, which is then no longer than what is gone.
  static constexpr std::size_t kGapMax = 16;
  using Items = absl::InlinedVector<T, kInPlace>;

  void Reset() {
    first_ = 0;
    if (items_.capacity() > 2 * kGapMax) {
      Items().swap(items_);
    } else {
      items_.clear();
    }
  }

  Items items_;
  std::size_t first_ = 0;
};

}  // namespace florin::actors
