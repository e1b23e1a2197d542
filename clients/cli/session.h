#pragma once

#include <CLI/CLI.hpp>
#include <functional>
#include <memory>
#include <string>

#include "clients/cli/console.h"
#include "clients/cli/exit_code.h"
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
  std::function<ExitCode()> action;

  /// Made at the first use: what needs no server starts none.
  client::Client& client();
  /// For long work that should outlast a restart of the server: waits about as
  /// long as --timeout.
  [[nodiscard]] client::RetryPolicy PatientPolicy() const;
  /// Reports `error` and says what to end with.
  ExitCode Fail(const client::ClientError& error);

 private:
  std::unique_ptr<client::Client> client_;
};

// Each adds its commands to `app`. `session` outlives `app`.
void AddAssetCommands(CLI::App& app, Session& session);
void AddAccountCommands(CLI::App& app, Session& session);
void AddTransferCommand(CLI::App& app, Session& session);
void AddTransactionCommands(CLI::App& app, Session& session);
void AddEventsCommands(CLI::App& app, Session& session);
void AddStatusCommand(CLI::App& app, Session& session);
void AddImportCommand(CLI::App& app, Session& session);
void AddExportCommand(CLI::App& app, Session& session);

/// Checks for options: "" if the text is one, else what is wrong with it.
[[nodiscard]] std::string CheckTime(const std::string& text);
[[nodiscard]] std::string CheckDuration(const std::string& text);
[[nodiscard]] std::string CheckType(const std::string& text);
[[nodiscard]] std::string CheckStatus(const std::string& text);
[[nodiscard]] std::string CheckKeyValue(const std::string& text);

}  // namespace florin::cli
