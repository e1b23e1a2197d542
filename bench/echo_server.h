#pragma once

namespace florin::bench {

/// The full name of the one method that the echo server has: an empty request, an empty answer.
inline constexpr char kEchoMethod[] = "/florin.bench.Echo/Echo";

/// Serves an empty unary call with florind's own server code (its raw methods, parsing, metrics and
/// limits) on a port of its own choice, until SIGTERM. Prints "listening on ADDRESS".
///
/// It is what a call costs before a ledger does anything: the baseline of every unary figure.
/// Returns the exit code.
int ServeEcho();

}  // namespace florin::bench
