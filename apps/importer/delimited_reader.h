#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "apps/importer/byte_source.h"

namespace florin::importer {

struct DelimitedFormat {
  char separator = ',';
  /// '\0': quotes have no meaning.
  char quote = '"';
  /// Take spaces and tabs off both ends of every field.
  bool trim = true;
  /// False: a line end within quotes makes the row broken, so that a forgotten
  /// quote cannot swallow the rows behind it.
  bool multiline = true;
};

/// One record of the file. It is broken if `problem` is not empty: then
/// `fields` holds one field, the line as it stands.
struct Row {
  /// Where it begins, from 1.
  std::int64_t line = 0;
  std::vector<std::string> fields;
  std::string problem;
  /// A quoted field of it holds a line end: meant so, or a forgotten quote.
  bool line_end_in_quotes = false;
};

/// Splits text into records after RFC 4180, with any separator and quote.
///
/// Lines end in LF or CRLF; a quoted field may hold separators, line ends, and
/// quotes written twice; an empty line is no record; a byte order mark is no
/// text. A broken record costs its own line only: a quote that is never closed
/// does not swallow the file.
///
/// Time is linear in the text, and memory bounded, whatever the lines' lengths.
/// Threads: not safe.
class DelimitedReader {
 public:
  /// A record longer than this is broken, and its first line is passed over. Of
  /// that line `fields` holds as much.
  static constexpr std::size_t kRecordBytesMax = 256 * 1024;

  DelimitedReader(std::unique_ptr<ByteSource> source, const DelimitedFormat& format);

  /// Fills `row` with the next record; false at the end.
  /// Errors: those of the source.
  Expected<bool> Next(Row* row);

  /// Takes a physical line as it is, quotes or not, without its end and without
  /// what exceeds kRecordBytesMax. False at the end. Errors: as Next.
  Expected<bool> NextLine(std::string* line);

  /// Where the next line or record begins, from 1.
  [[nodiscard]] std::int64_t line() const { return line_; }

  [[nodiscard]] const ByteSource& source() const { return *source_; }

 private:
  friend Row SplitLine(std::string line, const DelimitedFormat& format);

  enum class Parse { kRecord, kBroken, kNeedsMore };

  // Parses one record from start_; sets end_ behind it.
  Parse ParseRecord(Row* row);
  Parse ParseQuoted(std::size_t* at, std::string* field, Row* row);
  Parse ParsePlain(std::size_t* at, std::string* field, std::string* problem);
  // Of the line end at `at`: 1, 2, or 0 if there is none there.
  [[nodiscard]] std::size_t LineEndAt(std::size_t at) const;
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

/// One line as a record of its own; its `line` is 1. Without fields if empty.
[[nodiscard]] Row SplitLine(std::string line, const DelimitedFormat& format);

}  // namespace florin::importer
