#include "process/standard_streams.h"

#include <fcntl.h>
#include <unistd.h>

#include <cstdio>

namespace florin::process {
namespace {

constexpr int kNoNullDevice = 127;

bool IsOpen(int descriptor) { return fcntl(descriptor, F_GETFD) != -1; }

}  // namespace

void OpenStandardStreams() {
  for (int wanted = STDIN_FILENO; wanted <= STDERR_FILENO; ++wanted) {
    if (IsOpen(wanted)) continue;
    // The lowest free number is given, and all below `wanted` are open. Not closed on exec: a
    // child needs its standard streams too.
    const int mode = wanted == STDIN_FILENO ? O_WRONLY : O_RDONLY;
    if (open("/dev/null", mode) != wanted) _exit(kNoNullDevice);
  }
}

bool WriteOutput(std::string_view text) noexcept {
  const bool written = std::fwrite(text.data(), 1, text.size(), stdout) == text.size();
  return std::fflush(stdout) == 0 && written;
}

void WriteError(std::string_view text) noexcept {
  (void)std::fwrite(text.data(), 1, text.size(), stderr);
}

}  // namespace florin::process
