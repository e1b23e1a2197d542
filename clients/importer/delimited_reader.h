#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "clients/importer/byte_source.h"

namespace florin::importer {

struct DelimitedFormat {
  char separator = ',';
  /// '\0': quotes have no meaning.
  char quote = '"';
  /// Take spaces and tabs off both ends of every field.
  bool trim = true;
};

/// One record of the file. It is broken if `problem` is not empty: then
/// `fields` holds one field, the line as it stands.
struct Row {
  /// Where it begins, from 1.
  std::int64_t line = 0;
  std::vector<std::string> fields;
  std::string problem;
};

/// Splits text into records after RFC 4180, with any separator and quote.
///
/// Lines end in LF or CRLF; a quoted field may hold separators, line ends, and
/// quotes written twice; an empty line is no record; a byte order mark is no
/// text. A broken record costs its own line only: a quote that is never closed
/// does not swallow the file.
///
/// Threads: not safe.
class DelimitedReader {
 public:
  /// A record longer than this counts as a quote that was never closed.
  static constexpr std::size_t kRecordBytesMax = 256 * 1024;

  DelimitedReader(std::unique_ptr<ByteSource> source, const DelimitedFormat& format);

  /// Fills `row` with the next record; false at the end.
  /// Errors: those of the source.
  Expected<bool> Next(Row* row);

  /// Passes over `count` physical lines, as they are.
  Expected<bool> SkipLines(std::int64_t count);

  [[nodiscard]] const ByteSource& source() const { return *source_; }

 private:
  enum class Parse { kRecord, kBroken, kNeedsMore };

  // Parses one record from start_; sets end_ behind it.
  Parse ParseRecord(Row* row);
  Parse ParseQuoted(std::size_t* at, std::string* field, std::string* problem);
  Parse ParsePlain(std::size_t* at, std::string* field);
  // Of the line end at `at`: 1, 2, or 0 if there is none there.
  [[nodiscard]] std::size_t LineEndAt(std::size_t at) const;
  void TakeBrokenLine(Row* row);
  void Consume(std::size_t end);
  Expected<bool> Fill();
  void AddField(std::string field, bool quoted, Row* row) const;

  const std::unique_ptr<ByteSource> source_;
  const DelimitedFormat format_;
  std::string buffer_;
  std::size_t start_ = 0;
  std::size_t end_ = 0;
  std::int64_t line_ = 1;
  bool at_end_ = false;
  bool begun_ = false;
};

}  // namespace florin::importer
