#include <utility>

#include "apps/importer/byte_source.h"

namespace florin::importer {
namespace {

class StoppableSource final : public ByteSource {
 public:
  StoppableSource(std::unique_ptr<ByteSource> source, const std::atomic<bool>& stop)
      : source_(std::move(source)), stop_(stop) {}

  Expected<std::size_t> Read(char* buffer, std::size_t size) override {
    if (stop_) {
      return Error{0, "the import was stopped"};
    }
    return source_->Read(buffer, size);
  }

  [[nodiscard]] std::int64_t consumed_bytes() const override { return source_->consumed_bytes(); }

 private:
  const std::unique_ptr<ByteSource> source_;
  const std::atomic<bool>& stop_;
};

}  // namespace

std::unique_ptr<ByteSource> UntilStopped(std::unique_ptr<ByteSource> source,
                                         const std::atomic<bool>& stop) {
  return std::make_unique<StoppableSource>(std::move(source), stop);
}

}  // namespace florin::importer
