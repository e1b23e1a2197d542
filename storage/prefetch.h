#pragma once

#include <cstddef>

namespace florin::storage {

inline constexpr std::size_t kCacheLine = 64;

/// Has `size` bytes brought into the processor's caches, and waits for nothing. Any address will
/// do.
inline void PrefetchToRead(const void* memory, std::size_t size) {
  const auto* bytes = static_cast<const char*>(memory);
  for (std::size_t at = 0; at < size; at += kCacheLine) __builtin_prefetch(bytes + at, 0);
}

/// The same for what will be written: to write what another processor has as well would take a
/// second message between the two.
inline void PrefetchToWrite(const void* memory, std::size_t size) {
  const auto* bytes = static_cast<const char*>(memory);
  for (std::size_t at = 0; at < size; at += kCacheLine) __builtin_prefetch(bytes + at, 1);
}

}  // namespace florin::storage
