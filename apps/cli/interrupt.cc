#include "apps/cli/interrupt.h"

#include <csignal>
#include <cstdint>
#include <ctime>

namespace florin::cli {
namespace {

/// timeout(1) sends its signal to the program and to its group: the same wish, heard twice.
constexpr std::int64_t kSameWishNs = 500'000'000;

// A signal handler can reach nothing but globals.
std::atomic<bool> interrupted = false;
std::atomic<std::int64_t> interrupt_time = 0;
static_assert(std::atomic<bool>::is_always_lock_free);
static_assert(std::atomic<std::int64_t>::is_always_lock_free);

std::int64_t Now() {
  timespec now{};
  clock_gettime(CLOCK_MONOTONIC, &now);
  return now.tv_sec * 1'000'000'000 + now.tv_nsec;
}

extern "C" void OnInterrupt(int signal) {
  if (!interrupted.exchange(true)) {
    interrupt_time = Now();
    return;
  }
  if (Now() - interrupt_time < kSameWishNs) return;
  // Somebody who cannot wait.
  std::signal(signal, SIG_DFL);
  std::raise(signal);
}

void Install(int signal, void (*handler)(int)) {
  struct sigaction action {};
  action.sa_handler = handler;
  // Reads are not broken off.
  action.sa_flags = SA_RESTART;
  sigaction(signal, &action, nullptr);
}

}  // namespace

InterruptGuard::InterruptGuard() {
  interrupted = false;
  Install(SIGINT, OnInterrupt);
  Install(SIGTERM, OnInterrupt);
}

InterruptGuard::~InterruptGuard() {
  Install(SIGINT, SIG_DFL);
  Install(SIGTERM, SIG_DFL);
}

const std::atomic<bool>& InterruptGuard::flag() const { return interrupted; }

}  // namespace florin::cli
