#include "bench/load.h"

namespace florin::bench {

void Load::CountRefused(std::int64_t count, const std::string& why) {
  if (refused_.fetch_add(count, std::memory_order_relaxed) != 0) return;
  why_ = why;
  why_known_.store(true, std::memory_order_release);
}

std::string Load::first_refusal() const {
  return why_known_.load(std::memory_order_acquire) ? why_ : "";
}

}  // namespace florin::bench
