#pragma once

#include <sys/types.h>

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

namespace florin::bench {

/// What /proc tells of a process so far.
struct ProcessUsage {
  double cpu_seconds = 0;
  /// Handed to the disk, not what the page cache holds.
  std::int64_t written_bytes = 0;
  std::int64_t peak_memory_bytes = 0;  // VmHWM
  std::int64_t resident_bytes = 0;     // VmRSS
};

/// A server run as a child, which prints "listening on ADDRESS" once it is ready.
///
/// The kernel ends it together with this program. Threads: one; Usage from any, while it runs.
class ChildProcess {
 public:
  /// Starts `arguments[0]`; its standard error goes to `log_path`. Throws std::runtime_error, with
  /// the end of the log, when it does not say in time that it listens.
  ChildProcess(std::vector<std::string> arguments, const std::string& log_path);
  ~ChildProcess();
  ChildProcess(const ChildProcess&) = delete;
  ChildProcess& operator=(const ChildProcess&) = delete;

  [[nodiscard]] const std::string& address() const { return address_; }
  /// The whole output up to and with the line that names the address.
  [[nodiscard]] const std::string& greeting() const { return output_; }
  [[nodiscard]] pid_t pid() const { return pid_; }
  /// When the child was made.
  [[nodiscard]] std::chrono::steady_clock::time_point started() const { return started_; }
  [[nodiscard]] ProcessUsage Usage() const;

  /// SIGTERM, then waits for the end. Returns the exit code, -1 if a signal ended it.
  int Terminate();
  void Kill();

 private:
  void Launch(std::vector<std::string>& arguments, const std::string& log_path);
  void AwaitAddress(const std::string& log_path);
  int Wait();

  pid_t pid_ = -1;
  int output_fd_ = -1;
  std::chrono::steady_clock::time_point started_;
  std::string address_;
  std::string output_;
};

/// CPU seconds of this program so far.
[[nodiscard]] double OwnCpuSeconds();

}  // namespace florin::bench
