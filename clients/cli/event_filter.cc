#include "clients/cli/event_filter.h"

namespace florin::cli {

void AddEventFilterOptions(CLI::App& command, const std::string& prefix_names,
                           EventFilterOptions& options) {
  command
      .add_option("--type", options.types,
                  "Only types that match: * one word, # any number; several times")
      ->type_name("PATTERN")
      ->allow_extra_args(false)
      ->take_all();
  command
      .add_option(prefix_names, options.prefixes,
                  "Only streams that begin so: an account id, transaction/ID; several times")
      ->type_name("PREFIX")
      ->allow_extra_args(false)
      ->take_all();
}

}  // namespace florin::cli
