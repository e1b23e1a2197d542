#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "florin/v1/event_service.pb.h"
#include "reference/reference_ledger.h"
#include "tests/integration/reference/timeline.h"

namespace florin::integration {

/// Feeds the reference ledger in the order of the log and demands that it
/// answers and writes the same.
class Replayer {
 public:
  Replayer(const Timeline& timeline, const std::vector<v1::Event>& log)
      : timeline_(timeline), log_(log) {}

  /// Stops at the first step that differs, because the two ledgers go apart
  /// from there.
  void Run();

  const reference::ReferenceLedger& ledger() const { return ledger_; }
  std::size_t checked_answers() const { return checked_answers_; }

 private:
  /// False: it differs.
  bool DoStep(const Step& step);
  /// Of the accounts that the step's commands name.
  bool NothingIsDue(const Step& step, std::int64_t now) const;
  bool DoExpiry(const Step& step, std::int64_t now);
  bool DoBatch(const Step& step, std::int64_t now);
  bool DoItem(const Step& step, std::int64_t now);
  bool CheckEvents(const Step& step);
  /// Tries those that may stand in the state after `done` steps; keeps what has
  /// to be tried again.
  void TryUnplaced(std::size_t done);
  std::string Try(const Unplaced& one) const;
  std::int64_t TimeOf(std::int64_t position) const;

  const Timeline& timeline_;
  const std::vector<v1::Event>& log_;
  reference::ReferenceLedger ledger_;
  /// What the ledger wrote for the step.
  std::vector<reference::Event> events_;
  std::multimap<std::size_t, const Unplaced*> by_low_;
  std::vector<const Unplaced*> pending_;
  /// The state that was most likely meant: one that an answer names, else where least differs.
  struct Nearest {
    std::int64_t head = 0;
    bool named = false;
    std::string difference;
  };
  /// Of pending_.
  std::map<const Unplaced*, Nearest> nearest_;
  std::size_t checked_answers_ = 0;
  int failures_ = 0;
};

}  // namespace florin::integration
