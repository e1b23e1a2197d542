#include "apps/cli/help_formatter.h"

namespace florin::cli {

std::string ValueName(const CLI::Option& option) {
  std::string text = option.get_type_name();
  for (const char* check : {":POSITIVE", ":NONNEGATIVE", ":INT in [", ":{"}) {
    if (const auto at = text.find(check); at != std::string::npos) {
      return text.substr(0, at);
    }
  }
  return text;
}

std::string HelpFormatter::make_option_opts(const CLI::Option* option) const {
  std::string text;
  if (option->get_items_expected_max() > 0 && option->get_type_size() != 0) {
    text += " " + ValueName(*option);
    if (option->get_expected_max() >= CLI::detail::expected_max_vector_size) {
      text += " ...";
    }
    text += option->get_required() ? " (required)" : "";
  }
  if (!option->get_envname().empty()) {
    text += " (or $" + option->get_envname() + ")";
  }
  for (const CLI::Option* other : option->get_excludes()) {
    text += " (not with " + other->get_name() + ")";
  }
  for (const CLI::Option* other : option->get_needs()) {
    text += " (with " + other->get_name() + ")";
  }
  return text;
}

}  // namespace florin::cli
