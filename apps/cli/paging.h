#pragma once

#include <algorithm>
#include <cstdint>
#include <ostream>

#include "apps/cli/session.h"

namespace florin::cli {

/// Lists read page after page as one; --limit says where to stop.
constexpr std::int64_t kDefaultLimit = 100;
constexpr std::int32_t kPageSize = 1000;

inline void AddLimitOption(CLI::App& command, std::int64_t& limit) {
  command.add_option("--limit", limit, "How many to show; 0 for all (default 100)")
      ->check(CheckNotNegative)
      ->type_name("N");
}

/// Reads pages until the list or `limit` (0: none) ends. `fetch(request)`
/// answers one page; `show(response, count)` shows its first `count` items.
///
/// Says on standard error where more is left, and where there is nothing.
template <typename Request, typename Fetch, typename Items, typename Show>
ExitCode ShowPages(Session& session, Request request, std::int64_t limit, Fetch fetch, Items items,
                   Show show) {
  std::int64_t shown = 0;
  for (;;) {
    const std::int64_t wanted = limit == 0 ? kPageSize : limit - shown;
    // The page size is part of the query that a token belongs to: one for all.
    request.set_page_size(static_cast<std::int32_t>(
        std::min<std::int64_t>(limit == 0 ? kPageSize : limit, kPageSize)));
    const auto page = fetch(request);
    if (!page.ok()) {
      return session.Fail(page.error());
    }
    const int count = static_cast<int>(std::min<std::int64_t>(items(page.value()).size(), wanted));
    show(page.value(), count);
    shown += count;
    if (!session.console.out) {
      // Whoever called says so; a million more would be read for nobody.
      return ExitCode::kOk;
    }
    const bool more = !page.value().next_page_token().empty() || count < items(page.value()).size();
    if (!more || (limit != 0 && shown >= limit)) {
      if (more) {
        session.console.err << "(" << shown << " shown, there are more; --limit 0 shows all)\n";
      } else if (shown == 0) {
        session.console.err << "(none)\n";
      }
      return ExitCode::kOk;
    }
    request.set_page_token(page.value().next_page_token());
  }
}

}  // namespace florin::cli
