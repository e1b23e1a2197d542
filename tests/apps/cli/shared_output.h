#pragma once

#include <chrono>
#include <condition_variable>
#include <mutex>
#include <ostream>
#include <streambuf>
#include <string>
#include <string_view>

namespace florin::test_support {

/// A stream that one thread writes while another waits for what it says.
class SharedOutput {
 public:
  [[nodiscard]] std::ostream& stream() { return stream_; }

  [[nodiscard]] std::string text() {
    const std::scoped_lock lock(buffer_.mutex);
    return buffer_.text;
  }

  /// True: within the limit `words` were said `count` times.
  bool Await(std::string_view words, int count,
             std::chrono::seconds limit = std::chrono::seconds(60)) {
    std::unique_lock lock(buffer_.mutex);
    return buffer_.changed.wait_for(lock, limit, [&] { return Count(words) >= count; });
  }

 private:
  struct Buffer final : std::streambuf {
    std::mutex mutex;
    std::condition_variable changed;
    std::string text;  // guarded by mutex

    int overflow(int c) override {
      const char character = static_cast<char>(c);
      xsputn(&character, 1);
      return c;
    }
    std::streamsize xsputn(const char* characters, std::streamsize count) override {
      const std::scoped_lock lock(mutex);
      text.append(characters, static_cast<std::size_t>(count));
      changed.notify_all();
      return count;
    }
  };

  [[nodiscard]] int Count(std::string_view words) const {
    int count = 0;
    for (auto at = buffer_.text.find(words); at != std::string::npos;
         at = buffer_.text.find(words, at + words.size())) {
      ++count;
    }
    return count;
  }

  Buffer buffer_;
  std::ostream stream_{&buffer_};
};

}  // namespace florin::test_support
