#pragma once

#include <memory>
#include <string>

#include "bench/child_process.h"
#include "bench/options.h"

namespace florin::bench {

/// Sums that florind has counted since it started (docs/operations.md, metrics).
struct ServerCounters {
  double commits = 0;
  double commit_commands = 0;
  double commit_bytes = 0;
  double sync_seconds = 0;
  /// How many there are now.
  double due_holds = 0;
};

/// A florind on a data directory below Options::directory.
class Florind {
 public:
  /// Starts on `name`, which is made if it is not there. Throws std::runtime_error if it cannot.
  Florind(const Options& options, const std::string& name);

  [[nodiscard]] const std::string& address() const { return process_->address(); }
  [[nodiscard]] const std::string& data_dir() const { return data_dir_; }
  [[nodiscard]] ChildProcess& process() const { return *process_; }
  [[nodiscard]] ServerCounters Counters() const;
  /// Bytes of all files in the data directory.
  [[nodiscard]] std::int64_t DataBytes() const;

 private:
  std::string data_dir_;
  std::string log_path_;
  std::unique_ptr<ChildProcess> process_;
  int metrics_port_ = 0;
};

/// Makes an empty directory below Options::directory; what stood there is removed.
void RemoveData(const Options& options, const std::string& name);

/// Throws std::runtime_error if `directory` cannot be made or lies in memory.
void CheckDirectory(const std::string& directory);
/// "ext4", "xfs" or the magic number of statfs(2).
[[nodiscard]] std::string FileSystemOf(const std::string& directory);

}  // namespace florin::bench
