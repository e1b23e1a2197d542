#pragma once

#include <sys/types.h>

#include <string>
#include <vector>

namespace florin::test_support {

/// A program run as a child process, its standard output and error in files. It
/// ends with the thread that started it, if not before.
class ChildProgram {
 public:
  /// `arguments` begin with the program's path. Appends to `output_path` and
  /// `output_path`.err.
  ChildProgram(std::vector<std::string> arguments, std::string output_path);
  /// Kills it if it still runs.
  ~ChildProgram();
  ChildProgram(const ChildProgram&) = delete;
  ChildProgram& operator=(const ChildProgram&) = delete;

  void Signal(int signal) const;
  /// Waits for its end: the exit code, or -1 if a signal ended it.
  int Wait();
  /// What it wrote to standard output, and by whoever wrote to the file before.
  [[nodiscard]] std::string Output() const;
  [[nodiscard]] std::string Errors() const;

 private:
  const std::string output_path_;
  pid_t pid_ = -1;
};

}  // namespace florin::test_support
