#include "clients/cpp/batch_sender.h"

#include <algorithm>
#include <chrono>
#include <optional>
#include <utility>

namespace florin::client {
namespace {

bool IsRefusedForNow(const v1::TransactionResult& result) {
  return result.has_refusal() && IsRetryable(FromRefusal(result.refusal()), Idempotency::kSafe);
}

std::vector<int> RefusedForNow(const v1::ExecuteBatchResponse& response) {
  std::vector<int> indexes;
  for (int i = 0; i < response.results_size(); ++i) {
    if (IsRefusedForNow(response.results(i))) {
      indexes.push_back(i);
    }
  }
  return indexes;
}

// Sends the commands at `indexes` again and puts their results in their places.
std::optional<ClientError> SendAgain(Client& client, const v1::ExecuteBatchRequest& request,
                                     const std::vector<int>& indexes,
                                     v1::ExecuteBatchResponse* response) {
  v1::ExecuteBatchRequest again;
  again.set_validate_only(request.validate_only());
  for (const int index : indexes) {
    *again.add_commands() = request.commands(index);
  }
  auto answer = client.ExecuteBatch(again);
  if (!answer.ok()) {
    return answer.error();
  }
  const int answered =
      std::min<int>(static_cast<int>(indexes.size()), answer.value().results_size());
  for (int i = 0; i < answered; ++i) {
    const int index = indexes[static_cast<std::size_t>(i)];
    *response->mutable_results(index) = std::move(*answer.value().mutable_results(i));
  }
  return std::nullopt;
}

}  // namespace

Result<v1::ExecuteBatchResponse> ExecuteBatchUntilDecided(Client& client,
                                                          const v1::ExecuteBatchRequest& request) {
  auto result = client.ExecuteBatch(request);
  for (int attempts = 1; result.ok(); ++attempts) {
    std::vector<int> open = RefusedForNow(result.value());
    if (open.empty()) {
      return result;
    }
    const ClientError error = FromRefusal(result.value().results(open.front()).refusal());
    const auto delay =
        client.options().retry.DelayAfter(error, attempts, Idempotency::kSafe, RandomJitter());
    if (!delay) {
      return result;  // With its refusals: they say what is the matter.
    }
    std::this_thread::sleep_for(*delay);
    if (request.atomic()) {
      result = client.ExecuteBatch(request);
      continue;
    }
    if (auto failure = SendAgain(client, request, open, &result.value())) {
      return *failure;
    }
  }
  return result;
}

BatchSender::BatchSender(Client& client, const BatchSenderOptions& options, OnDone on_done)
    : client_(client), on_done_(std::move(on_done)) {
  const int count = std::max(1, options.max_in_flight);
  threads_.reserve(static_cast<std::size_t>(count));
  for (int i = 0; i < count; ++i) {
    threads_.emplace_back([this] { Run(); });
  }
}

BatchSender::~BatchSender() { Finish(); }

void BatchSender::Submit(v1::ExecuteBatchRequest request) {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [this] { return static_cast<std::size_t>(idle_) > waiting_.size(); });
  waiting_.push_back(std::move(request));
  changed_.notify_all();
}

void BatchSender::Finish() {
  {
    const std::scoped_lock lock(mutex_);
    finishing_ = true;
  }
  changed_.notify_all();
  for (auto& thread : threads_) {
    thread.join();
  }
  threads_.clear();
}

void BatchSender::Run() {
  std::unique_lock lock(mutex_);
  for (;;) {
    ++idle_;
    changed_.notify_all();
    changed_.wait(lock, [this] { return finishing_ || !waiting_.empty(); });
    --idle_;
    if (waiting_.empty()) {
      return;
    }
    const v1::ExecuteBatchRequest request = std::move(waiting_.front());
    waiting_.pop_front();
    lock.unlock();
    const auto result = ExecuteBatchUntilDecided(client_, request);
    {
      const std::scoped_lock report(report_mutex_);
      on_done_(request, result);
    }
    lock.lock();
  }
}

}  // namespace florin::client
