#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "actors/groups/core.h"
#include "storage/groups/group_store.h"
#include "tests/actors/groups/scripted_log.h"

namespace florin::actors {

constexpr std::int64_t kSecond = 1'000'000'000;
constexpr std::int64_t kMillisecond = 1'000'000;

/// One group on one thread with a log, a store and a clock of its own. Reads are answered in Run,
/// writes to the store by Sync; members take what is written to them at once.
class GroupWorld {
 public:
  explicit GroupWorld(const domain::GroupSettings& settings = {}, const GroupLimits& limits = {},
                      std::int64_t after = 0)
      : limits_(limits) {
    core_ = GroupCore::Create("g", settings, after, "creator", NextIncarnation(), limits_, now_);
  }

  std::uint64_t Join(const std::string& name, std::int32_t max_in_flight = 0,
                     bool take_over = false) {
    JoinRequest request;
    request.member_name = name;
    request.principal = name + "'s";
    request.max_in_flight = max_in_flight;
    request.take_over = take_over;
    const auto member = core_->Join(request, now_);
    Run();
    return member.ok() ? *member : 0;
  }

  /// Until nothing more is to be done now.
  void Run() {
    for (int i = 0; i < 10'000; ++i) {
      GroupOutput output = core_->Advance(now_, log.Head());
      const bool busy = !output.writes.empty() || output.read || output.fetch;
      for (GroupOutput::Write& write : output.writes) {
        Take(write.member, std::move(write.batch));
        if (!stopped_reading.contains(write.member)) core_->WriteDone(write.member, now_);
      }
      for (const GroupOutput::End& end : output.ends) ended[end.member] = end.refusal.reason;
      if (output.read)
        core_->OnPage(output.read->generation,
                      log.Read(output.read->after, *output.read->filter, output.read->events_max,
                               output.read->bytes_max),
                      now_);
      if (output.fetch)
        core_->OnFetched(output.fetch->generation,
                         log.Fetch(output.fetch->positions, output.fetch->bytes_max), now_);
      if (!busy) return;
    }
  }
  void Sync() {
    if (!core_->Moved()) return;
    const std::vector<storage::GroupChange> changes{core_->TakeChange(now_)};
    (void)store.Write(changes);
    core_->OnDurable();
    Run();
  }
  void Pass(std::int64_t ns) {
    now_ += ns;
    Run();
  }
  /// What was not synced is lost, and every member.
  void Restart() {
    const auto image = store.LoadOne("g");
    core_ = std::make_unique<GroupCore>(**image, NextIncarnation(), limits_);
    inbox.clear();
    ended.clear();
    Run();
  }

  void Ack(std::uint64_t member, const Delivery& delivery) {
    core_->Acknowledge(member, {{delivery.delivery_id}, {}, {}}, now_);
    Run();
  }
  void Nack(std::uint64_t member, const Delivery& delivery, NackAction action,
            const std::string& reason = "bad") {
    core_->Acknowledge(member, {{}, {{delivery.delivery_id, action, reason}}, {}}, now_);
    Run();
  }
  void Extend(std::uint64_t member, const Delivery& delivery) {
    core_->Acknowledge(member, {{}, {}, {delivery.delivery_id}}, now_);
    Run();
  }
  void Leave(std::uint64_t member) {
    core_->Leave(member, {}, now_);
    Run();
  }

  /// What the member got since it was asked last.
  std::vector<Delivery> Got(std::uint64_t member) { return std::exchange(inbox[member], {}); }
  std::vector<std::int64_t> GotPositions(std::uint64_t member) {
    std::vector<std::int64_t> positions;
    for (const Delivery& delivery : Got(member)) positions.push_back(delivery.position);
    return positions;
  }
  std::vector<domain::Reason> GotRefusals(std::uint64_t member) {
    return std::exchange(refusals[member], {});
  }

  GroupCore& core() { return *core_; }
  [[nodiscard]] std::int64_t now() const { return now_; }

  ScriptedLog log;
  storage::MemoryGroupStore store;
  std::map<std::uint64_t, std::vector<Delivery>> inbox;
  std::map<std::uint64_t, std::vector<domain::Reason>> refusals;
  std::map<std::uint64_t, DeliveryBatch> last_batch;
  std::map<std::uint64_t, int> batches;
  std::map<std::uint64_t, domain::Reason> ended;
  /// Their writes are never done.
  std::map<std::uint64_t, bool> stopped_reading;

 private:
  std::string NextIncarnation() {
    std::string text = std::to_string(++incarnation_);
    return std::string(6 - text.size(), '0') + text;
  }
  void Take(std::uint64_t member, DeliveryBatch batch) {
    ++batches[member];
    for (const Delivery& delivery : batch.deliveries) inbox[member].push_back(delivery);
    for (const AcknowledgeRefusal& refusal : batch.refusals)
      refusals[member].push_back(refusal.refusal.reason);
    batch.deliveries.clear();
    last_batch[member] = std::move(batch);
  }

  const GroupLimits limits_;
  int incarnation_ = 0;
  std::int64_t now_ = 1'000 * kSecond;
  std::unique_ptr<GroupCore> core_;
};

}  // namespace florin::actors
