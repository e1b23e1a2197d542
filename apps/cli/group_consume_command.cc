#include <unistd.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <ostream>
#include <sstream>
#include <thread>

#include "apps/cli/color.h"
#include "apps/cli/event_view.h"
#include "apps/cli/group_commands.h"
#include "apps/cli/interrupt_watch.h"
#include "apps/cli/json.h"
#include "apps/cli/lost_connection.h"
#include "apps/cli/shell_process.h"
#include "clients/cpp/group_consumer.h"

namespace florin::cli {
namespace {

constexpr std::int64_t kInFlightMax = 10'000;

struct ConsumeOptions {
  std::string group_id;
  std::string member_name;
  bool take_over = false;
  std::int64_t limit = 0;
  int workers = 1;
  std::string command;
  std::string color = "auto";
};

constexpr char kFooter[] = R"(
Each event is shown, and acknowledged once it is written out. With --exec the
command gets each event as a line of JSON on its standard input; its exit code 0
acknowledges the event, any other retries it later, with the exit code as the
reason. What is retried too often is parked: see 'florin group parked'.

Ctrl-C finishes what is in hand, acknowledges it, and leaves.

Example:
  florin group consume notifications
  florin group consume mail --exec ./send-mail.sh --workers 4
  florin group consume audit --json --limit 100 > hundred.jsonl)";

std::string DefaultMemberName() {
  std::array<char, 40> host{};
  if (gethostname(host.data(), host.size() - 1) != 0) {
    return "florin-" + std::to_string(getpid());
  }
  std::string name = host.data();
  // Ids are narrower than host names.
  std::replace_if(
      name.begin(), name.end(), [](unsigned char c) { return std::isalnum(c) == 0 && c != '-'; },
      '-');
  return name + "-" + std::to_string(getpid());
}

/// Handles events for as long as there is something to do, and says when there is
/// not. Threads: Handle from any.
class Handling {
 public:
  Handling(Session& session, const ConsumeOptions& options)
      : session_(session),
        options_(options),
        colored_(WantsColor(options.color, session.console)) {}

  /// `consumer` is the one that calls.
  client::Handled Handle(const v1::DeliveredEvent& delivery, client::GroupConsumer& consumer) {
    if (!Begin()) {
      return client::Handled::Leave();
    }
    client::Handled handled =
        options_.command.empty() ? Show(delivery.event()) : Execute(delivery.event());
    if (End(handled.outcome == client::Handled::Outcome::kDone)) {
      // Before the last one is acknowledged, which would bring another.
      consumer.BeginStop();
    }
    return handled;
  }

  /// Ctrl-C, or the consumer has ended.
  void Stop() {
    const std::scoped_lock lock(mutex_);
    stopped_ = true;
    changed_.notify_all();
  }

  /// Until the limit is reached, the output is closed, or Stop.
  void Wait() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] {
      return stopped_ || broken_ || (options_.limit != 0 && done_ >= options_.limit);
    });
    stopped_ = true;
  }

 private:
  bool Begin() {
    const std::scoped_lock lock(mutex_);
    if (stopped_ || broken_ || (options_.limit != 0 && begun_ >= options_.limit)) {
      return false;
    }
    ++begun_;
    return true;
  }

  // True: the limit is reached.
  bool End(bool done) {
    const std::scoped_lock lock(mutex_);
    done_ += done ? 1 : 0;
    begun_ -= done ? 0 : 1;
    changed_.notify_all();
    return options_.limit != 0 && done_ >= options_.limit;
  }

  client::Handled Show(const v1::Event& event) {
    const auto& out = session_.console.out;
    const std::scoped_lock lock(mutex_);
    if (session_.json) {
      PrintJsonLine(out, event);
    } else {
      out << FormatEvent(event, colored_) << '\n';
    }
    out.Flush();
    broken_ = !out;
    return broken_ ? client::Handled::Leave() : client::Handled::Done();
  }

  client::Handled Execute(const v1::Event& event) const {
    std::ostringstream line;
    PrintJsonLine(line, event);
    const ProcessEnd end = RunInShell(options_.command, line.str());
    return end.ok ? client::Handled::Done() : client::Handled::Retry(end.description);
  }

  Session& session_;
  const ConsumeOptions& options_;
  const bool colored_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::int64_t begun_ = 0;  // guarded by mutex_
  std::int64_t done_ = 0;   // guarded by mutex_
  bool stopped_ = false;    // guarded by mutex_
  bool broken_ = false;     // guarded by mutex_
};

client::GroupConsumerOptions ToConsumer(Session& session, const ConsumeOptions& options,
                                        LostConnection& lost) {
  client::GroupConsumerOptions consumer;
  consumer.group_id = options.group_id;
  consumer.member_name = options.member_name.empty() ? DefaultMemberName() : options.member_name;
  consumer.take_over = options.take_over;
  consumer.workers = options.workers;
  // No more than will be handled, so that little is left to others.
  consumer.max_in_flight = static_cast<int>(std::min(options.limit, kInFlightMax));
  consumer.retry = session.PatientPolicy();
  consumer.on_joined = [&lost] { lost.WorksAgain(); };
  consumer.on_disconnect = [&lost](const auto& error, auto delay) { lost.Tell(error, delay); };
  return consumer;
}

void Summarize(const Printer& err, const client::GroupConsumerStats& stats) {
  err << "left: " << stats.acknowledged << " acknowledged, " << stats.retried << " to be retried\n";
}

ExitCode Consume(Session& session, const ConsumeOptions& options) {
  Handling handling(session, options);
  LostConnection lost(session.console.err);
  // Before the first event: from then on there is something to acknowledge.
  const InterruptWatch watch([&] { handling.Stop(); });
  client::GroupConsumer consumer(
      session.client(), ToConsumer(session, options, lost),
      [&](const v1::DeliveredEvent& delivery) { return handling.Handle(delivery, consumer); });
  std::thread ending([&] {
    (void)consumer.Wait();
    handling.Stop();
  });
  handling.Wait();
  const client::DoneResult left = consumer.Stop();
  ending.join();
  const client::GroupConsumerStats stats = consumer.stats();
  // Who never got anything was mostly not let in: the reason says it all.
  if (left.ok() || stats.delivered > 0) {
    Summarize(session.console.err, stats);
  }
  if (!left.ok()) {
    return session.Fail(left.error());
  }
  return watch.interrupted() ? ExitCode::kInterrupted : ExitCode::kOk;
}

}  // namespace

void AddGroupConsume(CLI::App& group, Session& session) {
  auto* consume = group.add_subcommand("consume", "Work on a group's events as one of its members");
  const auto options = std::make_shared<ConsumeOptions>();
  AddGroupId(*consume, options->group_id);
  consume
      ->add_option("--member", options->member_name,
                   "This member's name in the group (default: host and process id)")
      ->type_name("NAME");
  consume->add_flag("--take-over", options->take_over, "End a connected member of this name");
  consume->add_option("--limit", options->limit, "End after this many acknowledged events")
      ->check(CheckPositive)
      ->type_name("N");
  auto* command = consume
                      ->add_option("--exec", options->command,
                                   "Run this shell command for each event, instead of showing it")
                      ->type_name("COMMAND");
  consume
      ->add_option("--workers", options->workers,
                   "Commands to run at once, each for a different stream (default 1)")
      ->check(CheckPositive)
      ->needs(command)
      ->type_name("N");
  AddColorOption(*consume, options->color);
  consume->footer(kFooter);
  consume->callback([&session, options] {
    session.action = [&session, options] { return Consume(session, *options); };
  });
}

}  // namespace florin::cli
