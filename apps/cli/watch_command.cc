#include <chrono>
#include <memory>
#include <optional>
#include <ostream>
#include <sstream>
#include <thread>

#include "apps/cli/event_feed.h"
#include "apps/cli/interrupt.h"
#include "apps/cli/lost_connection.h"
#include "apps/cli/session.h"
#include "apps/cli/watch_view.h"

namespace florin::cli {
namespace {

using std::chrono::steady_clock;

constexpr std::size_t kTopOnScreen = 10;
constexpr std::chrono::seconds kPeriod{1};

// Draws on the terminal's other screen, so that what stood there before comes
// back at the end.
class Screen {
 public:
  explicit Screen(const Printer& out) : out_(out) { out_ << "\x1b[?1049h\x1b[?25l"; }
  ~Screen() {
    out_ << "\x1b[?25h\x1b[?1049l";
    out_.Flush();
  }
  Screen(const Screen&) = delete;
  Screen& operator=(const Screen&) = delete;

  void Draw(const WatchState& state) {
    std::ostringstream screen;
    PrintWatchScreen(screen, state);
    // Home, then all of it, then clear what is left below: no flicker.
    Shown drawn{"\x1b[H"};
    for (const char c : screen.str()) {
      drawn.text += c == '\n' ? "\x1b[K\n" : std::string(1, c);
    }
    out_ << drawn << "\x1b[J";
  }

 private:
  Printer out_;
};

// Waits until `end`; false: Ctrl-C came first.
bool WaitUntil(steady_clock::time_point end, const InterruptGuard& guard) {
  while (!guard.flag() && steady_clock::now() < end) {
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
  }
  return !guard.flag();
}

// Of the last second; keeps the last status while the server does not answer.
void Refresh(Session& session, Activity& activity, WatchState& state) {
  auto status = session.client().GetStatus({}, {.deadline = kPeriod});
  state.reachable = status.ok();
  if (status.ok()) {
    state.status = std::move(status).value();
  }
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  state.activity = activity.Ask(std::chrono::duration_cast<std::chrono::milliseconds>(now).count(),
                                kTopOnScreen);
}

void Show(Session& session, std::optional<Screen>& screen, const WatchState& state) {
  if (screen) {
    screen->Draw(state);
  } else if (session.json) {
    PrintWatchJson(session.console.out, state);
  } else {
    PrintWatchLine(session.console.out, state);
  }
  session.console.out.Flush();
}

ExitCode Watch(Session& session, std::int64_t seconds) {
  const InterruptGuard guard;
  WatchState state;
  state.server = session.server;
  auto status = session.client().GetStatus({});
  if (!status.ok()) {
    return session.Fail(status.error());
  }
  const bool on_screen = session.console.out_is_terminal && !session.json;
  // A line on standard error would stand in the middle of the screen, which says it by itself.
  std::ostream nowhere(nullptr);
  LostConnection lost(on_screen ? Printer(nowhere) : session.console.err);
  Activity activity;
  const EventFeed feed(session.client(), session.PatientPolicy(), activity, lost);
  std::optional<Screen> screen;
  if (on_screen) {
    screen.emplace(session.console.out);
  } else if (!session.json) {
    PrintWatchTitles(session.console.out);
  }
  auto next = steady_clock::now();
  for (std::int64_t shown = 0; seconds == 0 || shown < seconds; ++shown) {
    next += kPeriod;
    if (!WaitUntil(next, guard)) {
      return ExitCode::kInterrupted;
    }
    Refresh(session, activity, state);
    state.following = !lost.lost();
    if (const auto error = feed.error()) {
      screen.reset();
      return session.Fail(*error);
    }
    Show(session, screen, state);
    if (!session.console.out) {
      return ExitCode::kFile;
    }
  }
  return ExitCode::kOk;
}

}  // namespace

void AddWatchCommand(CLI::App& app, Session& session) {
  auto* watch = app.add_subcommand("watch", "Show what the ledger is doing, every second");
  const auto seconds = std::make_shared<std::int64_t>(0);
  watch->add_option("--seconds", *seconds, "End after this many (default: Ctrl-C ends it)")
      ->check(CheckPositive)
      ->type_name("N");
  watch->footer(R"(
On a terminal it redraws one screen; into a pipe it writes a line per second. The
time from commit to when an event was seen here relies on both machines' clocks.

Example:
  florin watch
  florin watch --seconds 60 --json > minute.jsonl)");
  watch->callback([&session, seconds] {
    session.action = [&session, seconds] { return Watch(session, *seconds); };
  });
}

}  // namespace florin::cli
