#pragma once

#include <iosfwd>

#include "apps/cli/printer.h"

namespace florin::cli {

/// Where a command writes. Results go to `out`, all else to `err`.
struct Console {
  Printer out;
  Printer err;
  /// Progress may redraw its line only on a terminal.
  bool err_is_terminal = false;
  /// A live screen may be drawn only on a terminal.
  bool out_is_terminal = false;
  /// What is typed or piped in; null: nothing.
  std::istream* in = nullptr;
  bool in_is_terminal = false;
};

}  // namespace florin::cli
