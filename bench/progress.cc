#include <unistd.h>

#include <cstdio>

#include "bench/suites.h"

namespace florin::bench {

void ShowProgress(const std::string& what) {
  const bool person = isatty(STDERR_FILENO) == 1;
  std::fprintf(stderr, person ? "\r\033[K%s ..." : "%s ...\n", what.c_str());
  std::fflush(stderr);
}

void EndProgress() {
  if (isatty(STDERR_FILENO) == 1) std::fputs("\r\033[K", stderr);
}

}  // namespace florin::bench
