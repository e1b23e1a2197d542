#include "apps/cli/man_page.h"

#include <fmt/format.h>

#include <algorithm>
#include <sstream>
#include <string_view>

namespace florin::cli {
namespace {

// A '\' begins an escape, a '-' would become a hyphen that cannot be copied to a
// shell, and a '.' or "'" at the beginning of a line a request.
std::string Roff(std::string_view text) {
  std::string roff;
  for (const char c : text) {
    const bool at_start = roff.empty() || roff.back() == '\n';
    if (at_start && (c == '.' || c == '\'')) {
      roff += "\\&";
    }
    switch (c) {
      case '\\':
        roff += "\\e";
        break;
      case '-':
        roff += "\\-";
        break;
      case '\'':
        roff += "\\(aq";
        break;
      case '^':
        roff += "\\(ha";
        break;
      case '~':
        roff += "\\(ti";
        break;
      default:
        roff += c;
    }
  }
  return roff;
}

std::string Heading(const std::string& page) {
  std::string title = page;
  std::transform(title.begin(), title.end(), title.begin(), [](char c) {
    return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
  });
  return fmt::format(".TH {} 1 \"\" \"Florin {}\" \"Florin\"\n", Roff(title), FLORIN_VERSION);
}

std::string Name(const std::string& page, const std::string& description) {
  return ".SH NAME\n" + Roff(page) + " \\- " + Roff(description) + "\n";
}

std::string Values(const OptionNode& option) {
  std::string text;
  for (const auto& value : option.values) {
    text += " \\fI" + Roff(value) + "\\fR";
  }
  return text;
}

std::string Synopsis(const CommandNode& command) {
  std::string text = "\\fB" + Roff(command.path) + "\\fR";
  if (!command.commands.empty()) {
    return text + " \\fICOMMAND\\fR ...\n";
  }
  for (const auto& option : command.options) {
    if (!option.positional && option.required) {
      text += " \\fB" + Roff(option.names.front()) + "\\fR" + Values(option);
    }
  }
  text += " [\\fIOPTION\\fR...]";
  for (const auto& option : command.options) {
    if (option.positional) {
      const std::string dots = option.repeated ? "..." : "";
      text +=
          option.required ? Values(option) + dots : " [" + Values(option).substr(1) + dots + "]";
    }
  }
  return text + "\n";
}

std::string Option(const OptionNode& option) {
  std::string text = ".TP\n";
  if (option.positional) {
    text += Values(option).substr(1);
  }
  for (std::size_t i = 0; !option.positional && i < option.names.size(); ++i) {
    text += (i > 0 ? ", " : "") + ("\\fB" + Roff(option.names[i]) + "\\fR");
  }
  text += (option.positional ? "" : Values(option)) + "\n" + Roff(option.description);
  if (!option.environment.empty()) {
    text += " (environment variable \\fB" + Roff(option.environment) + "\\fR)";
  }
  return text + (option.required ? "; required\n" : "\n");
}

std::string Options(const CommandNode& command) {
  std::string text;
  for (const auto& option : command.options) {
    text += Option(option);
  }
  return text;
}

// Footers are laid out by hand, so line ends and blanks are kept.
std::string Footer(const CommandNode& command) {
  std::string_view text = command.footer;
  while (text.starts_with('\n')) {
    text.remove_prefix(1);
  }
  return text.empty() ? "" : ".nf\n" + Roff(text) + "\n.fi\n";
}

std::string Below(const CommandNode& command) {
  std::string text;
  for (const auto& child : command.commands) {
    text += ".SS " + Roff(child.path) + "\n" + Roff(child.description) + ".\n.PP\n" +
            Synopsis(child) + Options(child) + ".PP\n" + Footer(child);
  }
  return text;
}

std::string SeeAlso(const CommandNode& program) {
  std::string text = ".SH SEE ALSO\n";
  for (std::size_t i = 0; i < program.commands.size(); ++i) {
    text += ".BR " + Roff(program.name + "-" + program.commands[i].name) + " (1)" +
            (i + 1 < program.commands.size() ? ",\n" : "\n");
  }
  return text;
}

}  // namespace

std::string ProgramManPage(const CommandNode& program) {
  std::string text = Heading(program.name) + Name(program.name, program.description) +
                     ".SH SYNOPSIS\n" + Synopsis(program) + ".SH COMMANDS\n";
  for (const auto& command : program.commands) {
    text += ".TP\n\\fB" + Roff(command.path) + "\\fR\n" + Roff(command.description) + "\n";
  }
  return text + ".SH OPTIONS\n" + Options(program) + ".SH NOTES\n" + Footer(program) +
         SeeAlso(program);
}

std::string CommandManPage(const CommandNode& command) {
  std::string page = command.path;
  std::replace(page.begin(), page.end(), ' ', '-');
  std::string text =
      Heading(page) + Name(page, command.description) + ".SH SYNOPSIS\n" + Synopsis(command);
  if (command.commands.empty()) {
    text += ".SH OPTIONS\n" + Options(command);
    text += command.footer.empty() ? "" : ".SH NOTES\n" + Footer(command);
  } else {
    text += ".SH COMMANDS\n" + Below(command);
  }
  return text + ".SH SEE ALSO\n.BR florin (1),\nwhich describes the global options\n";
}

}  // namespace florin::cli
