#pragma once

#include <optional>
#include <string>

namespace florin::cli {

/// Keeps a subscription's checkpoint in a file, so that the next run goes on
/// where this one ended.
class CheckpointFile {
 public:
  explicit CheckpointFile(std::string path);

  /// Whether there is a file that holds something else than one checkpoint. It
  /// must not be replaced.
  [[nodiscard]] bool IsForeign() const;

  /// "" if there is no file yet; nullopt: it cannot be read.
  [[nodiscard]] std::optional<std::string> Read() const;

  /// Replaces the file as a whole: a crash leaves the old or the new
  /// checkpoint. False: it cannot be written.
  [[nodiscard]] bool Write(const std::string& checkpoint) const;

  [[nodiscard]] const std::string& path() const { return path_; }

 private:
  std::string path_;
};

}  // namespace florin::cli
