#pragma once

#include <absl/container/inlined_vector.h>

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "actors/ledger.h"
#include "domain/account_check.h"
#include "domain/account_rules.h"
#include "domain/command.h"
#include "domain/transaction_rules.h"
#include "storage/format/record.h"
#include "storage/store.h"

namespace florin::actors {

struct Flight;
using FlightPtr = std::shared_ptr<Flight>;

/// The way to one account's actor. Threads: any.
class AccountPort {
 public:
  explicit AccountPort(std::string account_id) : account_id_(std::move(account_id)) {}
  virtual ~AccountPort() = default;
  [[nodiscard]] const std::string& account_id() const { return account_id_; }

  /// Hands over a numbered command, called in the order of numbers: the account may vote at once.
  virtual void Deliver(FlightPtr flight, std::uint32_t slot) = 0;
  /// A command that the account waits for was decided.
  virtual void Wake() = 0;

  /// The committer's: the account as the store's writer knows it.
  [[nodiscard]] storage::WriterAccountPtr* written() { return &written_; }

 private:
  const std::string account_id_;
  storage::WriterAccountPtr written_;
};

/// Collects the outcomes of one call and answers when the last is in.
class TransactionCall {
 public:
  TransactionCall(std::size_t size, Ledger::BatchDone done)
      : outcomes_(size), missing_(size), done_(std::move(done)) {}
  /// Each index once, from any thread.
  void Deliver(std::size_t index, TransactionOutcome outcome);

 private:
  std::vector<TransactionOutcome> outcomes_;
  std::atomic<std::size_t> missing_;
  Ledger::BatchDone done_;
};

/// What became of a flight. Apart from it, since an account keeps it until it is used the next
/// time: a flight would long have left the processor's caches when it is freed then.
///
/// Threads: `happened` is written before `decided`, and read after it.
class Decision {
 public:
  /// Once, by the last voter. True: somebody waits, and has to be told.
  [[nodiscard]] bool Decide(bool happened) {
    happened_ = happened;
    decided_.store(true, std::memory_order_seq_cst);
    return awaited_.load(std::memory_order_seq_cst);
  }
  /// False: it is decided already. Else whoever decides will see that somebody waits.
  [[nodiscard]] bool Await() {
    awaited_.store(true, std::memory_order_seq_cst);
    return !Decided();
  }
  [[nodiscard]] bool Decided() const { return decided_.load(std::memory_order_seq_cst); }
  /// Requires: Decided.
  [[nodiscard]] bool happened() const { return happened_; }

 private:
  std::atomic<bool> decided_{false};
  std::atomic<bool> awaited_{false};
  bool happened_ = false;
};
using DecisionPtr = std::shared_ptr<Decision>;

/// One account's part in a flight: what it is asked and what it answered.
/// Written by the account's actor until it has voted; read by the decider and the committer
/// afterwards.
struct Slot {
  /// Until the flight is published.
  AccountPort* account = nullptr;
  /// In order of items and mentions.
  absl::InlinedVector<domain::Mention, 2> mentions;

  bool exists = false;
  std::string asset;
  int scale = 0;
  std::uint16_t finding_item = 0;
  domain::Finding finding;
  /// Of all items together, if the flight happens.
  domain::PartEffect effect;
};

enum class ItemStatus : std::uint8_t { kOpen, kDone, kRefused, kReplaysEnd, kSkipped };

/// One command of a flight.
struct Item {
  /// Its place in the call.
  std::size_t call_index = 0;
  domain::CommandPtr command;
  /// Refused before anything was looked up: malformed, or its id was used for something else.
  domain::HeapOptional<domain::Refusal> pre_refusal;
  /// An id that an earlier item of the same call has used, with the same content: that item.
  std::optional<std::uint32_t> repeats;

  /// The transaction that is ended or reversed: from the log, or after an earlier command (which
  /// may be of this very flight, then `previous` is null and `previous_here` set).
  domain::TransactionPtr base;
  FlightPtr previous;
  std::uint32_t previous_item = 0;
  /// The accounts of that transaction (only those count); null if it is unknown.
  domain::TransactionPtr target_shape;
  bool previous_here = false;
  /// A later item of this flight ends or reverses what this one makes.
  bool followed_here = false;

  // The decision, written once by the last voter.
  ItemStatus status = ItemStatus::kOpen;
  domain::Reason reason = domain::Reason::kNone;
  /// Of create and reverse: the new transaction (refused and recorded: as it is remembered); null
  /// if there is none. Of an accepted create that is alone in its flight it is null too, and made
  /// when it is asked for (AfterItem): hardly ever, since the committer makes its own.
  domain::TransactionPtr own_after;
  /// Of the others and of reverse: the named transaction after this item.
  domain::TransactionPtr target_after;

  // The committer's: the same with versions and positions, and what was written.
  domain::TransactionPtr own_staged;
  domain::TransactionPtr target_staged;
  domain::HeapOptional<domain::Refusal> refusal;
  storage::RecordPtr record;
  std::vector<storage::AccountAfter> validated_accounts;
};

/// A command on one account.
struct AccountWork {
  domain::AccountCommand command;
  /// Of an open: the asset as registered by then.
  std::optional<domain::Asset> asset;
  std::function<void(AccountOutcome)> done;
  /// Another account of this id stood there: whether the content is the same is seen once it is
  /// visible.
  bool exists_already = false;
  domain::AccountDecision decision;
  storage::RecordPtr record;
  /// Why nothing came of it, if it is not the decision. Apart from that, which the sequencer may be
  /// reading. The committer's, then the publisher's.
  domain::HeapOptional<domain::Refusal> failure;
  /// Of a change that asks for what is so already: the account as this command met it. The
  /// committer's.
  std::shared_ptr<const domain::AccountState> unchanged;
};

struct AssetWork {
  domain::Asset asset;
  std::function<void(AssetOutcome)> done;
  std::optional<domain::Refusal> refusal;
  bool replayed = false;
  storage::RecordPtr record;
};

/// Where decisions go. Threads: called by whoever votes last.
class DecisionSink {
 public:
  virtual ~DecisionSink() = default;
  /// Once for every flight.
  virtual void OnDecided(const FlightPtr& flight) = 0;
  /// The sequencer holds something back until this flight is decided.
  virtual void OnAwaitedDecision(const FlightPtr& flight) = 0;
};

/// A numbered command (or atomic batch) on its way: sequencer -> accounts -> committer -> caller.
///
/// Threads: the sequencer fills it before it is delivered; each slot belongs to its account; the
/// last voter writes the decision; then only the committer and the publisher write.
struct Flight {
  /// Place in the one order of all commands, from 1.
  std::uint64_t n = 0;
  /// The sequencer's stamp, UTC nanoseconds; becomes commit_time.
  std::int64_t time = 0;
  std::string principal;
  bool validate_only = false;
  /// Of validate_only: the last position before it, whose state it was tried on. The committer's.
  std::int64_t tried_on = 0;
  bool atomic = false;
  DecisionSink* sink = nullptr;

  /// Until the flight is published; null: nobody is to be told.
  TransactionCall* call = nullptr;
  /// Most flights have one item on two accounts: those stand in the flight itself.
  absl::InlinedVector<Item, 1> items;
  absl::InlinedVector<Slot, 2> slots;
  std::unique_ptr<AccountWork> account;
  std::unique_ptr<AssetWork> asset;

  std::atomic<std::size_t> votes_missing{0};
  const DecisionPtr decision = std::make_shared<Decision>();
  std::atomic<bool> sequencer_waits{false};

  [[nodiscard]] bool Decided() const { return decision->Decided(); }

  /// Runs `then` once the flight is visible to readers; at once if it is.
  void WhenPublished(std::function<void(Flight&)> then);
  /// The publisher's: runs what waits.
  void MarkPublished();

 private:
  std::mutex mutex_;
  bool published_ = false;
  std::vector<std::function<void(Flight&)>> waiting_;
};

/// The transaction of an accepted create that is alone in its flight, as decided: a new one at each
/// call.
[[nodiscard]] std::shared_ptr<domain::Transaction> MakeCreated(const Flight& flight);
/// True if `own_after` of the item is left out for that.
[[nodiscard]] bool IsMadeOnDemand(const Item& item);

/// The state of `transaction_id` after this item of the flight, as decided.
[[nodiscard]] domain::TransactionPtr AfterItem(const Flight& flight, std::size_t index,
                                               const std::string& transaction_id);
/// As far as accounts and content go the same, but nothing is made for it.
[[nodiscard]] domain::TransactionPtr ContentAfterItem(const Item& item,
                                                      const std::string& transaction_id);
/// The same with versions and positions, once the committer has staged it.
[[nodiscard]] const domain::TransactionPtr& StagedAfterItem(const Item& item,
                                                            const std::string& transaction_id);

/// transaction_id of a create or reverse, "" of the others.
[[nodiscard]] const std::string& OwnIdOf(const domain::TransactionCommand& command);
/// request_id of a settle or void, "" of the others.
[[nodiscard]] const std::string& RequestIdOf(const domain::TransactionCommand& command);

/// A recorded outcome as the client sees it.
[[nodiscard]] TransactionOutcome OutcomeOf(storage::RecordPtr record, bool replayed);
[[nodiscard]] TransactionOutcome RefusedOutcome(domain::Refusal refusal);
[[nodiscard]] AccountOutcome AccountOutcomeOf(const storage::Record& record, bool replayed);

}  // namespace florin::actors
