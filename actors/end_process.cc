#include "actors/end_process.h"

#include <spdlog/spdlog.h>

#include <cstdlib>

namespace florin::actors {

void EndProcess(std::string_view who, const std::exception_ptr& thrown) {
  try {
    std::rethrow_exception(thrown);
  } catch (const std::exception& failure) {
    EndProcess(who, std::string_view(failure.what()));
  } catch (...) {
    EndProcess(who, "unknown exception");
  }
}

void EndProcess(std::string_view who, std::string_view why) {
  try {
    spdlog::critical("{} failed; the server ends and must be restarted: {}", who, why);
    spdlog::default_logger()->flush();
  } catch (...) {
    // Without memory for the line it ends all the same.
  }
  std::abort();
}

}  // namespace florin::actors
