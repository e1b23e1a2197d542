#pragma once

#include <atomic>
#include <condition_variable>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "actors/ledger.h"

namespace florin::server {

/// A ledger whose answers the test gives: at once by `answer`, or later, when
/// the test takes the waiting call.
///
/// Threads: any.
class ScriptedLedger final : public actors::Ledger {
 public:
  struct Waiting {
    actors::Batch batch;
    BatchDone done;
  };
  using Answer = std::function<std::vector<actors::TransactionOutcome>(actors::Batch&)>;

  explicit ScriptedLedger(storage::Reader* reader) : reader_(reader) {}

  /// Unset: calls wait for Take.
  void set_answer(Answer answer) {
    const std::lock_guard lock(mutex_);
    answer_ = std::move(answer);
  }
  void set_stats(actors::LedgerStats stats) {
    const std::lock_guard lock(mutex_);
    stats_ = std::move(stats);
  }
  void set_readers_full(bool full) { readers_full_ = full; }

  /// The oldest call that waits, or the newest.
  Waiting Take(bool newest = false) {
    std::unique_lock lock(mutex_);
    arrived_.wait(lock, [this] { return !waiting_.empty(); });
    Waiting taken = std::move(newest ? waiting_.back() : waiting_.front());
    newest ? waiting_.pop_back() : waiting_.pop_front();
    return taken;
  }
  void WaitFor(std::size_t calls) {
    std::unique_lock lock(mutex_);
    arrived_.wait(lock, [&] { return waiting_.size() >= calls; });
  }

  void Execute(actors::Batch batch, BatchDone done) override {
    Answer answer;
    {
      const std::lock_guard lock(mutex_);
      answer = answer_;
      if (!answer) {
        waiting_.push_back({std::move(batch), std::move(done)});
        arrived_.notify_all();
        return;
      }
    }
    done(answer(batch));
  }
  std::shared_ptr<actors::Lane> NewLane() override {
    return nullptr;  // opaque; the test gives the order
  }
  void ExecuteOn(const std::shared_ptr<actors::Lane>& /*lane*/, actors::Batch batch,
                 BatchDone done) override {
    Execute(std::move(batch), std::move(done));
  }
  void ChangeAccounts(std::vector<domain::AccountCommand> commands, std::string /*principal*/,
                      AccountsDone done) override {
    std::vector<actors::AccountOutcome> outcomes;
    for (domain::AccountCommand& command : commands) {
      auto& open = std::get<domain::OpenAccount>(command);
      actors::AccountOutcome outcome;
      outcome.account.account_id = open.account_id;
      outcome.account.metadata = open.metadata;
      outcome.account.version = 1;
      outcomes.push_back(std::move(outcome));
    }
    done(std::move(outcomes));
  }
  void RegisterAsset(domain::RegisterAsset command, std::string /*principal*/,
                     AssetDone done) override {
    done({std::nullopt, false, command.asset, 1});
  }
  bool Read(std::function<void()> job) override {
    if (readers_full_) return false;
    job();
    return true;
  }
  storage::Reader& reader() override { return *reader_; }
  /// Asked at each look, in the place of what set_stats has set.
  void set_stats_source(std::function<actors::LedgerStats()> source) {
    stats_source_ = std::move(source);
  }
  [[nodiscard]] actors::LedgerStats Stats() const override {
    if (stats_source_) return stats_source_();
    const std::lock_guard lock(mutex_);
    return stats_;
  }
  std::int64_t Now() override { return actors::MachineClocks::Real().wall(); }
  void Stop() override {}

 private:
  storage::Reader* const reader_;
  std::atomic<bool> readers_full_{false};
  mutable std::mutex mutex_;
  std::condition_variable arrived_;
  Answer answer_;
  actors::LedgerStats stats_;
  std::function<actors::LedgerStats()> stats_source_;
  std::deque<Waiting> waiting_;
};

/// One posted outcome an item, with the item's place as its position.
inline std::vector<actors::TransactionOutcome> PostedOutcomes(const actors::Batch& batch) {
  std::vector<actors::TransactionOutcome> outcomes;
  for (const actors::BatchItem& item : batch.items) {
    actors::TransactionOutcome outcome;
    auto transaction = std::make_shared<domain::Transaction>();
    transaction->transaction_id = item.transaction_id;
    transaction->status = domain::TransactionStatus::kPosted;
    outcome.status = transaction->status;
    outcome.transaction = std::move(transaction);
    outcome.position = static_cast<std::int64_t>(outcomes.size()) + 1;
    outcomes.push_back(std::move(outcome));
  }
  return outcomes;
}

/// The same refusal for each item.
inline std::vector<actors::TransactionOutcome> RefusedOutcomes(const actors::Batch& batch,
                                                               const domain::Refusal& refusal) {
  std::vector<actors::TransactionOutcome> outcomes(batch.items.size());
  for (actors::TransactionOutcome& outcome : outcomes) {
    outcome.refusal = refusal;
  }
  return outcomes;
}

}  // namespace florin::server
