#include "clients/cpp/command_stream.h"

#include <utility>

namespace florin::client {

CommandStream::CommandStream(Client& client, const CommandStreamOptions& options,
                             OnResult on_result)
    : client_(client),
      options_(options),
      on_result_(std::move(on_result)),
      keeper_([this] { Keep(); }) {}

CommandStream::~CommandStream() {
  {
    const Lock lock(mutex_);
    ending_ = true;
    if (connection_) {
      connection_->context.TryCancel();
    }
  }
  for_keeper_.notify_all();
  keeper_.join();
}

DoneResult CommandStream::Submit(v1::ExecuteStreamRequest batch) {
  const auto size = static_cast<std::size_t>(batch.commands_size());
  if (size == 0) {
    return Done{};
  }
  auto shared = std::make_shared<const v1::ExecuteStreamRequest>(std::move(batch));
  {
    Lock lock(mutex_);
    for_caller_.wait(lock, [&] {
      return given_up_ || pending_commands_ == 0 ||
             pending_commands_ + size <= options_.max_in_flight_commands;
    });
    if (given_up_) {
      return *given_up_;
    }
    pending_.push_back(std::move(shared));
    pending_commands_ += size;
  }
  for_keeper_.notify_all();
  return Done{};
}

DoneResult CommandStream::Finish() {
  Lock lock(mutex_);
  finishing_ = true;
  for_keeper_.notify_all();
  for_caller_.wait(lock, [this] { return given_up_ || !finishing_; });
  if (given_up_) {
    return *given_up_;
  }
  return Done{};
}

void CommandStream::Keep() {
  Lock lock(mutex_);
  try {
    while (!ending_ && !given_up_) {
      KeepOnce(&lock);
    }
  } catch (const std::exception& exception) {
    GiveUpFor(exception, &lock);
  }
  lock.unlock();
  if (connection_) {
    (void)Close();
  }
}

void CommandStream::KeepOnce(Lock* lock) {
  if (broken_) {
    Recover(lock);
  } else if (sent_ < pending_.size()) {
    const bool nothing_awaited = sent_ == 0;
    const Batch batch = pending_[sent_++];
    lock->unlock();
    Send(batch, nothing_awaited);
    lock->lock();
  } else if (finishing_ && pending_.empty()) {
    lock->unlock();
    End();
    lock->lock();
    finishing_ = false;
    for_caller_.notify_all();
  } else {
    for_keeper_.wait(*lock);
  }
}

void CommandStream::Open() {
  grpc::ClientContext* context = nullptr;
  {
    const Lock lock(mutex_);
    connection_ = std::make_unique<Connection>();
    context = &connection_->context;
    if (ending_) {
      context->TryCancel();
    }
  }
  connection_->guard =
      std::make_unique<StallGuard>(options_.stall_limit, [context] { context->TryCancel(); });
  // To be connected is awaited too.
  connection_->guard->Arm();
  connection_->stream = client_.ledger_stub().ExecuteStream(context);
  connection_->reader = std::thread([this] { Read(); });
}

CommandStream::Ending CommandStream::Close() {
  if (connection_->reader.joinable()) {
    connection_->reader.join();
  }
  const grpc::Status status =
      connection_->stream ? connection_->stream->Finish() : grpc::Status::CANCELLED;
  const bool stalled = connection_->guard && connection_->guard->stalled();
  std::unique_ptr<Connection> ended;
  std::optional<ClientError> refused_for_now;
  bool owed_answers = false;
  {
    const Lock lock(mutex_);
    ended = std::move(connection_);
    refused_for_now = std::exchange(refused_for_now_, std::nullopt);
    broken_ = false;
    owed_answers = std::exchange(sent_, 0) > 0;
  }
  if (refused_for_now) {
    return {*refused_for_now, owed_answers};
  }
  if (stalled || status.ok()) {
    ClientError error;
    error.code = grpc::StatusCode::UNAVAILABLE;
    error.message =
        stalled ? "the server stopped answering the stream" : "the server ended the stream early";
    return {error, owed_answers};
  }
  return {DecodeError(status), owed_answers};
}

void CommandStream::Recover(Lock* lock) {
  lock->unlock();
  const auto [error, owed_answers] = Close();
  lock->lock();
  // With nothing awaited the end of a connection is no failure. What was
  // submitted since opens another.
  if (!owed_answers) {
    return;
  }
  failed_attempts_ = progressed_ ? 1 : failed_attempts_ + 1;
  progressed_ = false;
  const RetryPolicy& policy = options_.retry ? *options_.retry : client_.options().retry;
  const auto delay = policy.DelayAfter(error, failed_attempts_, Idempotency::kSafe, RandomJitter());
  if (!delay) {
    GiveUp(lock, error);
    return;
  }
  ForgetAnswered();
  for_keeper_.wait_for(*lock, *delay, [this] { return ending_; });
}

void CommandStream::GiveUp(Lock* lock, const ClientError& error) {
  given_up_ = error;
  for_caller_.notify_all();
  if (!options_.on_give_up || ending_) {
    return;
  }
  lock->unlock();
  options_.on_give_up(error);
  lock->lock();
}

void CommandStream::GiveUpFor(const std::exception& exception, Lock* lock) {
  if (lock->owns_lock()) {
    lock->unlock();
  }
  // First, so that no answer comes after on_give_up.
  if (connection_) {
    connection_->context.TryCancel();
    (void)Close();
  }
  ClientError error;
  error.code = grpc::StatusCode::RESOURCE_EXHAUSTED;
  error.message = exception.what();
  lock->lock();
  GiveUp(lock, error);
}

void CommandStream::Send(const Batch& batch, bool nothing_awaited) {
  if (!connection_) {
    Open();
  }
  // Else the time since the last answer counts: sending is no sign of life.
  if (nothing_awaited) {
    connection_->guard->Arm();
  }
  if (!connection_->stream->Write(*batch)) {
    const Lock lock(mutex_);
    broken_ = true;
  }
}

void CommandStream::End() {
  if (!connection_) {
    return;
  }
  connection_->guard->Arm();
  connection_->stream->WritesDone();
  // Everything is answered: how the server ends the stream changes nothing.
  (void)Close();
}

void CommandStream::Read() {
  v1::ExecuteStreamResponse response;
  while (connection_->stream->Read(&response)) {
    {
      const Lock lock(mutex_);
      Accept(response);
      if (pending_commands_ == 0) {
        connection_->guard->Disarm();
        if (finishing_) {
          for_keeper_.notify_all();
        }
      } else {
        connection_->guard->Arm();
      }
    }
    for_caller_.notify_all();
  }
  const Lock lock(mutex_);
  broken_ = true;
  for_keeper_.notify_all();
}

void CommandStream::Accept(const v1::ExecuteStreamResponse& response) {
  for (const auto& result : response.results()) {
    // After a refusal that is not final, the rest is asked again.
    if (refused_for_now_ || sent_ == 0) {
      return;
    }
    if (result.has_refusal()) {
      ClientError refusal = FromRefusal(result.refusal());
      if (IsRetryable(refusal, Idempotency::kSafe)) {
        refused_for_now_ = std::move(refusal);
        broken_ = true;
        connection_->context.TryCancel();
        return;
      }
    }
    const Batch& front = pending_.front();
    on_result_(front->commands(answered_in_front_), result);
    progressed_ = true;
    --pending_commands_;
    if (++answered_in_front_ == front->commands_size()) {
      pending_.pop_front();
      --sent_;
      answered_in_front_ = 0;
    }
  }
}

void CommandStream::ForgetAnswered() {
  if (answered_in_front_ == 0) {
    return;
  }
  auto rest = std::make_shared<v1::ExecuteStreamRequest>(*pending_.front());
  rest->mutable_commands()->DeleteSubrange(0, answered_in_front_);
  pending_.front() = std::move(rest);
  answered_in_front_ = 0;
}

}  // namespace florin::client
