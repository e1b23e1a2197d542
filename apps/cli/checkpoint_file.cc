#include "apps/cli/checkpoint_file.h"

#include <algorithm>
#include <cstddef>
#include <filesystem>
#include <fstream>
#include <utility>

namespace florin::cli {

CheckpointFile::CheckpointFile(std::string path) : path_(std::move(path)) {}

bool CheckpointFile::IsForeign() const {
  // A checkpoint is one word, and the server gives short ones.
  constexpr std::size_t kBytesMax = 1024;
  std::string text(kBytesMax + 2, '\0');
  std::ifstream file(path_, std::ios::binary);
  file.read(text.data(), static_cast<std::streamsize>(text.size()));
  text.resize(static_cast<std::size_t>(file.gcount()));
  if (text.ends_with('\n')) {
    text.pop_back();
  }
  return text.size() > kBytesMax ||
         std::any_of(text.begin(), text.end(), [](char c) { return c <= ' ' || c > '~'; });
}

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
