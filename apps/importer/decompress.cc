#include <fmt/format.h>
#include <zlib.h>
#include <zstd.h>

#include <utility>
#include <vector>

#include "apps/importer/byte_source.h"

namespace florin::importer {
namespace {

constexpr std::size_t kInputBytes = 64 * 1024;

// 15 bits of window, and 16 to ask for the gzip format.
constexpr int kGzipWindowBits = 15 + 16;

class GzipSource final : public ByteSource {
 public:
  explicit GzipSource(std::unique_ptr<ByteSource> compressed)
      : compressed_(std::move(compressed)), input_(kInputBytes) {
    started_ = inflateInit2(&stream_, kGzipWindowBits) == Z_OK;
  }
  ~GzipSource() override {
    if (started_) {
      inflateEnd(&stream_);
    }
  }
  GzipSource(const GzipSource&) = delete;
  GzipSource& operator=(const GzipSource&) = delete;

  Expected<std::size_t> Read(char* buffer, std::size_t size) override {
    if (!started_) {
      return Error{0, "gzip: no memory to decompress"};
    }
    stream_.next_out = reinterpret_cast<Bytef*>(buffer);
    stream_.avail_out = static_cast<uInt>(size);
    while (stream_.avail_out == size) {
      if (stream_.avail_in == 0) {
        const auto filled = Fill();
        if (!filled.ok()) {
          return filled.error();
        }
        if (filled.value() == 0) {
          if (between_members_) {
            return std::size_t{0};
          }
          return Error{0, "gzip: the file ends in the middle of its data"};
        }
      }
      if (between_members_) {
        inflateReset(&stream_);
        between_members_ = false;
      }
      const int code = inflate(&stream_, Z_NO_FLUSH);
      if (code == Z_STREAM_END) {
        between_members_ = true;
      } else if (code != Z_OK && code != Z_BUF_ERROR) {
        return Error{0, fmt::format("gzip: broken data ({})",
                                    stream_.msg != nullptr ? stream_.msg : "unknown")};
      }
    }
    return size - stream_.avail_out;
  }

  [[nodiscard]] std::int64_t consumed_bytes() const override {
    return compressed_->consumed_bytes();
  }

 private:
  Expected<std::size_t> Fill() {
    auto count = compressed_->Read(input_.data(), input_.size());
    if (count.ok()) {
      stream_.next_in = reinterpret_cast<Bytef*>(input_.data());
      stream_.avail_in = static_cast<uInt>(count.value());
    }
    return count;
  }

  const std::unique_ptr<ByteSource> compressed_;
  std::vector<char> input_;
  z_stream stream_{};
  bool started_ = false;
  bool between_members_ = false;
};

struct FreeZstd {
  void operator()(ZSTD_DCtx* context) const { ZSTD_freeDCtx(context); }
};

class ZstdSource final : public ByteSource {
 public:
  explicit ZstdSource(std::unique_ptr<ByteSource> compressed)
      : compressed_(std::move(compressed)), bytes_(kInputBytes), context_(ZSTD_createDCtx()) {}

  Expected<std::size_t> Read(char* buffer, std::size_t size) override {
    if (context_ == nullptr) {
      return Error{0, "zstd: no memory to decompress"};
    }
    ZSTD_outBuffer output{buffer, size, 0};
    while (output.pos == 0) {
      // What the last call could not hand out needs no new input.
      if (input_.pos == input_.size && !held_back_) {
        const auto count = compressed_->Read(bytes_.data(), bytes_.size());
        if (!count.ok()) {
          return count.error();
        }
        if (count.value() == 0) {
          if (frame_complete_) {
            return std::size_t{0};
          }
          return Error{0, "zstd: the file ends in the middle of its data"};
        }
        input_ = {bytes_.data(), count.value(), 0};
      }
      const std::size_t code = ZSTD_decompressStream(context_.get(), &output, &input_);
      if (ZSTD_isError(code) != 0) {
        return Error{0, fmt::format("zstd: broken data ({})", ZSTD_getErrorName(code))};
      }
      frame_complete_ = code == 0;
      held_back_ = output.pos == output.size && !frame_complete_;
    }
    return output.pos;
  }

  [[nodiscard]] std::int64_t consumed_bytes() const override {
    return compressed_->consumed_bytes();
  }

 private:
  const std::unique_ptr<ByteSource> compressed_;
  std::vector<char> bytes_;
  const std::unique_ptr<ZSTD_DCtx, FreeZstd> context_;
  ZSTD_inBuffer input_{nullptr, 0, 0};
  bool frame_complete_ = false;
  bool held_back_ = false;
};

}  // namespace

std::unique_ptr<ByteSource> Gunzip(std::unique_ptr<ByteSource> compressed) {
  return std::make_unique<GzipSource>(std::move(compressed));
}

std::unique_ptr<ByteSource> Unzstd(std::unique_ptr<ByteSource> compressed) {
  return std::make_unique<ZstdSource>(std::move(compressed));
}

}  // namespace florin::importer
