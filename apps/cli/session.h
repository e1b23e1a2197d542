#pragma once

#include <CLI/CLI.hpp>
#include <functional>
#include <memory>
#include <string>

#include "apps/cli/console.h"
#include "apps/cli/exit_code.h"
#include "clients/cpp/client.h"

namespace florin::cli {

/// What all commands share: where to write, the global options, the server.
///
/// The command line is parsed first; the command it names leaves what it will
/// do in `action`, which runs after parsing.
struct Session {
  explicit Session(Console where) : console(where) {}

  Console console;
  std::string server = "127.0.0.1:50051";
  std::string timeout = "10s";
  bool json = false;
  /// A shell inside a shell would only confuse.
  bool in_shell = false;
  std::function<ExitCode()> action;

  /// Made at the first use: what needs no server starts none.
  client::Client& client();
  /// For long work that should outlast a restart of the server: waits about as
  /// long as --timeout.
  [[nodiscard]] client::RetryPolicy PatientPolicy() const;
  /// Reports `error` and says what to end with.
  ExitCode Fail(const client::ClientError& error);
  /// For the next command of a shell: the same settings, the same connection.
  [[nodiscard]] Session Next() const;

 private:
  std::shared_ptr<client::Client> client_;
  // What client_ was made for: the settings of one line may differ.
  std::string connected_as_;
};

// Each adds its commands to `app`. `session` outlives `app`.
void AddAssetCommands(CLI::App& app, Session& session);
void AddAccountCommands(CLI::App& app, Session& session);
void AddTransferCommand(CLI::App& app, Session& session);
void AddTransactionCommands(CLI::App& app, Session& session);
void AddEventsCommands(CLI::App& app, Session& session);
void AddGroupCommands(CLI::App& app, Session& session);
void AddBooksCommand(CLI::App& app, Session& session);
void AddStatusCommand(CLI::App& app, Session& session);
void AddWatchCommand(CLI::App& app, Session& session);
void AddShellCommand(CLI::App& app, Session& session);
void AddCompletionCommand(CLI::App& app, Session& session);
void AddManCommand(CLI::App& app, Session& session);
void AddImportCommand(CLI::App& app, Session& session);
void AddExportCommand(CLI::App& app, Session& session);

/// Checks for options: "" if the text is one, else what is wrong with it.
[[nodiscard]] std::string CheckTime(const std::string& text);
[[nodiscard]] std::string CheckDuration(const std::string& text);
[[nodiscard]] std::string CheckType(const std::string& text);
[[nodiscard]] std::string CheckStatus(const std::string& text);
[[nodiscard]] std::string CheckKeyValue(const std::string& text);
[[nodiscard]] std::string CheckPositive(const std::string& text);
[[nodiscard]] std::string CheckNotNegative(const std::string& text);

}  // namespace florin::cli
