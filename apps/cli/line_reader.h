#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace florin::cli {

/// Reads lines from a terminal, with editing, history and completion by Tab.
/// Ctrl-C gives up the line, Ctrl-D on an empty one ends.
///
/// Threads: one. One at a time in a process.
class LineReader {
 public:
  /// What the last word of `text` may become; `text` ends at the cursor.
  using Completer = std::function<std::vector<std::string>(const std::string& text)>;

  /// `history_file` "": nothing is kept.
  LineReader(std::string prompt, std::string history_file, Completer completer);
  ~LineReader();
  LineReader(const LineReader&) = delete;
  LineReader& operator=(const LineReader&) = delete;

  /// The next line without its end; nullopt: there is no more.
  [[nodiscard]] std::optional<std::string> Read();

 private:
  class Editor;  // hides libedit's macros
  std::unique_ptr<Editor> editor_;
};

}  // namespace florin::cli
