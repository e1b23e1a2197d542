#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "apps/importer/byte_source.h"

namespace florin::importer {

/// The lines of a source, without their ends. Time is linear, memory bounded.
class LineReader {
 public:
  /// A longer line is an error: the server takes no message of this size, so no
  /// export has it.
  static constexpr std::size_t kLineBytesMax = std::size_t{64} * 1024 * 1024;

  explicit LineReader(std::unique_ptr<ByteSource> source) : source_(std::move(source)) {}

  /// nullopt at the end. Errors: as ByteSource::Read; a line that is too long.
  [[nodiscard]] Expected<std::optional<std::string>> Next();

  /// Of the line that Next returned last, from 1.
  [[nodiscard]] std::int64_t line() const { return line_; }
  [[nodiscard]] const ByteSource& source() const { return *source_; }

 private:
  std::unique_ptr<ByteSource> source_;
  std::string buffer_;
  std::size_t at_ = 0;  // of buffer_: the next line's begin
  std::int64_t line_ = 0;
};

}  // namespace florin::importer
