#include <chrono>
#include <cstdlib>
#include <istream>
#include <optional>
#include <ostream>

#include "apps/cli/error_report.h"
#include "apps/cli/interrupt.h"
#include "apps/cli/line_reader.h"
#include "apps/cli/program.h"
#include "apps/cli/session.h"
#include "apps/cli/shell_words.h"
#include "apps/cli/word_completion.h"

namespace florin::cli {
namespace {

constexpr int kAccountsShown = 50;

std::string HistoryFile() {
  const char* home = std::getenv("HOME");
  return home == nullptr || *home == '\0' ? "" : std::string(home) + "/.florin_history";
}

// Nobody waits long for a Tab; without an answer there is nothing to choose from.
std::vector<std::string> AccountsThatBegin(Session& session, const std::string& prefix) {
  v1::ListAccountsRequest request;
  request.set_account_id_prefix(prefix);
  request.set_page_size(kAccountsShown);
  const auto page =
      session.client().ListAccounts(request, {.deadline = std::chrono::milliseconds(500)});
  std::vector<std::string> ids;
  if (page.ok()) {
    for (const auto& account : page.value().accounts()) {
      ids.push_back(account.account_id());
    }
  }
  return ids;
}

std::vector<std::string> Complete(Session& session, const CommandNode& program,
                                  const std::string& text) {
  const std::size_t start = text.find_last_of(" \t") + 1;
  const auto before = SplitWords(text.substr(0, start));
  if (!before) {
    return {};
  }
  auto words = CompleteWord(
      program, *before, text.substr(start),
      [&session](const std::string& prefix) { return AccountsThatBegin(session, prefix); });
  // They are put into the line as they are: one with a control character is not offered.
  std::erase_if(words, [](const std::string& word) { return text::Visible(word) != word; });
  return words;
}

// Runs one line. Absent: the line asks to end.
std::optional<ExitCode> RunLine(Session& session, const std::string& line) {
  auto words = SplitWords(line);
  if (!words) {
    return ReportUsage(session.console.err, "a quote is left open", "close it with the same quote");
  }
  if (!words->empty() && words->front() == "florin") {
    words->erase(words->begin());
  }
  if (words->empty()) {
    return ExitCode::kOk;
  }
  if (words->front() == "exit" || words->front() == "quit") {
    return std::nullopt;
  }
  if (words->front() == "help") {
    words->erase(words->begin());
    words->emplace_back("--help");
  }
  Session next = session.Next();
  // Ctrl-C ends a command, not the shell.
  const InterruptGuard guard;
  return RunCommand(std::move(*words), next);
}

ExitCode RunTyped(Session& session, const CommandNode& program) {
  LineReader reader("florin> ", HistoryFile(), [&session, &program](const std::string& text) {
    return Complete(session, program, text);
  });
  session.console.out << "Commands without the leading 'florin'; Tab completes, 'help' lists, "
                         "'exit' ends.\n";
  for (;;) {
    session.console.out.Flush();
    const auto line = reader.Read();
    if (!line || !RunLine(session, *line)) {
      return ExitCode::kOk;
    }
  }
}

// A script goes on behind what was refused, and ends with the last refusal.
ExitCode RunPiped(Session& session) {
  ExitCode last = ExitCode::kOk;
  std::string line;
  while (session.console.in != nullptr && std::getline(*session.console.in, line)) {
    const auto code = RunLine(session, line);
    if (!code || !session.console.out) {
      break;
    }
    last = *code == ExitCode::kOk ? last : *code;
  }
  // A script that was cut short must not look like one that is done.
  if (session.console.in != nullptr && session.console.in->bad()) {
    session.console.err << "error: standard input could not be read\n"
                           "next: give the commands in a file or a pipe\n";
    return ExitCode::kFile;
  }
  return last;
}

ExitCode Shell(Session& session, const CommandNode& program) {
  if (session.in_shell) {
    return ReportUsage(session.console.err, "this is already the shell", "'exit' ends it");
  }
  // Made before the first line, so that all lines share one connection.
  session.client();
  return session.console.in_is_terminal && session.console.out_is_terminal
             ? RunTyped(session, program)
             : RunPiped(session);
}

}  // namespace

void AddShellCommand(CLI::App& app, Session& session) {
  auto* shell = app.add_subcommand("shell", "Type commands one after another, or pipe them in");
  shell->footer(R"(
Lines hold the same commands without the leading 'florin'; quotes as in a shell,
# begins a comment. A refused command does not end it. What was typed is kept in
~/.florin_history; Tab completes commands, options and ids of accounts. Piped, it
ends with the exit code of the last command that failed, or 0.

Example:
  florin shell
  florin shell --server ledger.example:50051 < commands.txt)");
  shell->callback([&app, &session] {
    session.action = [&app, &session] { return Shell(session, DescribeCommands(app)); };
  });
}

}  // namespace florin::cli
