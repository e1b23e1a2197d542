#pragma once

#include <string_view>

namespace florin::process {

/// Opens the descriptors 0 to 2 that the parent left closed. Every main of a
/// program that is shipped begins with it.
///
/// A file that is opened while one of them is closed gets its number, and then takes what is
/// meant for the terminal: a log line would overwrite the ledger's files. They are opened on
/// /dev/null the wrong way round, so that a read from a closed standard input and a write to a
/// closed standard output fail instead of seeming to work. Ends the process with 127 if there
/// is no /dev/null. Source: gnulib's module stdopen does the same.
void OpenStandardStreams();

/// Writes `text` to standard output, and all that was buffered before. False: the disk is full,
/// the reader of the pipe has gone, or the parent left the stream closed.
[[nodiscard]] bool WriteOutput(std::string_view text) noexcept;

/// Writes `text` to standard error. If that fails, there is nobody left to be told.
void WriteError(std::string_view text) noexcept;

}  // namespace florin::process
