#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "clients/importer/byte_source.h"

namespace florin::importer {

/// The lines of a source, without their ends.
class LineReader {
 public:
  explicit LineReader(std::unique_ptr<ByteSource> source) : source_(std::move(source)) {}

  /// nullopt at the end. Errors: as ByteSource::Read.
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
