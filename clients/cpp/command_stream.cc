#include "clients/cpp/command_stream.h"

#include <utility>

namespace florin::client {

CommandStream::CommandStream(Client& client, const CommandStreamOptions& options,
                             OnResult on_result)
    : client_(client), options_(options), on_result_(std::move(on_result)) {}

CommandStream::~CommandStream() {
  if (connection_) {
    connection_->context.TryCancel();
    (void)Close();
  }
}

DoneResult CommandStream::Submit(v1::ExecuteStreamRequest batch) {
  const auto size = static_cast<std::size_t>(batch.commands_size());
  if (size == 0) {
    return Done{};
  }
  if (given_up_) {
    return *given_up_;
  }
  if (!connection_) {
    Open();
  }
  const auto shared = std::make_shared<const v1::ExecuteStreamRequest>(std::move(batch));
  for (;;) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] {
      return broken_ || pending_commands_ == 0 ||
             pending_commands_ + size <= options_.max_in_flight_commands;
    });
    if (!broken_) {
      pending_.push_back(shared);
      pending_commands_ += size;
      break;
    }
    lock.unlock();
    if (auto recovered = Recover(); !recovered.ok()) {
      return recovered;
    }
  }
  // If it fails, the batch is pending already and goes with the recovery.
  return Write(shared) ? DoneResult(Done{}) : Recover();
}

DoneResult CommandStream::Finish() {
  if (given_up_) {
    return *given_up_;
  }
  if (!connection_) {
    return Done{};
  }
  for (;;) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return broken_ || pending_commands_ == 0; });
    if (pending_commands_ == 0) {
      break;
    }
    lock.unlock();
    if (auto recovered = Recover(); !recovered.ok()) {
      return recovered;
    }
  }
  // An orderly end, so that the server does not count it as cancelled.
  connection_->guard->Arm();
  connection_->stream->WritesDone();
  connection_->reader.join();
  // Everything is answered: how the server ends the stream changes nothing.
  (void)Close();
  return Done{};
}

void CommandStream::Open() {
  {
    const std::scoped_lock lock(mutex_);
    broken_ = false;
    refused_for_now_.reset();
  }
  connection_ = std::make_unique<Connection>();
  auto* context = &connection_->context;
  connection_->guard =
      std::make_unique<StallGuard>(options_.stall_limit, [context] { context->TryCancel(); });
  connection_->stream = client_.ledger_stub().ExecuteStream(context);
  connection_->reader = std::thread([this] { Read(); });
}

ClientError CommandStream::Close() {
  if (connection_->reader.joinable()) {
    connection_->reader.join();
  }
  const grpc::Status status = connection_->stream->Finish();
  const bool stalled = connection_->guard->stalled();
  connection_.reset();
  const std::scoped_lock lock(mutex_);
  if (refused_for_now_) {
    return *refused_for_now_;
  }
  ClientError error;
  if (stalled || status.ok()) {
    error.code = grpc::StatusCode::UNAVAILABLE;
    error.message =
        stalled ? "the server stopped answering the stream" : "the server ended the stream early";
    return error;
  }
  return DecodeError(status);
}

DoneResult CommandStream::Recover() {
  for (;;) {
    const ClientError error = Close();
    {
      const std::scoped_lock lock(mutex_);
      failed_attempts_ = progressed_ ? 1 : failed_attempts_ + 1;
      progressed_ = false;
    }
    const RetryPolicy& policy = options_.retry ? *options_.retry : client_.options().retry;
    const auto delay =
        policy.DelayAfter(error, failed_attempts_, Idempotency::kSafe, RandomJitter());
    if (!delay) {
      given_up_ = error;
      return error;
    }
    std::this_thread::sleep_for(*delay);
    Open();
    ResendPending();
    const std::scoped_lock lock(mutex_);
    if (!broken_) {
      return Done{};
    }
  }
}

void CommandStream::ResendPending() {
  std::vector<Batch> batches;
  {
    const std::scoped_lock lock(mutex_);
    ForgetAnswered();
    batches.assign(pending_.begin(), pending_.end());
  }
  for (const auto& batch : batches) {
    if (!Write(batch)) {
      return;
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

bool CommandStream::Write(const Batch& batch) {
  connection_->guard->Arm();
  if (connection_->stream->Write(*batch)) {
    return true;
  }
  const std::scoped_lock lock(mutex_);
  broken_ = true;
  return false;
}

void CommandStream::Read() {
  v1::ExecuteStreamResponse response;
  while (connection_->stream->Read(&response)) {
    const std::scoped_lock lock(mutex_);
    Accept(response);
    if (pending_commands_ == 0) {
      connection_->guard->Disarm();
    } else {
      connection_->guard->Arm();
    }
    changed_.notify_all();
  }
  const std::scoped_lock lock(mutex_);
  broken_ = true;
  changed_.notify_all();
}

void CommandStream::Accept(const v1::ExecuteStreamResponse& response) {
  for (const auto& result : response.results()) {
    // After a refusal that is not final, the rest is asked again.
    if (refused_for_now_ || pending_.empty()) {
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
      answered_in_front_ = 0;
    }
  }
}

}  // namespace florin::client
