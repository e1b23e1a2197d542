#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "actors/log_clock.h"
#include "domain/command.h"
#include "domain/refusal.h"
#include "storage/format/record.h"
#include "storage/store.h"

namespace caf {
class actor_system;
}  // namespace caf

namespace florin::actors {

/// A command of a batch, or what the server's shape checks said against it.
struct BatchItem {
  /// transaction_id of the command (for a settle or void: the hold's), for the answer.
  std::string transaction_id;
  std::variant<domain::CommandPtr, domain::Refusal> command;
};

struct Batch {
  std::vector<BatchItem> items;
  bool atomic = false;
  bool validate_only = false;
  std::string principal;
};

/// What became of one transaction command.
struct TransactionOutcome {
  /// Set when refused, recorded or not.
  std::optional<domain::Refusal> refusal;
  /// An earlier call with this id did it; this is that outcome.
  bool replayed = false;
  /// kUnspecified when the refusal is of those that are not recorded.
  domain::TransactionStatus status = domain::TransactionStatus::kUnspecified;
  /// Of the command's last event; 0 if nothing was recorded (validate_only: the head it was tried
  /// on).
  std::int64_t position = 0;
  /// As the command left it; null for refusals that are not recorded.
  domain::TransactionPtr transaction;
  /// The record behind the outcome (accounts as the command left them); null where nothing was
  /// recorded.
  storage::RecordPtr record;
  /// Only of validate_only: the accounts as they would be.
  std::vector<storage::AccountAfter> validated_accounts;

  [[nodiscard]] const std::vector<storage::AccountAfter>& Accounts() const {
    // The analyzer takes a record that is there for none.
    // NOLINTNEXTLINE(clang-analyzer-core.uninitialized.UndefReturn)
    return record != nullptr ? record->accounts : validated_accounts;
  }
};

struct AccountOutcome {
  std::optional<domain::Refusal> refusal;
  bool replayed = false;
  /// As it stands (replayed: as it is now); version 0 when refused.
  domain::AccountState account;
};

struct AssetOutcome {
  std::optional<domain::Refusal> refusal;
  bool replayed = false;
  domain::Asset asset;
  std::int64_t position = 0;
};

/// Figures for metrics and status; each a snapshot.
struct LedgerStats {
  /// Accounts that exist and have a live actor.
  std::int64_t active_accounts = 0;
  /// Once it is 0, everything answered before is visible to whoever has read it.
  std::int64_t in_flight_commands = 0;
  std::int64_t waiting_calls = 0;
  std::int64_t commits = 0;
  std::int64_t committed_commands = 0;
  std::int64_t reader_queue = 0;
  /// Holds whose time is over and that have not ended yet.
  std::int64_t due_holds = 0;
  /// No expiry that is not yet visible will have a lower commit time; read after
  /// in_flight_commands, so that with 0 of those it holds for every hold that was acknowledged.
  std::int64_t first_expiry_time = std::numeric_limits<std::int64_t>::max();
  bool read_only = false;
  std::string read_only_reason;
};

/// Observes the pipeline, for metrics; called on its threads, must not block.
struct LedgerObserver {
  std::function<void(std::size_t commands, std::size_t bytes, double sync_seconds)> on_commit;
};

struct LedgerOptions {
  /// Of accounts that exist. Ids that name none have an actor only while a command on them is in
  /// flight.
  std::size_t max_active_accounts = 100'000;
  /// Commands admitted and not yet answered, those of several postings counted by postings; above
  /// it OVERLOADED with RetryInfo.
  std::size_t max_in_flight = 65'536;
  std::size_t reader_threads = 2;
  std::size_t worker_threads = 2;
  /// A jump of the wall clock ahead by more than this is not followed.
  std::int64_t max_clock_jump_ns = 86'400'000'000'000;
  /// How long Start waits for holds to be ended that are due by then. What is left is ended
  /// afterwards.
  std::chrono::milliseconds due_at_start_limit{5'000};
  MachineClocks clocks = MachineClocks::Real();
  LedgerObserver observer;
};

/// Commands of one stream keep their order across calls that share a lane.
class Lane;

/// The whole pipeline behind one door: admission look-ups, sequencer, account actors, committer.
///
/// Threads: every method from any thread; none blocks. Callbacks run on the pipeline's threads (or,
/// for refusals that need no look-up, inside the call); they must not block, and each is called
/// exactly once, also on shutdown (SHUTTING_DOWN). Durability: an outcome without a refusal, or
/// with a recorded one, is durable and visible to every later read.
class Ledger {
 public:
  using BatchDone = std::function<void(std::vector<TransactionOutcome>)>;
  using AccountsDone = std::function<void(std::vector<AccountOutcome>)>;
  using AssetDone = std::function<void(AssetOutcome)>;

  virtual ~Ledger() = default;

  /// One outcome an item, in order. A unary command is a batch of one.
  virtual void Execute(Batch batch, BatchDone done) = 0;
  /// The same in the order of calls on one lane (ExecuteStream).
  virtual std::shared_ptr<Lane> NewLane() = 0;
  virtual void ExecuteOn(const std::shared_ptr<Lane>& lane, Batch batch, BatchDone done) = 0;

  /// Each item stands alone, one outcome an item, in order.
  virtual void ChangeAccounts(std::vector<domain::AccountCommand> commands, std::string principal,
                              AccountsDone done) = 0;
  virtual void RegisterAsset(domain::RegisterAsset command, std::string principal,
                             AssetDone done) = 0;

  /// Runs `job` on a reader thread (where reads may block). False, and not run, when the readers'
  /// queue is full: OVERLOADED.
  virtual bool Read(std::function<void()> job) = 0;
  virtual storage::Reader& reader() = 0;

  [[nodiscard]] virtual LedgerStats Stats() const = 0;

  /// The log's time, UTC nanoseconds: within one run of the server no command that comes later has
  /// a lower commit time. After a restart the log's time may be lower, though never before the last
  /// commit time.
  virtual std::int64_t Now() = 0;
  /// How far it is ahead of the machine's clock (see LogClock), in nanoseconds.
  virtual std::int64_t ClockAhead() { return 0; }

  /// Where its actors run, for others that are to share its workers and end before it. Null: it has
  /// none (a stand-in).
  virtual caf::actor_system* system() { return nullptr; }

  /// Refuses new commands (SHUTTING_DOWN), finishes what was accepted, stops the threads,
  /// checkpoints the store. A thread that has called the ledger still touches it for a moment after
  /// the answer: the caller joins its threads before the ledger goes.
  virtual void Stop() = 0;

  /// Requires: `store` outlives the ledger.
  static std::unique_ptr<Ledger> Start(storage::Store* store, const LedgerOptions& options);
};

}  // namespace florin::actors
