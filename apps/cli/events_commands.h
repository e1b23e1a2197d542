#pragma once

#include "apps/cli/session.h"

namespace florin::cli {

// Each adds its part of `florin events` to `events`.

/// tail: history, then live, without end.
void AddEventsTail(CLI::App& events, Session& session);
/// read: history page by page; ends.
void AddEventsRead(CLI::App& events, Session& session);
/// wait: until the log, or a group, has passed a position.
void AddEventsWait(CLI::App& events, Session& session);

}  // namespace florin::cli
