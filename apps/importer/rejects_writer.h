#pragma once

#include <cstdio>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "apps/importer/delimited_reader.h"
#include "apps/importer/error.h"

namespace florin::importer {

/// Writes the rows that were not imported to a CSV file in UTF-8:
/// `line,reason,message`, then the row's own columns, in the order in which
/// they were refused.
///
/// The file is made (or emptied) with the first such row. Where a whole run had
/// none, the list that an earlier run left is removed, for it would say something
/// untrue. A run that ended early without any leaves it.
///
/// Requires: CheckRejectsPath and TryRejectsPath found nothing wrong.
/// Threads: Write from any.
class RejectsWriter {
 public:
  RejectsWriter(std::string path, std::vector<std::string> columns);

  /// A failure to write is kept for Finish: the import stops at its next batch.
  void Write(const Row& row, const std::string& reason, const std::string& message);

  /// What went wrong so far, if anything did.
  [[nodiscard]] std::optional<Error> error();

  /// Ends the file. `whole`: every row was read. Returns what went wrong, if
  /// anything did.
  [[nodiscard]] std::optional<Error> Finish(bool whole);

  [[nodiscard]] const std::string& path() const { return path_; }

 private:
  void Open();
  void Put(const std::string& line);
  void Fail();

  const std::string path_;
  const std::vector<std::string> columns_;
  std::mutex mutex_;
  std::unique_ptr<std::FILE, int (*)(std::FILE*)> file_{nullptr, &std::fclose};  // as well
  bool opened_ = false;         // guarded by mutex_
  std::optional<Error> error_;  // guarded by mutex_
};

}  // namespace florin::importer
