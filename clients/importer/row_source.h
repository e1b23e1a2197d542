#pragma once

#include <memory>
#include <string>
#include <vector>

#include "clients/importer/delimited_reader.h"
#include "clients/importer/profile.h"

namespace florin::importer {

/// An input file, opened as a profile says and read up to its first row.
struct RowSource {
  std::unique_ptr<DelimitedReader> reader;
  std::vector<std::string> columns;
  std::int64_t total_bytes = 0;
};

/// Opens `path`, undoes compression and encoding, and reads the header.
/// Errors: the file; a header that is missing, broken, or has a name twice.
[[nodiscard]] Expected<RowSource> OpenRows(const std::string& path, const FileSpec& spec);

}  // namespace florin::importer
