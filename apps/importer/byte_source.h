#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>

#include "apps/importer/error.h"

namespace florin::importer {

/// Bytes in order, from a file that may be compressed.
///
/// Threads: not safe.
class ByteSource {
 public:
  virtual ~ByteSource() = default;

  /// Puts up to `size` bytes into `buffer`; 0 at the end. Any size above 0 does:
  /// text may be cut within a character.
  /// Errors: the file cannot be read, or its compressed data is broken or ends
  /// early. Nothing more can be read after that.
  virtual Expected<std::size_t> Read(char* buffer, std::size_t size) = 0;

  /// How much of the file, as it lies on disk, has been read: for progress.
  [[nodiscard]] virtual std::int64_t consumed_bytes() const = 0;
};

/// Opens `path` ("-": standard input) and decompresses gzip and zstd, which it
/// tells by the first bytes, not by the name.
[[nodiscard]] Expected<std::unique_ptr<ByteSource>> OpenFile(const std::string& path);

/// Size on disk; 0 where that is not known (standard input, a pipe).
[[nodiscard]] std::int64_t FileSize(const std::string& path);

/// Gives what `source` gives until `stop` is set: from then on Read fails, so that
/// whoever waits for the end of a line, a header or a file ends. `stop` outlives it.
[[nodiscard]] std::unique_ptr<ByteSource> UntilStopped(std::unique_ptr<ByteSource> source,
                                                       const std::atomic<bool>& stop);

/// Undoes gzip (several members, too) or zstd (several frames).
[[nodiscard]] std::unique_ptr<ByteSource> Gunzip(std::unique_ptr<ByteSource> compressed);
[[nodiscard]] std::unique_ptr<ByteSource> Unzstd(std::unique_ptr<ByteSource> compressed);

/// Converts `encoding`, any name that iconv knows ("latin1", "cp1250"), to
/// UTF-8. Errors: iconv does not know `encoding`. A byte that does not exist in
/// it is an error of Read.
[[nodiscard]] Expected<std::unique_ptr<ByteSource>> ToUtf8(std::unique_ptr<ByteSource> source,
                                                           const std::string& encoding);

/// Makes LF of every CR if the first 64 KiB have CRs and no LF: then CR ends the
/// lines, as old Macs and some banks' systems write them. `text` is UTF-8.
[[nodiscard]] std::unique_ptr<ByteSource> UnifyLineEnds(std::unique_ptr<ByteSource> text);

}  // namespace florin::importer
