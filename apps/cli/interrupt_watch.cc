#include "apps/cli/interrupt_watch.h"

#include <chrono>
#include <utility>

namespace florin::cli {

InterruptWatch::InterruptWatch(std::function<void()> stop)
    : thread_([this, stop = std::move(stop)] {
        // A signal handler can set a flag and little else, so somebody looks.
        while (!done_ && !guard_.flag()) {
          std::this_thread::sleep_for(std::chrono::milliseconds(20));
        }
        if (!done_) {
          stop();
        }
      }) {}

InterruptWatch::~InterruptWatch() {
  done_ = true;
  thread_.join();
}

}  // namespace florin::cli
