#include "apps/cli/color.h"

#include <cstdlib>

namespace florin::cli {
namespace {

// ECMA-48, "select graphic rendition".
std::string_view Sequence(Color color) {
  switch (color) {
    case Color::kNone:
      return "";
    case Color::kDim:
      return "\x1b[2m";
    case Color::kRed:
      return "\x1b[31m";
    case Color::kGreen:
      return "\x1b[32m";
    case Color::kYellow:
      return "\x1b[33m";
    case Color::kBlue:
      return "\x1b[34m";
  }
  return "";
}

}  // namespace

void AddColorOption(CLI::App& command, std::string& choice) {
  command
      .add_option("--color", choice,
                  "Use colours: on a terminal only (auto, the default), always or never")
      ->check(CLI::IsMember({"auto", "always", "never"}))
      ->type_name("auto|always|never");
}

bool WantsColor(const std::string& choice, const Console& console) {
  if (choice != "auto") {
    return choice == "always";
  }
  const char* no_color = std::getenv("NO_COLOR");
  return console.out_is_terminal && (no_color == nullptr || *no_color == '\0');
}

Shown Paint(Shown shown, Color color) {
  if (color == Color::kNone || shown.text.empty()) {
    return shown;
  }
  return {std::string(Sequence(color)).append(shown.text).append("\x1b[0m")};
}

}  // namespace florin::cli
