#pragma once

#include <CLI/CLI.hpp>
#include <string>
#include <string_view>

#include "apps/cli/console.h"

namespace florin::cli {

enum class Color { kNone, kDim, kRed, kGreen, kYellow, kBlue };

/// --color auto|always|never, into `choice` ("auto").
void AddColorOption(CLI::App& command, std::string& choice);

/// auto: on a terminal, unless NO_COLOR is set to something.
/// Source: https://no-color.org
[[nodiscard]] bool WantsColor(const std::string& choice, const Console& console);

/// `shown` in `color`; unchanged for kNone.
[[nodiscard]] Shown Paint(Shown shown, Color color);

}  // namespace florin::cli
