#pragma once

#include "apps/cli/printer.h"
#include "florin/v1/event_service.pb.h"

namespace florin::cli {

/// One event on one line: position, time, type, stream, and what matters of the
/// payload. Colours do not change the columns.
[[nodiscard]] Shown FormatEvent(const v1::Event& event, bool colored = false);

}  // namespace florin::cli
