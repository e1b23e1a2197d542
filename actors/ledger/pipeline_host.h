#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>

#include "actors/ledger/submission.h"
#include "storage/store.h"

namespace florin::actors {

/// What the actors need of the process around them, so that tests can run them on a scheduler and a
/// clock of their own. Threads: any.
class PipelineHost {
 public:
  virtual ~PipelineHost() = default;
  /// UTC nanoseconds: the log's time, which never goes back.
  virtual std::int64_t Now() = 0;
  /// Called from time to time: tells the operator where the machine's clock is not followed.
  virtual void WatchClock() {}
  virtual storage::Reader& reader() = 0;
  /// Runs `job` where it may wait for the disk.
  virtual void RunReader(std::function<void()> job) = 0;
  virtual void Readmit(SubmissionPtr submission) = 0;
  virtual void ReadmitAccount(AccountSubmission submission) = 0;
  virtual DecisionSink* sink() = 0;
  /// See SequencerWorld.
  virtual void SetExpiries(std::int64_t first, std::size_t due) = 0;
  /// Live actors of accounts that exist, for the operator and for the bound on them. An account's
  /// actor counts itself once it has read its head; the sequencer counts those that are opened or
  /// put away.
  virtual std::atomic<std::size_t>* active_accounts() = 0;
  /// The lowest number that a look-up on its way to the sequencer was sure to see.
  virtual std::uint64_t OldestLookup() = 0;
  /// Last number given out, so that a stop knows when everything is through.
  virtual void SetNumbered(std::uint64_t n) = 0;
  /// After StopMessage: all that has a number is published, no other gets one, and the accounts
  /// end.
  virtual void OnSequencerStopped() = 0;
};

}  // namespace florin::actors
