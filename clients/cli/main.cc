#include <unistd.h>

#include <iostream>
#include <string>
#include <vector>

#include "clients/cli/program.h"

int main(int argc, char** argv) {
  std::ios::sync_with_stdio(false);
  const florin::cli::Console console{std::cout, std::cerr, isatty(STDERR_FILENO) == 1};
  return static_cast<int>(
      florin::cli::RunProgram(std::vector<std::string>(argv + 1, argv + argc), console));
}
