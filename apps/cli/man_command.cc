#include <cerrno>
#include <cstring>
#include <fstream>
#include <memory>
#include <ostream>

#include "apps/cli/command_tree.h"
#include "apps/cli/error_report.h"
#include "apps/cli/man_page.h"
#include "apps/cli/session.h"

namespace florin::cli {
namespace {

struct ManOptions {
  std::string command;
  std::string directory;
};

ExitCode Print(Session& session, const CommandNode& program, const std::string& name) {
  if (name.empty()) {
    session.console.out << Shown{ProgramManPage(program)};
    return ExitCode::kOk;
  }
  const CommandNode* command = program.Find(name);
  if (command == nullptr) {
    return ReportUsage(session.console.err, "there is no command '" + name + "'",
                       "'florin --help' shows what there is");
  }
  session.console.out << Shown{CommandManPage(*command)};
  return ExitCode::kOk;
}

bool WriteFile(const std::string& path, const std::string& text) {
  std::ofstream file(path, std::ios::trunc);
  file << text;
  file.close();
  return !file.fail();
}

ExitCode WriteAll(Session& session, const CommandNode& program, const std::string& directory) {
  std::string path = directory + "/" + program.name + ".1";
  bool written = WriteFile(path, ProgramManPage(program));
  for (auto command = program.commands.begin(); written && command != program.commands.end();
       ++command) {
    path = directory + "/" + program.name + "-" + command->name + ".1";
    written = WriteFile(path, CommandManPage(*command));
  }
  if (!written) {
    session.console.err << "error: cannot write " << path << ": " << std::strerror(errno)
                        << "\nnext: name a directory that exists and is writable\n";
    return ExitCode::kFile;
  }
  return ExitCode::kOk;
}

}  // namespace

// Hidden: people read the pages with man(1); the build makes them with this.
void AddManCommand(CLI::App& app, Session& session) {
  auto* man = app.add_subcommand("man", "Print a manual page in roff");
  man->group("");
  const auto options = std::make_shared<ManOptions>();
  auto* command =
      man->add_option("command", options->command, "For this command (default: for florin)")
          ->type_name("COMMAND");
  man->add_option("--directory", options->directory, "Write all pages to this directory instead")
      ->excludes(command)
      ->type_name("DIR");
  man->footer(R"(
Example:
  florin man account | man -l -)");
  man->callback([&app, &session, options] {
    session.action = [&app, &session, options] {
      const CommandNode program = DescribeCommands(app);
      return options->directory.empty() ? Print(session, program, options->command)
                                        : WriteAll(session, program, options->directory);
    };
  });
}

}  // namespace florin::cli
