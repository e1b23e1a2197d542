#include "clients/cli/checkpoint_file.h"

#include <filesystem>
#include <fstream>
#include <utility>

namespace florin::cli {

CheckpointFile::CheckpointFile(std::string path) : path_(std::move(path)) {}

std::optional<std::string> CheckpointFile::Read() const {
  std::error_code error;
  if (!std::filesystem::exists(path_, error)) {
    return error ? std::nullopt : std::optional<std::string>("");
  }
  std::ifstream file(path_);
  std::string checkpoint;
  if (!file) {
    return std::nullopt;
  }
  std::getline(file, checkpoint);
  return checkpoint;
}

bool CheckpointFile::Write(const std::string& checkpoint) const {
  const std::string next = path_ + ".new";
  std::ofstream file(next, std::ios::trunc);
  file << checkpoint << '\n';
  file.close();
  if (!file) {
    return false;
  }
  std::error_code error;
  std::filesystem::rename(next, path_, error);
  return !error;
}

}  // namespace florin::cli
