#include <fmt/format.h>
#include <iconv.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <string>
#include <utility>
#include <vector>

#include "apps/importer/byte_source.h"

namespace florin::importer {
namespace {

constexpr std::size_t kInputBytes = 64 * 1024;

// Room for what iconv makes of one character: a few code points at most.
constexpr std::size_t kCharacterBytes = 64;

class IconvSource final : public ByteSource {
 public:
  IconvSource(std::unique_ptr<ByteSource> source, iconv_t converter, std::string encoding)
      : source_(std::move(source)),
        converter_(converter),
        encoding_(std::move(encoding)),
        input_(kInputBytes) {}
  ~IconvSource() override { iconv_close(converter_); }
  IconvSource(const IconvSource&) = delete;
  IconvSource& operator=(const IconvSource&) = delete;

  Expected<std::size_t> Read(char* buffer, std::size_t size) override {
    while (given_ == kept_.size()) {
      if (starved_) {
        auto count = Fill();
        if (!count.ok() || (count.value() == 0 && left_ == 0)) {
          return count;
        }
        if (count.value() == 0) {
          return Error{0, fmt::format("the file ends in the middle of a "
                                      "character of {}",
                                      encoding_)};
        }
      }
      std::size_t made = 0;
      int reason = Convert(buffer, size, &made);
      if (made > 0) {
        return made;
      }
      if (reason == E2BIG) {
        // The buffer is shorter than the next character, which is kept for it.
        kept_.resize(kCharacterBytes);
        reason = Convert(kept_.data(), kept_.size(), &made);
        kept_.resize(made);
        given_ = 0;
      }
      if (made == 0 && (reason == EILSEQ || reason == E2BIG)) {
        return NotOfTheEncoding();
      }
    }
    return GiveKept(buffer, size);
  }

  [[nodiscard]] std::int64_t consumed_bytes() const override { return source_->consumed_bytes(); }

 private:
  // Converts up to `size` bytes. 0, or why iconv stopped (errno).
  int Convert(char* buffer, std::size_t size, std::size_t* made) {
    char* from = input_.data() + start_;
    char* to = buffer;
    std::size_t room = size;
    const std::size_t code = iconv(converter_, &from, &left_, &to, &room);
    const int reason = code == static_cast<std::size_t>(-1) ? errno : 0;
    start_ = static_cast<std::size_t>(from - input_.data());
    starved_ = reason == 0 || reason == EINVAL;
    *made = size - room;
    return reason;
  }

  std::size_t GiveKept(char* buffer, std::size_t size) {
    const std::size_t count = std::min(size, kept_.size() - given_);
    std::memcpy(buffer, kept_.data() + given_, count);
    given_ += count;
    return count;
  }

  [[nodiscard]] Error NotOfTheEncoding() const {
    return {0, fmt::format("byte 0x{:02x} does not exist in {}; set the right "
                           "'encoding' in the profile",
                           static_cast<unsigned char>(input_[start_]), encoding_)};
  }

  // Keeps a character that was cut off in front of what is read.
  Expected<std::size_t> Fill() {
    std::memmove(input_.data(), input_.data() + start_, left_);
    start_ = 0;
    auto count = source_->Read(input_.data() + left_, input_.size() - left_);
    if (count.ok()) {
      left_ += count.value();
    }
    return count;
  }

  const std::unique_ptr<ByteSource> source_;
  const iconv_t converter_;
  const std::string encoding_;
  std::vector<char> input_;
  // Text that did not fit into the last buffer.
  std::string kept_;
  std::size_t given_ = 0;
  std::size_t start_ = 0;
  std::size_t left_ = 0;
  bool starved_ = true;
};

}  // namespace

Expected<std::unique_ptr<ByteSource>> ToUtf8(std::unique_ptr<ByteSource> source,
                                             const std::string& encoding) {
  // UTF-8 too goes through iconv: it finds what is not UTF-8, which the server
  // would refuse message by message.
  const iconv_t converter = iconv_open("UTF-8", encoding.c_str());
  // The error value of iconv_open is the pointer -1.
  if (reinterpret_cast<std::intptr_t>(converter) == -1) {
    return Error{0, fmt::format("encoding '{}' is not known; 'iconv -l' lists "
                                "those that are",
                                encoding)};
  }
  return std::unique_ptr<ByteSource>(
      std::make_unique<IconvSource>(std::move(source), converter, encoding));
}

}  // namespace florin::importer
