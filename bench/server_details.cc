#include "bench/server_details.h"

namespace florin::bench {

Interval MeasureOnServer(Load& load, Florind& florind, const Options& options, Row* row,
                         std::vector<std::string>* notes) {
  ServerCounters before;
  ServerCounters after;
  std::int64_t bytes_before = 0;
  std::int64_t bytes_after = 0;
  Interval interval = MeasureLoad(
      load, &florind.process(), options,
      [&] {
        before = florind.Counters();
        bytes_before = florind.DataBytes();
      },
      [&] {
        after = florind.Counters();
        bytes_after = florind.DataBytes();
      });
  AddInterval(interval, row, notes);
  const double commits = after.commits - before.commits;
  if (commits > 0) {
    row->Detail("commit_commands", (after.commit_commands - before.commit_commands) / commits);
    row->Detail("commit_bytes", (after.commit_bytes - before.commit_bytes) / commits);
    row->Detail("commit_ms", (after.sync_seconds - before.sync_seconds) / commits * 1e3);
  }
  row->Detail("written_bytes", interval.written_bytes_per_unit);
  if (interval.units > 0)
    row->Detail("kept_bytes", static_cast<double>(bytes_after - bytes_before) /
                                  static_cast<double>(interval.units));
  row->Detail("peak_memory_mib",
              static_cast<double>(florind.process().Usage().peak_memory_bytes) / (1 << 20));
  return interval;
}

}  // namespace florin::bench
