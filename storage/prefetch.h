#pragma once

#include <cstddef>

namespace florin::storage {

/// Has `size` bytes brought into the processor's caches, and waits for nothing. Any address will
/// do.
inline void Prefetch(const void* memory, std::size_t size) {
  constexpr std::size_t kLine = 64;
  const auto* bytes = static_cast<const char*>(memory);
  for (std::size_t at = 0; at < size; at += kLine) __builtin_prefetch(bytes + at);
}

}  // namespace florin::storage
