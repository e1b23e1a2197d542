#include <fmt/format.h>

#include "bench/florind.h"
#include "bench/ledger_filler.h"
#include "bench/suites.h"
#include "bench/transfers.h"

namespace florin::bench {
namespace {

constexpr char kData[] = "memory";
constexpr std::int64_t kAccountsPerStep = 20'000;

}  // namespace

void MeasureMemory(const Options& options, Report* report) {
  const std::int64_t opened = options.quick ? 200'000 : 1'000'000;
  const std::int64_t active = options.quick ? 20'000 : 100'000;
  RemoveData(options, kData);
  Florind florind(options, kData);
  for (std::int64_t done = 0; done < opened; done += kAccountsPerStep) {
    ShowProgress(fmt::format("memory, {} of {} accounts opened", done, opened));
    OpenBooks(florind.address(), std::min(done + kAccountsPerStep, opened), done);
  }
  Options load = options;
  load.workload.accounts = active;
  // On average each account is touched ten times.
  FillLedger(florind.address(), load, active * 5);
  Row* const row = report->row("memory", "MiB");
  row->rounds.push_back(static_cast<double>(florind.process().Usage().peak_memory_bytes) /
                        (1 << 20));
  row->Detail("opened_accounts", static_cast<double>(opened));
  row->Detail("active_accounts", static_cast<double>(active));
  florind.process().Terminate();
  if (!options.keep) RemoveData(options, kData);
}

}  // namespace florin::bench
