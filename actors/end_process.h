#pragma once

#include <exception>
#include <string_view>
#include <utility>

namespace florin::actors {

/// Ends the process, after a critical line in the log that says who failed and with what.
///
/// For whatever fails in the middle of the pipeline. What it leaves behind is not known, and calls
/// would wait for it for ever. The log is whole, and a start reads it back in seconds.
/// Requires: `thrown` is not null. Threads: any.
[[noreturn]] void EndProcess(std::string_view who, const std::exception_ptr& thrown);
/// Does the same where nothing was thrown.
[[noreturn]] void EndProcess(std::string_view who, std::string_view why);

/// Runs `work`. What it throws ends the process, before anybody can go on with what it left.
template <typename Work>
void RunOrEndProcess(std::string_view who, Work&& work) {
  try {
    std::forward<Work>(work)();
  } catch (...) {
    EndProcess(who, std::current_exception());
  }
}

}  // namespace florin::actors
