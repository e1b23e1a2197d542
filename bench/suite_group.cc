// A consumer group on history: the server keeps the cursor, its members acknowledge every event.

#include <fmt/format.h>
#include <grpcpp/grpcpp.h>

#include <chrono>
#include <stdexcept>
#include <thread>

#include "bench/channels.h"
#include "bench/florind.h"
#include "bench/ledger_filler.h"
#include "bench/loads.h"
#include "bench/suites.h"
#include "bench/transfers.h"
#include "florin/v1/group_service.grpc.pb.h"

namespace florin::bench {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::chrono::milliseconds kLook{10};
constexpr int kMembers = 4;
constexpr int kInFlight = 4'096;

void Check(const grpc::Status& status, const char* what) {
  if (!status.ok()) throw std::runtime_error(fmt::format("{}: {}", what, status.error_message()));
}

/// A new group for each round: all begin at the beginning.
std::string CreateGroup(v1::GroupService::Stub* stub, int round) {
  v1::CreateGroupRequest request;
  request.set_group_id(fmt::format("bench-{}", round));
  request.set_beginning(true);
  request.mutable_settings()->set_max_in_flight(kInFlight);
  grpc::ClientContext context;
  v1::CreateGroupResponse response;
  Check(stub->CreateGroup(&context, request, &response), "no group");
  return request.group_id();
}

std::int64_t HeadPosition(v1::GroupService::Stub* stub, const std::string& group_id) {
  v1::GetGroupRequest request;
  request.set_group_id(group_id);
  grpc::ClientContext context;
  v1::GetGroupResponse response;
  Check(stub->GetGroup(&context, request, &response), "no group");
  return response.group().head_position();
}

/// The whole log through one group, or as much as the time allows.
void ConsumeLog(const Options& options, const Florind& florind, Load& load, std::int64_t events,
                Row* row) {
  const double cpu = florind.process().Usage().cpu_seconds;
  const double own = OwnCpuSeconds();
  const auto start = Clock::now();
  double seconds = 0;
  load.Start();
  while (load.done() < events && seconds < options.warm_up_seconds + options.measured_seconds) {
    std::this_thread::sleep_for(kLook);
    seconds = std::chrono::duration<double>(Clock::now() - start).count();
  }
  row->rounds.push_back(static_cast<double>(load.done()) / seconds);
  row->Detail("server_cores", (florind.process().Usage().cpu_seconds - cpu) / seconds);
  row->Detail("client_cores", (OwnCpuSeconds() - own) / seconds);
  load.Stop();
}

}  // namespace

void MeasureGroup(const Options& options, Report* report) {
  constexpr char kData[] = "group";
  RemoveData(options, kData);
  Florind florind(options, kData);
  OpenBooks(florind.address(), options.workload.accounts);
  FillLedger(florind.address(), options, options.log_transactions);
  const auto stub = v1::GroupService::NewStub(OpenChannels(florind.address(), 1).front());
  Row* const row = report->row("group", "events/s");
  for (int round = 0; round < options.rounds; ++round) {
    ShowProgress(fmt::format("group, round {} of {}", round + 1, options.rounds));
    const std::string group_id = CreateGroup(stub.get(), round);
    const auto load = GroupLoad(OpenChannels(florind.address(), kMembers), group_id, kInFlight);
    ConsumeLog(options, florind, *load, HeadPosition(stub.get(), group_id), row);
    if (load->refused() > 0)
      report->notes()->push_back(fmt::format("group: {} refusals ({}): not a fair figure",
                                             load->refused(), load->first_refusal()));
  }
  florind.process().Terminate();
  if (!options.keep) RemoveData(options, kData);
}

}  // namespace florin::bench
