#pragma once

#include <functional>
#include <memory>
#include <utility>

#include "domain/result.h"

namespace florin::actors {

/// A caller's callback that runs exactly once: with what it is called with, or, if everybody who
/// could call it has gone (an actor ended with messages in its mailbox), with a refusal.
///
/// Copies are the same callback. Threads: one at a time.
template <typename T>
class Once {
 public:
  using Done = std::function<void(domain::Result<T>)>;

  explicit Once(Done done) : state_(std::make_shared<State>(std::move(done))) {}

  void operator()(domain::Result<T> result) const {
    if (Done done = std::exchange(state_->done, nullptr)) done(std::move(result));
  }
  void Refuse(const domain::Refusal& refusal) const {
    const Done done = std::exchange(state_->done, nullptr);
    if (done) done(refusal);
  }

 private:
  struct State {
    explicit State(Done callback) : done(std::move(callback)) {}
    State(const State&) = delete;
    State& operator=(const State&) = delete;
    ~State() {
      if (done)
        done(domain::Refusal{domain::Reason::kStorageUnavailable,
                             "the consumer group failed and starts again from what is stored; "
                             "try again",
                             {}});
    }
    Done done;
  };
  std::shared_ptr<State> state_;
};

}  // namespace florin::actors
