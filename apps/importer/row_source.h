#pragma once

#include <atomic>
#include <memory>
#include <string>
#include <vector>

#include "apps/importer/delimited_reader.h"
#include "apps/importer/profile.h"

namespace florin::importer {

/// An input file, opened as a profile says and read up to its first row.
struct RowSource {
  std::unique_ptr<DelimitedReader> reader;
  std::vector<std::string> columns;
  /// As the file has it; without fields if the profile says that there is none.
  Row header;
  /// The last lines that [file] skip_lines passed over, each read as a row.
  std::vector<Row> skipped;
  std::int64_t total_bytes = 0;
};

/// Opens `path`, undoes compression and encoding, and reads the header.
/// Errors: the file; a header that is missing, broken, has a name twice, or is
/// not the one that the profile names; `stop`, which outlives the reader, was set.
[[nodiscard]] Expected<RowSource> OpenRows(const std::string& path, const FileSpec& spec,
                                           const std::atomic<bool>& stop);

}  // namespace florin::importer
