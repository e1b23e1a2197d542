#pragma once

namespace florin::cli {

/// What the program ends with. Scripts rely on the numbers: never renumber.
/// docs/cli.md lists them.
enum class ExitCode : int {
  kOk = 0,
  /// The ledger said no; the reason is on standard error.
  kRefused = 1,
  /// The command line, or a profile, is wrong. Nothing was sent.
  kUsage = 2,
  /// No answer from the server. What was sent may have acted.
  kUnreachable = 3,
  /// A local file could not be read or written.
  kFile = 4,
  /// The server answered, but could not do its work (INTERNAL, DATA_LOSS, a
  /// full disk). Its log says more.
  kServerTrouble = 5,
  /// What was waited for did not come within --timeout (`events wait`).
  kTimedOut = 6,
  /// Ended by Ctrl-C: 128 + SIGINT, as shells do.
  kInterrupted = 130,
};

}  // namespace florin::cli
