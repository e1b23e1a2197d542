#include <unistd.h>

#include <iostream>
#include <string>
#include <vector>

#include "apps/cli/program.h"
#include "process/standard_streams.h"

int main(int argc, char** argv) {
  florin::process::OpenStandardStreams();
  std::ios::sync_with_stdio(false);
  const florin::cli::Console console{.out = std::cout,
                                     .err = std::cerr,
                                     .err_is_terminal = isatty(STDERR_FILENO) == 1,
                                     .out_is_terminal = isatty(STDOUT_FILENO) == 1,
                                     .in = &std::cin,
                                     .in_is_terminal = isatty(STDIN_FILENO) == 1};
  return static_cast<int>(
      florin::cli::RunProgram(std::vector<std::string>(argv + 1, argv + argc), console));
}
