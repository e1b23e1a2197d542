#pragma once

#include <CLI/CLI.hpp>
#include <string>

namespace florin::cli {

/// What an option's value is called: "N", "HOST:PORT", "a|b". CLI11 appends what
/// it is checked with ("N:POSITIVE", "N:INT in [0 - 18]"), which helps nobody.
[[nodiscard]] std::string ValueName(const CLI::Option& option);

/// Writes options as the documents do.
class HelpFormatter : public CLI::Formatter {
 public:
  std::string make_option_opts(const CLI::Option* option) const override;
};

}  // namespace florin::cli
