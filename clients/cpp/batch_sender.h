#pragma once

#include <condition_variable>
#include <cstdint>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

#include "clients/cpp/client.h"

namespace florin::client {

/// Executes one batch and sends again, with the policy's backoff, those of its
/// commands that the ledger refused only for now (OVERLOADED, SHUTTING_DOWN):
/// such refusals are not recorded, so the same id may be sent again. Results
/// are in the order of the commands. An atomic batch goes again as a whole.
[[nodiscard]] Result<v1::ExecuteBatchResponse> ExecuteBatchUntilDecided(
    Client& client, const v1::ExecuteBatchRequest& request);

struct BatchSenderOptions {
  /// Batches on their way at once. Each takes a thread, which only waits.
  int max_in_flight = 4;
};

/// Keeps several ExecuteBatch calls in flight: one batch travels and waits for
/// the disk while others are executed.
///
/// Order: within a batch its commands run one after another; between batches in
/// flight there is none. Use it for commands that do not depend on each other,
/// or CommandStream.
///
/// Threads: Submit and Finish from one thread; `on_done` is called from others,
/// one call at a time.
class BatchSender {
 public:
  /// `request` as it was submitted; `result` after all retries.
  using OnDone = std::function<void(const v1::ExecuteBatchRequest& request,
                                    const Result<v1::ExecuteBatchResponse>& result)>;

  BatchSender(Client& client, const BatchSenderOptions& options, OnDone on_done);
  /// Finishes first.
  ~BatchSender();
  BatchSender(const BatchSender&) = delete;
  BatchSender& operator=(const BatchSender&) = delete;

  /// Hands one batch over; blocks while `max_in_flight` are on their way.
  /// Bounds: 8,192 commands, 16,384 postings, 16 MiB (else the server refuses).
  void Submit(v1::ExecuteBatchRequest request);

  /// Returns when every submitted batch has been answered and reported. The
  /// sender takes no more after that.
  void Finish();

 private:
  void Run();

  Client& client_;
  const OnDone on_done_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<v1::ExecuteBatchRequest> waiting_;  // guarded by mutex_
  int idle_ = 0;                                 // guarded by mutex_
  bool finishing_ = false;                       // guarded by mutex_
  std::mutex report_mutex_;                      // one on_done at a time
  std::vector<std::thread> threads_;
};

}  // namespace florin::client
