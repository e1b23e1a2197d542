#pragma once

#include <algorithm>
#include <cstring>
#include <memory>
#include <string>
#include <utility>

#include "apps/importer/byte_source.h"

namespace florin::importer {

/// A text as a ByteSource that hands out `step` bytes at a time, so that every
/// boundary between reads is met.
class TextSource final : public ByteSource {
 public:
  explicit TextSource(std::string text, std::size_t step = 64 * 1024)
      : text_(std::move(text)), step_(step) {}

  Expected<std::size_t> Read(char* buffer, std::size_t size) override {
    const std::size_t count = std::min({size, step_, text_.size() - at_});
    std::memcpy(buffer, text_.data() + at_, count);
    at_ += count;
    return count;
  }
  [[nodiscard]] std::int64_t consumed_bytes() const override {
    return static_cast<std::int64_t>(at_);
  }

 private:
  const std::string text_;
  const std::size_t step_;
  std::size_t at_ = 0;
};

/// All that `source` holds, or "error: ...".
inline std::string ReadAll(ByteSource& source, std::size_t step = 7) {
  std::string all;
  std::string buffer(step, '\0');
  for (;;) {
    const auto count = source.Read(buffer.data(), buffer.size());
    if (!count.ok()) {
      return "error: " + count.error().message;
    }
    if (count.value() == 0) {
      return all;
    }
    all.append(buffer, 0, count.value());
  }
}

}  // namespace florin::importer
