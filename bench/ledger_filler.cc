#include "bench/ledger_filler.h"

#include <fmt/format.h>

#include <chrono>
#include <stdexcept>
#include <thread>

#include "bench/channels.h"
#include "bench/loads.h"
#include "bench/suites.h"

namespace florin::bench {
namespace {

constexpr int kBatch = 4'096;
constexpr int kInFlight = 8;
constexpr std::chrono::milliseconds kLook{200};

}  // namespace

void FillLedger(const std::string& address, const Options& options, std::int64_t transactions) {
  const auto load =
      BatchLoad(OpenChannels(address, options.channels), options.workload, kBatch, kInFlight);
  load->Start();
  while (load->done() < transactions && load->refused() == 0) {
    ShowProgress(
        fmt::format("filling the ledger, {} of {} transactions", load->done(), transactions));
    std::this_thread::sleep_for(kLook);
  }
  load->Stop();
  if (load->refused() > 0)
    throw std::runtime_error("the server refused transfers: " + load->first_refusal());
}

}  // namespace florin::bench
