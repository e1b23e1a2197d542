#include <algorithm>
#include <cstring>
#include <optional>
#include <utility>

#include "apps/importer/byte_source.h"

namespace florin::importer {
namespace {

constexpr std::size_t kHeadBytes = 64 * 1024;

class LineEndSource final : public ByteSource {
 public:
  explicit LineEndSource(std::unique_ptr<ByteSource> source) : source_(std::move(source)) {}

  Expected<std::size_t> Read(char* buffer, std::size_t size) override {
    if (!decided_) {
      ReadHead();
    }
    std::size_t count = std::min(size, head_.size() - given_);
    if (count > 0) {
      std::memcpy(buffer, head_.data() + given_, count);
      given_ += count;
    } else if (trouble_) {
      return *trouble_;
    } else {
      auto read = source_->Read(buffer, size);
      if (!read.ok()) {
        return read;
      }
      count = read.value();
    }
    if (cr_ends_lines_) {
      std::replace(buffer, buffer + count, '\r', '\n');
    }
    return count;
  }

  [[nodiscard]] std::int64_t consumed_bytes() const override { return source_->consumed_bytes(); }

 private:
  // Reads until an LF or kHeadBytes tell how lines end. What comes before a
  // trouble is given first, so that the trouble has its line.
  void ReadHead() {
    while (head_.size() < kHeadBytes && head_.find('\n') == std::string::npos) {
      const std::size_t old = head_.size();
      head_.resize(kHeadBytes);
      const auto read = source_->Read(head_.data() + old, kHeadBytes - old);
      head_.resize(old + (read.ok() ? read.value() : 0));
      if (!read.ok()) {
        trouble_ = read.error();
        break;
      }
      if (read.value() == 0) {
        break;
      }
    }
    decided_ = true;
    cr_ends_lines_ = head_.find('\n') == std::string::npos && head_.find('\r') != std::string::npos;
  }

  const std::unique_ptr<ByteSource> source_;
  std::string head_;
  std::size_t given_ = 0;
  std::optional<Error> trouble_;
  bool decided_ = false;
  bool cr_ends_lines_ = false;
};

}  // namespace

std::unique_ptr<ByteSource> UnifyLineEnds(std::unique_ptr<ByteSource> text) {
  return std::make_unique<LineEndSource>(std::move(text));
}

}  // namespace florin::importer
