#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <string_view>
#include <utility>

#include "apps/importer/byte_source.h"

namespace florin::importer {
namespace {

struct CloseFile {
  void operator()(std::FILE* file) const {
    if (file != stdin) {
      (void)std::fclose(file);
    }
  }
};
using File = std::unique_ptr<std::FILE, CloseFile>;

class FileSource final : public ByteSource {
 public:
  FileSource(std::string path, File file) : path_(std::move(path)), file_(std::move(file)) {}

  // Reads ahead, so that the compression can be told from the first bytes.
  Expected<std::string_view> Peek() {
    peeked_ = std::fread(head_.data(), 1, head_.size(), file_.get());
    if (std::ferror(file_.get()) != 0) {
      return ReadError();
    }
    return std::string_view(head_.data(), peeked_);
  }

  Expected<std::size_t> Read(char* buffer, std::size_t size) override {
    std::size_t count = std::min(size, peeked_ - given_);
    if (count > 0) {
      std::memcpy(buffer, head_.data() + given_, count);
      given_ += count;
    } else {
      count = std::fread(buffer, 1, size, file_.get());
      if (std::ferror(file_.get()) != 0) {
        return ReadError();
      }
    }
    consumed_ += static_cast<std::int64_t>(count);
    return count;
  }

  [[nodiscard]] std::int64_t consumed_bytes() const override { return consumed_; }

 private:
  [[nodiscard]] Error ReadError() const {
    return {0, fmt::format("cannot read {}: {}", path_, std::strerror(errno))};
  }

  const std::string path_;
  const File file_;
  std::array<char, 4> head_{};
  std::size_t peeked_ = 0;
  std::size_t given_ = 0;
  std::int64_t consumed_ = 0;
};

}  // namespace

Expected<std::unique_ptr<ByteSource>> OpenFile(const std::string& path) {
  std::error_code ignored;
  if (path != "-" && std::filesystem::is_directory(path, ignored)) {
    return Error{0, fmt::format("{} is a directory, not a file", path)};
  }
  File file(path == "-" ? stdin : std::fopen(path.c_str(), "rb"));
  if (file == nullptr) {
    return Error{0, fmt::format("cannot open {}: {}", path, std::strerror(errno))};
  }
  auto source = std::make_unique<FileSource>(path, std::move(file));
  const auto head = source->Peek();
  if (!head.ok()) {
    return head.error();
  }
  if (head.value().starts_with("\x1f\x8b")) {
    return Gunzip(std::move(source));
  }
  if (head.value() == "\x28\xb5\x2f\xfd") {
    return Unzstd(std::move(source));
  }
  return std::unique_ptr<ByteSource>(std::move(source));
}

std::int64_t FileSize(const std::string& path) {
  std::error_code error;
  if (path == "-" || !std::filesystem::is_regular_file(path, error)) {
    return 0;
  }
  const auto size = std::filesystem::file_size(path, error);
  return error ? 0 : static_cast<std::int64_t>(size);
}

}  // namespace florin::importer
