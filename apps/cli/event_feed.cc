#include "apps/cli/event_feed.h"

#include <chrono>

namespace florin::cli {
namespace {

v1::SubscribeEventsRequest FromNowOn() {
  v1::SubscribeEventsRequest request;
  request.set_end(true);
  return request;
}

}  // namespace

EventFeed::EventFeed(client::Client& client, const client::RetryPolicy& patience,
                     Activity& activity, LostConnection& lost)
    : subscription_(
          client, FromNowOn(),
          {.retry = patience,
           .on_disconnect = [&lost](const auto& error, auto delay) { lost.Tell(error, delay); }}),
      activity_(activity),
      lost_(lost),
      thread_([this] { Run(); }) {}

EventFeed::~EventFeed() {
  subscription_.Cancel();
  thread_.join();
}

std::optional<client::ClientError> EventFeed::error() const {
  const std::scoped_lock lock(mutex_);
  return error_;
}

void EventFeed::Run() {
  for (;;) {
    const auto batch = subscription_.Next();
    if (!batch.ok()) {
      const std::scoped_lock lock(mutex_);
      error_ = batch.error();
      return;
    }
    lost_.WorksAgain();
    const auto now = std::chrono::system_clock::now().time_since_epoch();
    activity_.Add(batch.value(),
                  std::chrono::duration_cast<std::chrono::milliseconds>(now).count());
  }
}

}  // namespace florin::cli
