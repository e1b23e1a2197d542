#include <algorithm>
#include <cerrno>
#include <cstring>
#include <memory>
#include <optional>
#include <ostream>

#include "apps/cli/checkpoint_file.h"
#include "apps/cli/color.h"
#include "apps/cli/error_report.h"
#include "apps/cli/event_filter.h"
#include "apps/cli/event_place.h"
#include "apps/cli/event_view.h"
#include "apps/cli/events_commands.h"
#include "apps/cli/interrupt_watch.h"
#include "apps/cli/json.h"
#include "apps/cli/lost_connection.h"
#include "apps/cli/session.h"
#include "clients/cpp/event_subscription.h"

namespace florin::cli {
namespace {

constexpr std::int64_t kBatchMax = 1000;

struct TailOptions {
  std::string from;
  EventFilterOptions filter;
  std::string checkpoint_file;
  bool once = false;
  std::int64_t limit = 0;
  std::string color = "auto";
};

constexpr char kFooter[] = R"(
--from takes
  end                 only what happens from now on (the default when following)
  beginning           all of it (the default with --once)
  TIME                from then on: 2026-01-31 or 2026-01-31T09:00:00Z
  checkpoint:STRING   after a checkpoint

--type takes dotted patterns, * for one word and # for any number of words:
  'account.funds.*'   'transaction.#'   'transaction.refused'

With --checkpoint-file, the file keeps the place reached after every batch that was
written out, and the next run with the same file continues there; --from counts for
the first run only. --limit then ends with the whole command that reaches it.

Example:
  florin events tail --type 'account.funds.*' --prefix customer:
  florin events tail --stream customer:1 --from 2026-01-31
  florin events tail --once)";

void SetStart(const TailOptions& options, const std::string& stored,
              v1::SubscribeEventsRequest* request) {
  std::string from = options.from;
  if (from.empty()) {
    from = options.once ? "beginning" : "end";
  }
  if (!stored.empty()) {
    request->set_after_checkpoint(stored);
  } else {
    SetPlace(from, request);
  }
}

void Show(Session& session, const v1::Event& event, bool colored) {
  if (session.json) {
    PrintJsonLine(session.console.out, event);
  } else {
    session.console.out << FormatEvent(event, colored) << '\n';
  }
}

ExitCode FileTrouble(Session& session, const CheckpointFile& file, const char* verb) {
  session.console.err << "error: cannot " << verb << " the checkpoint file " << file.path() << ": "
                      << std::strerror(errno) << '\n';
  return ExitCode::kFile;
}

// Shows the events of `batch`; false: the limit is reached. A place is kept for
// whole batches only, so where one is kept the batch is shown to its end.
bool ShowBatch(Session& session, const v1::SubscribeEventsResponse& batch,
               const TailOptions& options, std::int64_t* shown) {
  const std::int64_t limit = options.limit;
  const bool whole = !options.checkpoint_file.empty();
  const bool colored = WantsColor(options.color, session.console);
  for (const auto& event : batch.events()) {
    if (limit != 0 && *shown >= limit && !whole) {
      break;
    }
    Show(session, event, colored);
    ++*shown;
  }
  return limit == 0 || *shown < limit;
}

ExitCode Follow(Session& session, const TailOptions& options,
                client::EventSubscription& subscription, const std::optional<CheckpointFile>& file,
                const InterruptWatch& watch, LostConnection& lost) {
  std::int64_t shown = 0;
  for (;;) {
    const auto next = subscription.Next();
    if (watch.interrupted()) {
      return ExitCode::kInterrupted;
    }
    if (!next.ok()) {
      return session.Fail(next.error());
    }
    lost.WorksAgain();
    const auto& batch = next.value();
    const bool more = ShowBatch(session, batch, options, &shown);
    session.console.out.Flush();
    if (!session.console.out) {
      return ExitCode::kFile;
    }
    if (file && !batch.checkpoint().empty() && !file->Write(batch.checkpoint())) {
      return FileTrouble(session, *file, "write");
    }
    if (!more || (options.once && batch.caught_up())) {
      return ExitCode::kOk;
    }
  }
}

ExitCode Tail(Session& session, const TailOptions& options) {
  std::optional<CheckpointFile> file;
  std::string stored;
  if (!options.checkpoint_file.empty()) {
    file.emplace(options.checkpoint_file);
    if (file->IsForeign()) {
      session.console.err << "error: " << file->path()
                          << " exists and is not a checkpoint file; move it away, or name another "
                             "with --checkpoint-file"
                          << '\n';
      return ExitCode::kFile;
    }
    const auto read = file->Read();
    if (!read) {
      return FileTrouble(session, *file, "read");
    }
    stored = *read;
  }
  v1::SubscribeEventsRequest request;
  SetStart(options, stored, &request);
  SetFilter(options.filter, request.mutable_filter());
  if (const std::string note = FilterNote(options.filter); !note.empty()) {
    session.console.err << note << '\n';
  }
  if (file && options.limit > 0) {
    // Small batches, so that little is shown beyond the limit.
    request.set_max_batch_size(
        static_cast<std::int32_t>(std::min<std::int64_t>(options.limit, kBatchMax)));
  }
  LostConnection lost(session.console.err);
  client::EventSubscription subscription(
      session.client(), request,
      {.retry = session.PatientPolicy(),
       .on_disconnect = [&lost](const auto& error, auto delay) { lost.Tell(error, delay); }});
  const InterruptWatch watch([&subscription] { subscription.Cancel(); });
  return Follow(session, options, subscription, file, watch, lost);
}

}  // namespace

void AddEventsTail(CLI::App& events, Session& session) {
  auto* tail =
      events.add_subcommand("tail", "Show events, history first if asked, then live until Ctrl-C");
  tail->footer(kFooter);
  const auto options = std::make_shared<TailOptions>();
  tail->add_option("--from", options->from, "Where to begin, see below")
      ->check(CheckPlaceOfTail)
      ->type_name("PLACE");
  AddEventFilterOptions(*tail, options->filter);
  AddStreamsOption(*tail, options->filter);
  AddColorOption(*tail, options->color);
  tail->add_flag("--once", options->once, "End when the current end of the log is reached");
  tail->add_option("--limit", options->limit, "End after this many events")
      ->check(CheckPositive)
      ->type_name("N");
  tail->add_option("--checkpoint-file", options->checkpoint_file,
                   "Continue after the checkpoint kept in this file, and update it")
      ->type_name("FILE");
  tail->callback([&session, options] {
    session.action = [&session, options] { return Tail(session, *options); };
  });
}

}  // namespace florin::cli
