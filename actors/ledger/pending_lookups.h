#pragma once

#include <atomic>
#include <cstdint>
#include <map>
#include <mutex>
#include <utility>

namespace florin::actors {

/// Which look-ups are on their way to the sequencer, by the last number whose outcome they were
/// sure to see: what is older than all of them need not be remembered any longer.
///
/// Threads: any. Outlives its tickets.
class PendingLookups {
 public:
  /// One look-up that is on its way; ends with the object.
  class Ticket {
   public:
    Ticket() = default;
    Ticket(Ticket&& other) noexcept : owner_(std::exchange(other.owner_, nullptr)), n_(other.n_) {}
    Ticket& operator=(Ticket&& other) noexcept {
      if (this != &other) {
        End();
        owner_ = std::exchange(other.owner_, nullptr);
        n_ = other.n_;
      }
      return *this;
    }
    ~Ticket() { End(); }
    Ticket(const Ticket&) = delete;
    Ticket& operator=(const Ticket&) = delete;

    [[nodiscard]] std::uint64_t n() const { return n_; }

   private:
    friend class PendingLookups;
    Ticket(PendingLookups* owner, std::uint64_t n) : owner_(owner), n_(n) {}
    void End() {
      if (owner_ != nullptr) owner_->Leave(n_);
      owner_ = nullptr;
    }

    PendingLookups* owner_ = nullptr;
    std::uint64_t n_ = 0;
  };

  /// Begins a look-up that sees everything up to `published`.
  [[nodiscard]] Ticket Begin(const std::atomic<std::uint64_t>& published) {
    const std::lock_guard lock(mutex_);
    // Read under the lock, so that Oldest cannot go beyond a look-up that is about to begin.
    const std::uint64_t n = published.load(std::memory_order_acquire);
    ++counts_[n];
    return {this, n};
  }

  /// The lowest number of a look-up on its way; `published` if there is none.
  [[nodiscard]] std::uint64_t Oldest(const std::atomic<std::uint64_t>& published) const {
    const std::lock_guard lock(mutex_);
    return counts_.empty() ? published.load(std::memory_order_acquire) : counts_.begin()->first;
  }

 private:
  void Leave(std::uint64_t n) {
    const std::lock_guard lock(mutex_);
    const auto found = counts_.find(n);
    if (--found->second == 0) counts_.erase(found);
  }

  mutable std::mutex mutex_;
  std::map<std::uint64_t, std::size_t> counts_;  // guarded by mutex_
};

}  // namespace florin::actors
