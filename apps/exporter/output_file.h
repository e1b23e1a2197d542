#pragma once

#include <fstream>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace florin::exporter {

/// A file that appears under its name only when it is whole.
///
/// It is written beside its place as NAME.partial-PID and renamed by Commit.
/// Without a Commit what was written is removed, and a file that stood under
/// the name before is untouched; a link stays one, and its target is replaced. A name that is no
/// regular file (a pipe, /dev/null) is written directly: there is nothing to be left half.
///
/// `begins`: what files of this kind begin with. Where they are named, a file that
/// stands under the name and begins otherwise is somebody else's: Problem says so,
/// and it stays.
class OutputFile {
 public:
  explicit OutputFile(const std::string& path, const std::vector<std::string>& begins = {});
  ~OutputFile();
  OutputFile(const OutputFile&) = delete;
  OutputFile& operator=(const OutputFile&) = delete;

  [[nodiscard]] std::ostream& stream() { return file_; }
  /// Why it cannot be written; nullopt: it can, so far.
  [[nodiscard]] std::optional<std::string> Problem() const;

  /// Everything is on the disk after this, still under the passing name.
  [[nodiscard]] std::optional<std::string> Sync();
  /// Gives it its name. Requires: Sync without a problem.
  [[nodiscard]] std::optional<std::string> Commit();

 private:
  [[nodiscard]] std::string Message(const char* verb) const;

  const std::string path_;
  const bool direct_;
  const bool foreign_;
  const std::string written_path_;
  bool committed_ = false;
  int open_errno_ = 0;
  std::ofstream file_;
};

}  // namespace florin::exporter
