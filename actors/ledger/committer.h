#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "actors/ledger/flight.h"
#include "domain/decide.h"
#include "storage/store.h"

namespace florin::actors {

/// Why nothing more is written, once something could not be. Threads: any.
class WriteFailure {
 public:
  void Set(domain::Refusal refusal);
  [[nodiscard]] bool IsSet() const { return set_.load(std::memory_order_acquire); }
  [[nodiscard]] std::optional<domain::Refusal> Get() const;

 private:
  std::atomic<bool> set_{false};
  mutable std::mutex mutex_;
  std::optional<domain::Refusal> refusal_;
};

/// What one commit hands on to be made visible.
struct CommittedFlights {
  std::vector<FlightPtr> flights;
  storage::CommittedBatchPtr batch;
};

/// Turns decided flights into records, in the order of their numbers, and syncs many at once.
///
/// Below the actors' decision it is the second look: refusals get their exact numbers from the
/// heads, and a decision that the heads contradict stops all writing (docs/adr/0005-escrow.md).
/// Threads: one (its own, since the sync blocks).
class Committer {
 public:
  /// `head`: the last position of the log that `writer` goes on from.
  Committer(storage::Writer* writer, std::int64_t head, WriteFailure* failure,
            LedgerObserver observer)
      : writer_(writer), staged_head_(head), failure_(failure), observer_(std::move(observer)) {}

  /// Stages and commits these flights. What comes back is durable, or marked as failed.
  [[nodiscard]] CommittedFlights Commit(std::vector<FlightPtr> flights);

 private:
  void PrefetchAhead(const std::vector<FlightPtr>& flights, std::size_t now);
  void Stage(Flight* flight);
  void StageTransactions(Flight* flight);
  void StageAccount(Flight* flight);
  void StageAsset(Flight* flight);
  void StageItem(Flight* flight, std::size_t index);
  void StageRefusal(Flight* flight, std::size_t index);
  storage::RecordPtr Write(const Flight& flight, storage::Change change);

  /// Runs the flight's items on the appended heads up to `last`; the refusal of the last one.
  std::optional<domain::Refusal> Explain(const Flight& flight, std::size_t last);
  void Validate(Flight* flight);
  static void SkipAllBut(Flight* flight, std::size_t refused);
  domain::Scratch MakeScratch(const Flight& flight);
  void Fail(domain::Refusal refusal);

  storage::Writer* writer_;
  /// Last position given away: what a validate_only command is tried on.
  std::int64_t staged_head_;
  /// Why an account could not be read while the last command was tried again.
  std::optional<domain::Refusal> unreadable_;
  WriteFailure* failure_;
  LedgerObserver observer_;
};

}  // namespace florin::actors
