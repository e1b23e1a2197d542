#include <memory>
#include <ostream>

#include "apps/cli/command_tree.h"
#include "apps/cli/completion_script.h"
#include "apps/cli/session.h"

namespace florin::cli {
namespace {

std::string CheckShell(const std::string& text) {
  return text == "bash" || text == "zsh" ? "" : "'" + text + "' is not one of bash, zsh";
}

}  // namespace

void AddCompletionCommand(CLI::App& app, Session& session) {
  auto* completion =
      app.add_subcommand("completion", "Print a script that completes commands in your shell");
  const auto shell = std::make_shared<std::string>();
  completion->add_option("shell", *shell, "Which shell")
      ->required()
      ->check(CheckShell)
      ->type_name("bash|zsh");
  completion->footer(R"(
Example:
  source <(florin completion bash)
  florin completion zsh > ~/.zfunc/_florin)");
  completion->callback([&app, &session, shell] {
    session.action = [&app, &session, shell] {
      const CommandNode program = DescribeCommands(app);
      session.console.out << Shown{*shell == "bash" ? BashCompletion(program)
                                                    : ZshCompletion(program)};
      return ExitCode::kOk;
    };
  });
}

}  // namespace florin::cli
