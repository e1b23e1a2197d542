#pragma once

#include <sys/wait.h>

#include <cstdio>
#include <string>

namespace florin {

struct ProgramResult {
  int exit_code = -1;
  std::string output;  // both streams
};

/// Runs a shell command to its end.
inline ProgramResult RunCommand(const std::string& command) {
  ProgramResult result;
  std::FILE* pipe = popen(("{ " + command + "; } 2>&1").c_str(), "r");
  if (pipe == nullptr) {
    return result;
  }
  char buffer[4096];
  while (const std::size_t count = std::fread(buffer, 1, sizeof buffer, pipe)) {
    result.output.append(buffer, count);
  }
  const int status = pclose(pipe);
  result.exit_code = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  return result;
}

/// Runs the real `florin`.
inline ProgramResult RunFlorin(const std::string& arguments) {
  return RunCommand(std::string("'") + FLORIN_CLI_PATH + "' " + arguments);
}

}  // namespace florin
