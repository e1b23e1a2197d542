#include "apps/importer/line_reader.h"

#include <fmt/format.h>

#include <utility>

namespace florin::importer {
namespace {

constexpr std::size_t kChunk = 64 * 1024;

}  // namespace

Expected<std::optional<std::string>> LineReader::Next() {
  std::size_t searched = at_;
  for (;;) {
    const std::size_t end = buffer_.find('\n', searched);
    if (end != std::string::npos) {
      std::string line = buffer_.substr(at_, end - at_);
      at_ = end + 1;
      ++line_;
      return std::optional(std::move(line));
    }
    buffer_.erase(0, at_);
    at_ = 0;
    searched = buffer_.size();
    if (searched > kLineBytesMax) {
      return Error{line_ + 1, fmt::format("the line is longer than {} MiB: this is not an export",
                                          kLineBytesMax / 1024 / 1024)};
    }
    buffer_.resize(searched + kChunk);
    const auto read = source_->Read(buffer_.data() + searched, kChunk);
    buffer_.resize(searched + (read.ok() ? read.value() : 0));
    if (!read.ok()) {
      return read.error();
    }
    if (read.value() == 0) {
      if (buffer_.empty()) {
        return std::optional<std::string>();
      }
      ++line_;
      return std::optional(std::exchange(buffer_, {}));
    }
  }
}

}  // namespace florin::importer
