#include "clients/cli/interrupt.h"

#include <csignal>

namespace florin::cli {
namespace {

// A signal handler can reach nothing but a global.
std::atomic<bool> interrupted = false;
static_assert(std::atomic<bool>::is_always_lock_free);

extern "C" void OnInterrupt(int /*signal*/) { interrupted = true; }

void Install(int signal, void (*handler)(int)) {
  struct sigaction action {};
  action.sa_handler = handler;
  // The second signal finds the default again, and reads are not broken off.
  action.sa_flags = SA_RESETHAND | SA_RESTART;
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
