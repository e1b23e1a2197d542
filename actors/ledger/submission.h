#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "actors/ledger/flight.h"
#include "actors/ledger/pending_lookups.h"

namespace florin::actors {

/// A command of a call after admission has looked its ids up.
struct AdmittedItem {
  /// Answered at admission: a replay, or (not atomic) a refusal that needs no number.
  bool resolved = false;
  /// Never null; nothing is said of it if it is malformed.
  domain::CommandPtr command;
  /// Of an atomic batch: malformed, or ID_REUSED as found at admission. It refuses the batch.
  domain::HeapOptional<domain::Refusal> pre_refusal;
  /// What settle, void and reverse name, as the index had it; null: unknown there.
  domain::TransactionPtr base;
};

struct Submission;
using SubmissionPtr = std::shared_ptr<Submission>;

/// A call on its way from admission to numbers.
struct Submission {
  std::shared_ptr<TransactionCall> call;
  std::vector<AdmittedItem> items;
  bool atomic = false;
  bool validate_only = false;
  std::string principal;
  std::shared_ptr<Lane> lane;
  /// What the look-ups were sure to see; what they were not stays remembered.
  PendingLookups::Ticket lookup;
  /// First item without a number; the sequencer's.
  std::size_t cursor = 0;
  /// The last number that it was given; the sequencer's.
  std::uint64_t last_n = 0;
  /// It is what its lane waits for; the sequencer's.
  bool holds_lane = false;
};

/// A command on an account, or on an asset, likewise.
struct AccountSubmission {
  domain::AccountCommand command;
  std::string principal;
  std::function<void(AccountOutcome)> done;
  PendingLookups::Ticket lookup;
};
struct AssetSubmission {
  domain::Asset asset;
  std::string principal;
  std::function<void(AssetOutcome)> done;
};

/// Keeps the calls of one stream in order: past admission by its mutex-guarded queue
/// (ledger_core.cc), in the sequencer by `blocked`.
class Lane {
 public:
  std::mutex mutex;
  bool admitting = false;
  std::deque<SubmissionPtr> admission_queue;

  // The sequencer's alone.
  bool blocked = false;
  std::deque<SubmissionPtr> sequencer_queue;
};

}  // namespace florin::actors
