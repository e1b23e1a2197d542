#include "tests/integration/reference/timeline.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <utility>

#include "domain/reason.h"
#include "tests/integration/reference/expected.h"

namespace florin::integration {
namespace {

/// Positions of recorded refusals, by stream.
std::map<std::string, std::int64_t> RefusalPositions(const std::vector<v1::Event>& log) {
  std::map<std::string, std::int64_t> positions;
  for (const v1::Event& event : log) {
    if (event.type() == "transaction.refused" || event.type() == "request.refused") {
      positions[event.stream()] = event.position();
    }
  }
  return positions;
}

/// The stream on which a refusal of the command is recorded; empty if none is.
std::string RefusalStream(const Command& command) {
  const auto named = [](const std::string& target, const std::string& request_id) {
    return request_id.empty() ? "" : "request/" + target + "/" + request_id;
  };
  if (const auto* transaction = std::get_if<reference::TransactionCommand>(&command)) {
    std::string target = "transaction/" + TargetOf(*transaction);
    if (const auto* create = std::get_if<reference::CreateTransaction>(transaction)) {
      return create->validate_only ? "" : target;
    }
    if (const auto* settle = std::get_if<reference::SettleTransaction>(transaction)) {
      return named(target, settle->request_id);
    }
    if (const auto* end = std::get_if<reference::VoidTransaction>(transaction))
      return named(target, end->request_id);
    return target;
  }
  return std::visit(
      [&](const auto& one) -> std::string {
        if constexpr (requires {
                        one.request_id;
                        one.account_id;
                      }) {
          return named("account/" + one.account_id, one.request_id);
        }
        return "";
      },
      command);
}

bool IsValidateOnly(const Item& item) {
  const auto* command = std::get_if<reference::TransactionCommand>(&item.command);
  const auto* create =
      command == nullptr ? nullptr : std::get_if<reference::CreateTransaction>(command);
  return create != nullptr && create->validate_only;
}

bool IsValidateCall(const Call& call) {
  return call.kind == CallKind::kValidateBatch || call.kind == CallKind::kValidateAtomicBatch;
}

/// Last position of what the item did; 0 if it did nothing.
std::int64_t EffectPosition(const Call& call, const Item& item,
                            const std::map<std::string, std::int64_t>& refusals) {
  if (IsValidateCall(call) || IsValidateOnly(item) || item.outcome.Replayed()) return 0;
  if (!item.outcome.refusal) return item.outcome.Position();
  // A unary refusal does not say where it stands.
  if (!domain::InfoOf(domain::ReasonFromName(item.outcome.refusal->reason())).recorded) return 0;
  const std::string stream = RefusalStream(item.command);
  if (stream.empty()) return 0;
  const auto found = refusals.find(stream);
  if (found != refusals.end()) return found->second;
  ADD_FAILURE() << "not in the log: " << Describe(item.outcome) << "\nof "
                << Describe(item.command);
  return 0;
}

class Builder {
 public:
  explicit Builder(const std::vector<v1::Event>& log)
      : log_(log), refusals_(RefusalPositions(log)) {}

  void AddCall(const Call& call) {
    const bool atomic = call.kind == CallKind::kAtomicBatch;
    if (atomic || IsValidateCall(call)) return AddWhole(call);
    for (std::size_t i = 0; i < call.items.size(); ++i) {
      const std::int64_t position = EffectPosition(call, call.items[i], refusals_);
      if (position > 0) AddStep({&call, false, i, "", 0, position});
      if (position == 0) unplaced_.push_back({&call, false, i, 0, 0});
    }
  }

  void AddExpiries() {
    for (const v1::Event& event : log_) {
      if (event.type() != "transaction.expired") continue;
      AddStep({nullptr, false, 0, event.transaction_id(), 0, event.position()});
    }
  }

  Timeline Finish() {
    Timeline timeline;
    std::int64_t position = 0;
    for (auto& [last_position, step] : steps_) {
      step.first_position = position + 1;
      position = last_position;
      timeline.steps.push_back(step);
    }
    EXPECT_EQ(position, static_cast<std::int64_t>(log_.size()))
        << "events at the end that nobody asked for";
    timeline.unplaced = std::move(unplaced_);
    return timeline;
  }

 private:
  void AddWhole(const Call& call) {
    std::int64_t position = 0;
    for (const Item& item : call.items)
      position = std::max(position, EffectPosition(call, item, refusals_));
    if (position > 0) AddStep({&call, true, 0, "", 0, position});
    if (position == 0) unplaced_.push_back({&call, true, 0, 0, 0});
  }

  void AddStep(const Step& step) {
    const auto [other, added] = steps_.emplace(step.last_position, step);
    if (added) return;
    ADD_FAILURE() << "two answers at position " << step.last_position << ": "
                  << (step.call == nullptr ? step.expired
                                           : Describe(step.call->items[step.item].command))
                  << "\nand "
                  << (other->second.call == nullptr
                          ? other->second.expired
                          : Describe(other->second.call->items[other->second.item].command));
  }

  const std::vector<v1::Event>& log_;
  std::map<std::string, std::int64_t> refusals_;
  std::map<std::int64_t, Step> steps_;
  std::vector<Unplaced> unplaced_;
};

/// Which steps real time puts before or after a call.
class RealTime {
 public:
  explicit RealTime(const std::vector<Step>& steps) {
    for (std::size_t i = 0; i < steps.size(); ++i) {
      if (steps[i].call == nullptr) continue;
      by_end_.emplace_back(steps[i].call->end, i + 1);
      by_start_.emplace_back(steps[i].call->start, i);
    }
    std::sort(by_end_.begin(), by_end_.end());
    std::sort(by_start_.begin(), by_start_.end());
    for (std::size_t i = 1; i < by_end_.size(); ++i) {
      by_end_[i].second = std::max(by_end_[i].second, by_end_[i - 1].second);
    }
    for (std::size_t i = by_start_.size(); i-- > 1;) {
      by_start_[i - 1].second = std::min(by_start_[i - 1].second, by_start_[i].second);
    }
    count_ = steps.size();
  }

  /// Steps that had been answered when `call` began: all of these come before
  /// it.
  std::size_t Low(const Call& call) const {
    const auto found = std::lower_bound(by_end_.begin(), by_end_.end(), Entry(call.start, 0));
    return found == by_end_.begin() ? 0 : std::prev(found)->second;
  }

  /// Steps before the first whose call began after `call` had ended.
  std::size_t High(const Call& call) const {
    const auto found = std::lower_bound(by_start_.begin(), by_start_.end(), Entry(call.end, 0));
    return found == by_start_.end() ? count_ : found->second;
  }

 private:
  using Entry = std::pair<std::int64_t, std::size_t>;
  std::vector<Entry> by_end_;
  std::vector<Entry> by_start_;
  std::size_t count_ = 0;
};

void CheckRealTime(const std::vector<Step>& steps, const RealTime& time) {
  int failures = 0;
  std::map<const Call*, std::size_t> last_items;
  for (std::size_t i = 0; i < steps.size() && failures < 10; ++i) {
    const Step& step = steps[i];
    if (step.call == nullptr) continue;
    if (i < time.Low(*step.call)) {
      ++failures;
      ADD_FAILURE() << "position " << step.last_position
                    << " comes before one that was answered before its call began";
    }
    const auto [last, first_of_call] = last_items.emplace(step.call, step.item);
    if (!first_of_call && step.item <= last->second) {
      ++failures;
      ADD_FAILURE() << "items of a call stand in another order at position " << step.last_position;
    }
    last->second = step.item;
  }
}

/// Items of a call act one after another: what left no trace stands between its
/// neighbours.
void NarrowByNeighbours(Timeline* timeline) {
  std::map<const Call*, std::vector<std::pair<std::size_t, std::size_t>>> placed;
  for (std::size_t i = 0; i < timeline->steps.size(); ++i) {
    const Step& step = timeline->steps[i];
    if (step.call != nullptr && !step.whole_call) placed[step.call].emplace_back(step.item, i);
  }
  for (Unplaced& one : timeline->unplaced) {
    const auto found = placed.find(one.call);
    if (one.whole_call || found == placed.end()) continue;
    for (const auto& [item, step] : found->second) {
      if (item < one.item) one.low = std::max(one.low, step + 1);
      if (item > one.item) one.high = std::min(one.high, step);
    }
  }
}

}  // namespace

Timeline MakeTimeline(const std::vector<const History*>& histories,
                      const std::vector<v1::Event>& log) {
  Builder builder(log);
  for (const History* history : histories) {
    for (const Call& call : *history) builder.AddCall(call);
  }
  builder.AddExpiries();
  Timeline timeline = builder.Finish();
  const RealTime time(timeline.steps);
  CheckRealTime(timeline.steps, time);
  for (Unplaced& one : timeline.unplaced) {
    one.low = time.Low(*one.call);
    one.high = time.High(*one.call);
  }
  NarrowByNeighbours(&timeline);
  return timeline;
}

}  // namespace florin::integration
