#pragma once

#include <cstddef>
#include <cstdint>

namespace florin::actors {

/// How much a group keeps in memory and hands over at once.
struct GroupLimits {
  /// Most events of the window with their bytes, and their bytes.
  std::size_t window_events = 8'192;
  std::size_t window_bytes = 8U << 20;
  /// The latter while all groups together hold too much; and when to look whether they still do.
  std::size_t crowded_bytes = 64U << 10;
  std::int64_t crowded_wait_ns = 100'000'000;
  /// Most events of the window with or without bytes, and blocks of 4,096 positions in which some
  /// are finished before others: how far the group goes on while one event hangs.
  std::size_t window_positions = 65'536;
  std::size_t finished_blocks = 4'096;
  /// Beyond so many events of one stream, only their positions are kept: a stream in which much
  /// waits leaves the room to others.
  std::int32_t stream_events = 64;
  std::size_t page_events = 1'024;
  std::size_t page_bytes = 512U << 10;
  std::size_t fetch_events = 128;
  std::size_t fetch_bytes = 512U << 10;
  std::size_t batch_events = 1'024;
  std::size_t batch_bytes = 256U << 10;
  std::int32_t members_max = 1'000;
  std::int64_t stall_timeout_ns = 60'000'000'000;
  /// After the log could not be read.
  std::int64_t feed_retry_ns = 5'000'000'000;
  /// The cursor is stored at least so often, also when it only passed what does not match.
  std::int64_t cursor_interval_ns = 1'000'000'000;
};

}  // namespace florin::actors
