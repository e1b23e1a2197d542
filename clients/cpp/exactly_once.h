#pragma once

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <string>

#include "clients/cpp/effect_store.h"
#include "clients/cpp/event_subscription.h"

namespace florin::client {

struct ExactlyOnceOptions {
  EventSubscriptionOptions subscription;
  /// Run ends with OK when everything up to the head has been applied.
  bool until_caught_up = false;
  /// Checkpoints that come with no event are committed this often, at most.
  std::chrono::milliseconds idle_commit{1'000};
};

/// Applies every matching event of the log exactly once to a database: reads
/// from the checkpoint that the store holds, and commits the effects of each
/// batch together with its checkpoint and last position.
///
///     SqliteEffectStore store("balances.db", "balances");
///     ExactlyOnceSubscription feed(client, request, store,
///                                  [&](const v1::Event& event) { return Apply(event); });
///     const auto result = feed.Run();
///
/// Crashes at any moment leave a transaction undone or done. Effects outside the
/// store's transaction (a mail, a call) have no part in that.
///
/// Threads: Run from one thread; Cancel and WaitFor from any.
class ExactlyOnceSubscription {
 public:
  /// Called within the store's transaction. An error undoes the whole batch and
  /// ends Run with it: the next Run begins there again.
  using Apply = std::function<DoneResult(const v1::Event& event)>;

  /// `request` gives the filter, and where a store without a checkpoint begins.
  ExactlyOnceSubscription(Client& client, v1::SubscribeEventsRequest request, EffectStore& store,
                          Apply apply, const ExactlyOnceOptions& options = {});
  ~ExactlyOnceSubscription();
  ExactlyOnceSubscription(const ExactlyOnceSubscription&) = delete;
  ExactlyOnceSubscription& operator=(const ExactlyOnceSubscription&) = delete;

  /// Works until Cancel or an error of the server's, the store's or `apply`'s.
  /// May be called again, and goes on from the store's checkpoint.
  /// Errors: as EventSubscription::Next; CANCELLED after Cancel.
  DoneResult Run();

  /// Ends Run after the batch in hand; from then on it returns CANCELLED.
  void Cancel();

  /// Read your writes: waits until everything up to `position` that matches is
  /// committed, `limit` at most. Errors: DEADLINE_EXCEEDED.
  DoneResult WaitFor(std::int64_t position, std::chrono::milliseconds limit);

 private:
  DoneResult Follow(EventSubscription& subscription);
  DoneResult Take(const v1::SubscribeEventsResponse& batch);
  DoneResult Begin();
  DoneResult Commit(const std::string& mark);
  [[nodiscard]] bool MayWait(const v1::SubscribeEventsResponse& batch) const;
  void Pass(std::int64_t position);
  std::shared_ptr<EventSubscription> Subscribe();

  Client& client_;
  const v1::SubscribeEventsRequest request_;
  EffectStore& store_;
  const Apply apply_;
  const ExactlyOnceOptions options_;
  std::string mark_;          // as the store has it
  std::int64_t applied_ = 0;  // position of the last event applied
  bool begun_ = false;        // a transaction is open
  std::chrono::steady_clock::time_point last_commit_;

  std::mutex mutex_;
  std::condition_variable changed_;
  std::shared_ptr<EventSubscription> subscription_;  // of the Run that goes on; guarded
  bool cancelled_ = false;                           // guarded by mutex_
  std::int64_t passed_ = 0;                          // committed up to here; guarded
};

}  // namespace florin::client
