#include "clients/cpp/group_consumer.h"

#include <algorithm>
#include <exception>
#include <limits>
#include <utility>

#include "clients/cpp/utf8.h"

namespace florin::client {
namespace {

using std::chrono::milliseconds;

// Few messages, far below the contract's 8,192 ids.
constexpr std::size_t kAcknowledgeMax = 512;
// Extended when a third of the ack_timeout has passed, so that one lost or late
// message does not matter; looked at four times as often.
constexpr int kExtendAt = 3;
constexpr int kLooks = 4;
constexpr milliseconds kGetGroupLimit{5'000};

v1::NackAction ActionOf(Handled::Outcome outcome) {
  switch (outcome) {
    case Handled::Outcome::kPark:
      return v1::NACK_ACTION_PARK;
    case Handled::Outcome::kSkip:
      return v1::NACK_ACTION_SKIP;
    case Handled::Outcome::kRetry:
    case Handled::Outcome::kDone:
    case Handled::Outcome::kLeave:
      break;
  }
  return v1::NACK_ACTION_RETRY;
}

}  // namespace

ClientError GroupConsumer::Lost(const std::string& message) {
  ClientError error;
  error.code = grpc::StatusCode::UNAVAILABLE;
  error.message = message;
  return error;
}

GroupConsumer::GroupConsumer(Client& client, GroupConsumerOptions options, Handler handler)
    : client_(client),
      options_(std::move(options)),
      handler_(std::move(handler)),
      outbox_(kAcknowledgeMax, options_.acknowledge_linger) {
  for (int i = 0; i < std::max(1, options_.workers); ++i) {
    workers_.emplace_back([this] { Work(); });
  }
  runner_ = std::thread([this] { Run(); });
}

GroupConsumer::~GroupConsumer() { (void)Stop(); }

void GroupConsumer::BeginStop() {
  {
    const std::scoped_lock lock(mutex_);
    stopping_ = true;
  }
  changed_.notify_all();
  worklist_.Close();
  outbox_.Hold();
}

DoneResult GroupConsumer::Stop() {
  const std::scoped_lock one(stop_mutex_);
  BeginStop();
  for (auto& worker : workers_) {
    worker.join();
  }
  workers_.clear();
  // The last word is said: the writer sends it and closes its side, the server
  // ends the stream when all of it is durable.
  outbox_.End();
  if (!WaitFor(options_.stop_limit)) {
    const std::scoped_lock lock(mutex_);
    if (connection_) {
      connection_->context.TryCancel();
    }
  }
  if (runner_.joinable()) {
    runner_.join();
  }
  return Wait();
}

DoneResult GroupConsumer::Wait() {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [this] { return ended_.has_value(); });
  return *ended_;
}

std::optional<DoneResult> GroupConsumer::WaitFor(milliseconds limit) {
  std::unique_lock lock(mutex_);
  changed_.wait_for(lock, limit, [this] { return ended_.has_value(); });
  return ended_;
}

void GroupConsumer::Run() {
  for (;;) {
    DoneResult served = Serve();
    worklist_.DropWaiting();
    if (stopping()) {
      End(std::move(served));
      return;
    }
    const ClientError error =
        served.ok() ? Lost("the server ended the consumer's stream") : served.error();
    ++failed_attempts_;
    const auto delay = DelayAfter(error);
    if (options_.on_disconnect) {
      options_.on_disconnect(error, delay);
    }
    if (!delay || !Pause(*delay)) {
      End(error);
      return;
    }
  }
}

DoneResult GroupConsumer::Serve() {
  const auto ack_timeout = ReadAckTimeout(kGetGroupLimit);
  if (!ack_timeout.ok()) {
    return ack_timeout.error();
  }
  if (!Open(ack_timeout.value())) {
    // Whether the last words over the lost connection were heard is not known.
    return joined_ ? DoneResult(Lost("the connection was lost before Stop")) : Done{};
  }
  Join();
  std::thread writer([this] { Write(); });
  std::thread watcher([this] { Watch(); });
  Read();
  outbox_.End();
  EndWatch();
  writer.join();
  watcher.join();
  return Close();
}

bool GroupConsumer::Open(milliseconds ack_timeout) {
  const std::scoped_lock lock(mutex_);
  if (stopping_) {
    return false;
  }
  connection_ = std::make_unique<Connection>();
  connection_->number = ++counters_.connections;
  SetAckTimeout(ack_timeout);
  outbox_.Begin(connection_->number);
  auto* context = &connection_->context;
  connection_->guard =
      std::make_unique<StallGuard>(options_.stall_limit, [context] { context->TryCancel(); });
  connection_->stream = client_.group_stub().ConsumeGroup(context);
  return true;
}

void GroupConsumer::Join() {
  v1::ConsumeGroupRequest request;
  auto* join = request.mutable_join();
  join->set_group_id(options_.group_id);
  join->set_member_name(options_.member_name);
  join->set_max_in_flight(options_.max_in_flight);
  // After a lost connection the server may still hold ours for alive.
  join->set_take_over(options_.take_over || joined_);
  // If it fails, reading will say why.
  connection_->guard->Arm();
  connection_->stream->Write(request);
}

void GroupConsumer::Read() {
  v1::ConsumeGroupResponse response;
  bool heard = false;
  while (connection_->stream->Read(&response)) {
    connection_->guard->Arm();
    if (!heard && options_.on_joined) {
      options_.on_joined();
    }
    heard = true;
    joined_ = true;
    failed_attempts_ = 0;
    Accept(&response);
  }
  connection_->guard->Disarm();
}

void GroupConsumer::Accept(v1::ConsumeGroupResponse* response) {
  for (const auto& refusal : response->refusals()) {
    Refused(refusal);
  }
  counters_.delivered += response->events_size();
  counters_.redelivered +=
      std::count_if(response->events().begin(), response->events().end(),
                    [](const v1::DeliveredEvent& event) { return event.attempt() > 1; });
  worklist_.Add(connection_->number, response->mutable_events(), Clock::now());
}

void GroupConsumer::Refused(const v1::AcknowledgeRefusal& refusal) {
  ++counters_.refused;
  if (refusal.refusal().reason() == "DELIVERY_UNKNOWN") {
    // Extended too late, perhaps: by an ack_timeout that has become shorter.
    const std::scoped_lock lock(mutex_);
    connection_->doubted = true;
    changed_.notify_all();
  }
  if (options_.on_refusal) {
    options_.on_refusal(refusal.delivery_id(), FromRefusal(refusal.refusal()));
  }
}

void GroupConsumer::Write() {
  auto looked = Clock::now();
  while (auto message = outbox_.Take(looked + LookInterval())) {
    if (!Send(std::move(*message))) {
      return;
    }
    if (Clock::now() >= looked + LookInterval()) {
      if (!ExtendDue()) {
        return;
      }
      looked = Clock::now();
    }
  }
  connection_->stream->WritesDone();
}

GroupConsumer::Clock::duration GroupConsumer::LookInterval() const {
  return std::max<Clock::duration>(connection_->ack_timeout.load() / (kExtendAt * kLooks),
                                   milliseconds(1));
}

bool GroupConsumer::Send(v1::Acknowledge message) {
  if (message.delivery_ids().empty() && message.nacks().empty() &&
      message.extend_delivery_ids().empty()) {
    return true;
  }
  v1::ConsumeGroupRequest request;
  *request.mutable_acknowledge() = std::move(message);
  ++counters_.acknowledge_messages;
  return connection_->stream->Write(request);
}

bool GroupConsumer::ExtendDue() {
  auto due = worklist_.TakeDue(connection_->number, Clock::now(),
                               connection_->ack_timeout.load() / kExtendAt, options_.hold_limit);
  counters_.extended += static_cast<std::int64_t>(due.size());
  v1::Acknowledge message;
  for (std::size_t i = 0; i < due.size(); ++i) {
    message.add_extend_delivery_ids(std::move(due[i]));
    const bool full = message.extend_delivery_ids_size() == static_cast<int>(kAcknowledgeMax);
    if ((full || i + 1 == due.size()) && !Send(std::exchange(message, v1::Acknowledge()))) {
      return false;
    }
  }
  return true;
}

DoneResult GroupConsumer::Close() {
  const grpc::Status status = connection_->stream->Finish();
  const bool stalled = connection_->guard->stalled();
  std::unique_ptr<Connection> ended;
  {
    const std::scoped_lock lock(mutex_);
    ended = std::move(connection_);
  }
  if (status.ok()) {
    return Done{};
  }
  return stalled ? Lost("the server fell silent, heartbeats included") : DecodeError(status);
}

bool GroupConsumer::Pause(milliseconds delay) {
  std::unique_lock lock(mutex_);
  return !changed_.wait_for(lock, delay, [this] { return stopping_; });
}

void GroupConsumer::End(DoneResult result) {
  worklist_.Close();
  {
    const std::scoped_lock lock(mutex_);
    ended_ = std::move(result);
  }
  changed_.notify_all();
}

void GroupConsumer::Work() {
  while (const auto item = worklist_.Take()) {
    Report(*item, Handle(item->delivery));
    if (worklist_.Finish(item)) {
      outbox_.Flush();
    }
  }
}

Handled GroupConsumer::Handle(const v1::DeliveredEvent& delivery) const {
  try {
    return handler_(delivery);
  } catch (const std::exception& exception) {
    return Handled::Retry(exception.what());
  } catch (...) {
    return Handled::Retry("the handler threw something other than a std::exception");
  }
}

void GroupConsumer::Report(const GroupWorklist::Item& item, Handled handled) {
  if (handled.outcome == Handled::Outcome::kLeave) {
    ++counters_.left;
    return;
  }
  const std::string& id = item.delivery.delivery_id();
  bool taken = false;
  if (handled.outcome == Handled::Outcome::kDone) {
    taken = outbox_.Acknowledge(item.connection, id);
  } else {
    v1::Nack nack;
    nack.set_delivery_id(id);
    nack.set_action(ActionOf(handled.outcome));
    nack.set_reason(ValidUtf8(std::move(handled.reason)));
    taken = outbox_.Nack(item.connection, std::move(nack));
  }
  if (!taken) {
    ++counters_.too_late;
    return;
  }
  switch (handled.outcome) {
    case Handled::Outcome::kDone:
      ++counters_.acknowledged;
      break;
    case Handled::Outcome::kRetry:
      ++counters_.retried;
      break;
    case Handled::Outcome::kPark:
      ++counters_.parked;
      break;
    case Handled::Outcome::kSkip:
      ++counters_.skipped;
      break;
    case Handled::Outcome::kLeave:
      break;
  }
}

std::optional<milliseconds> GroupConsumer::DelayAfter(const ClientError& error) const {
  RetryPolicy policy = client_.options().retry;
  if (joined_) {
    policy.max_attempts = std::numeric_limits<int>::max();
    policy = options_.retry.value_or(policy);
  }
  return policy.DelayAfter(error, failed_attempts_, Idempotency::kSafe, RandomJitter());
}

bool GroupConsumer::stopping() const {
  const std::scoped_lock lock(mutex_);
  return stopping_;
}

GroupConsumerStats GroupConsumer::stats() const {
  GroupConsumerStats stats;
  stats.delivered = counters_.delivered;
  stats.redelivered = counters_.redelivered;
  stats.acknowledged = counters_.acknowledged;
  stats.retried = counters_.retried;
  stats.parked = counters_.parked;
  stats.skipped = counters_.skipped;
  stats.left = counters_.left;
  stats.too_late = counters_.too_late;
  stats.not_begun = worklist_.not_begun();
  stats.extended = counters_.extended;
  stats.refused = counters_.refused;
  stats.acknowledge_messages = counters_.acknowledge_messages;
  stats.connections = counters_.connections;
  stats.in_hand = static_cast<std::int64_t>(worklist_.size());
  return stats;
}

}  // namespace florin::client
