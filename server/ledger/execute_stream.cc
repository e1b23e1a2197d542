#include "server/ledger/execute_stream.h"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <utility>

#include "florin/v1/ledger_service.pb.h"
#include "server/convert/responses.h"
#include "server/convert/transactions.h"
#include "server/rpc/message_bytes.h"
#include "server/rpc/status.h"

namespace florin::server {
namespace {

// Two messages of the largest size: one is decided while the other is read.
constexpr std::size_t kCommandsMax = 16'384;
// Of one answer; below the 4 MiB that clients receive by default.
constexpr std::size_t kAnswerBytes = 1u << 20;
// Results are at most a few KiB, so that many stay well below 4 MiB.
constexpr int kChunkResults = 256;

std::vector<grpc::ByteBuffer> EncodeResults(const std::vector<std::string>& ids,
                                            std::vector<actors::TransactionOutcome>* outcomes) {
  std::vector<grpc::ByteBuffer> chunks;
  std::size_t next = 0;
  while (next < outcomes->size()) {
    ArenaLease arena;
    auto* const response = arena.New<v1::ExecuteStreamResponse>();
    for (int i = 0; i < kChunkResults && next < outcomes->size(); ++i, ++next) {
      FillResult(ids[next], &(*outcomes)[next], response->add_results());
    }
    chunks.push_back(EncodeBytes(*response));
  }
  return chunks;
}

// Encoded messages of one type, one after another, are that message with their
// repeated fields joined.
void AppendSlices(const grpc::ByteBuffer& bytes, std::vector<grpc::Slice>* slices) {
  std::vector<grpc::Slice> more;
  if (!bytes.Dump(&more).ok()) return;
  slices->insert(slices->end(), more.begin(), more.end());
}

domain::Refusal TooManyStreams(std::size_t limit) {
  const std::string text = std::to_string(limit);
  return {domain::Reason::kOverloaded,
          text +
              " command streams are open, which is the limit; try again later, or raise "
              "--max-command-streams",
          {{"limit", text}}};
}

domain::Refusal Stalled(std::chrono::nanoseconds timeout) {
  const std::string seconds =
      std::to_string(std::chrono::duration_cast<std::chrono::seconds>(timeout).count());
  return {domain::Reason::kSubscriberStalled,
          "no answer was read for " + seconds +
              " s; open another stream, and repeat what was not answered with the same ids",
          {{"stall_timeout_seconds", seconds}}};
}

}  // namespace

ExecuteStreamCall* ExecuteStreamCall::Start(ServiceHost* host, MethodMetrics* metrics,
                                            grpc::CallbackServerContext* context) {
  const std::shared_ptr<ExecuteStreamCall> call(new ExecuteStreamCall(host, metrics, context));
  call->self_ = call;
  call->reading_ = true;
  call->StartRead(&call->read_bytes_);
  host->streams().Add(call);
  if (host->command_streams().Add(call) == CommandStreams::Place::kNone)
    call->Refuse(TooManyStreams(host->command_streams().limits().streams_max));
  return call.get();
}

ExecuteStreamCall::ExecuteStreamCall(ServiceHost* host, MethodMetrics* metrics,
                                     grpc::CallbackServerContext* context)
    : host_(host), metrics_(metrics), lane_(host->ledger().NewLane()), context_(context) {
  host_->CallStarted();
  host_->metrics().command_streams().Increment();
}

void ExecuteStreamCall::OnReadDone(bool ok) {
  const auto keep = shared_from_this();
  {
    const std::lock_guard lock(mutex_);
    if (!ok) half_closed_ = true;
    // What arrives after the end was decided is not taken: it has no answer.
    if (Ending()) {
      reading_ = false;
      Advance();
      return;
    }
  }
  try {
    ArenaLease arena;
    auto* const request = arena.New<v1::ExecuteStreamRequest>();
    if (const auto refusal = ParseBytes(read_bytes_, request)) {
      Refuse(*refusal);
      return;
    }
    auto items = ToBatchItems(request->commands());
    if (!items.ok()) {
      Refuse(items.refusal());
      return;
    }
    Take(std::move(*items));
  } catch (const std::exception& error) {
    Fail(error.what());
  }
}

void ExecuteStreamCall::Take(std::vector<actors::BatchItem> items) {
  std::vector<std::string> ids;
  ids.reserve(items.size());
  for (const actors::BatchItem& item : items) {
    ids.push_back(item.transaction_id);
  }
  Message* message = nullptr;
  {
    const std::lock_guard lock(mutex_);
    messages_.emplace_back();
    message = &messages_.back();
    message->commands = items.size();
    message->start = std::chrono::steady_clock::now();
    message->answered = items.empty();
    open_commands_ += items.size();
  }
  if (!items.empty()) {
    actors::Batch batch;
    batch.items = std::move(items);
    // Outside the lock: refusals may be answered within the call.
    host_->ledger().ExecuteOn(lane_, std::move(batch),
                              [call = shared_from_this(), message,
                               ids = std::make_shared<std::vector<std::string>>(std::move(ids))](
                                  std::vector<actors::TransactionOutcome> outcomes) {
                                call->Answered(message, *ids, &outcomes);
                              });
  }
  const std::lock_guard lock(mutex_);
  reading_ = false;
  ReleaseInOrder();
  Advance();
}

void ExecuteStreamCall::Answered(Message* message, const std::vector<std::string>& ids,
                                 std::vector<actors::TransactionOutcome>* outcomes) {
  std::vector<grpc::ByteBuffer> chunks;
  try {
    chunks = EncodeResults(ids, outcomes);
  } catch (const std::exception& error) {
    Fail(error.what());
  }
  const std::lock_guard lock(mutex_);
  const std::chrono::duration<double> taken = std::chrono::steady_clock::now() - message->start;
  metrics_->Ended(CallEnd::kOk, domain::Reason::kNone, taken.count());
  message->chunks = std::move(chunks);
  message->answered = true;
  ReleaseInOrder();
  Advance();
}

void ExecuteStreamCall::ReleaseInOrder() {
  while (!messages_.empty() && messages_.front().answered) {
    Message& message = messages_.front();
    for (const grpc::ByteBuffer& bytes : message.chunks) {
      ready_.push_back({bytes, 0});
    }
    if (message.chunks.empty()) {
      open_commands_ -= message.commands;
    } else {
      ready_.back().commands = message.commands;
    }
    messages_.pop_front();
  }
}

void ExecuteStreamCall::Refuse(const domain::Refusal& refusal) {
  const std::lock_guard lock(mutex_);
  metrics_->Ended(CallEnd::kRefused, refusal.reason, 0);
  reading_ = false;
  if (!end_) end_ = ToStatus(refusal);
  Advance();
}

void ExecuteStreamCall::Fail(const char* what) {
  spdlog::error("ExecuteStream failed: {}", what);
  const std::lock_guard lock(mutex_);
  metrics_->Ended(CallEnd::kInternal, domain::Reason::kNone, 0);
  if (!end_) end_ = InternalStatus();
  Advance();
}

void ExecuteStreamCall::OnShutdown() {
  const auto keep = shared_from_this();
  const std::lock_guard lock(mutex_);
  shut_down_at_ = std::chrono::steady_clock::now();
  if (!end_) end_ = ToStatus(ShuttingDown());
  Advance();
}

void ExecuteStreamCall::OnTick(std::chrono::steady_clock::time_point now) {
  const StreamLimits& limits = host_->command_streams().limits();
  CutCause cause = CutCause::kStalled;
  {
    const std::lock_guard lock(mutex_);
    if (!writing_ || cancelled_ || cut_) return;
    if (shut_down_at_ && now >= std::max(write_start_, *shut_down_at_) + limits.shutdown_grace) {
      cause = CutCause::kShutDown;
      stalled_at_ = now;
    } else if (!stalled_at_) {
      if (now >= write_start_ + limits.stall_timeout) EndStalled(now);
      return;
    } else if (now < *stalled_at_ + limits.end_grace) {
      return;
    }
    cut_ = true;
  }
  Cut(cause);
}

void ExecuteStreamCall::EndStalled(std::chrono::steady_clock::time_point now) {
  stalled_at_ = now;
  const domain::Refusal refusal = Stalled(host_->command_streams().limits().stall_timeout);
  metrics_->Ended(CallEnd::kRefused, refusal.reason, 0);
  if (!end_) end_ = ToStatus(refusal);
  Advance();
}

// Not under mutex_: gRPC may call back.
void ExecuteStreamCall::Cut(CutCause cause) {
  const std::lock_guard lock(context_mutex_);
  if (context_ != nullptr) CutCall(context_, cause);
}

void ExecuteStreamCall::OnCancel() {
  const auto keep = shared_from_this();
  const std::lock_guard lock(mutex_);
  cancelled_ = true;
  Advance();
}

void ExecuteStreamCall::OnWriteDone(bool ok) {
  const auto keep = shared_from_this();
  const std::lock_guard lock(mutex_);
  writing_ = false;
  open_commands_ -= writing_commands_;
  writing_commands_ = 0;
  // The connection is gone; the commands go on, their answers go nowhere.
  if (!ok) cancelled_ = true;
  Advance();
}

void ExecuteStreamCall::OnDone() {
  {
    const std::lock_guard lock(context_mutex_);
    context_ = nullptr;
  }
  host_->streams().Remove(this);
  host_->command_streams().Remove(this);
  host_->metrics().command_streams().Decrement();
  // Last: the ledger may hold this for longer, but the call is over.
  host_->CallEnded();
  self_.reset();
}

bool ExecuteStreamCall::Ending() const { return half_closed_ || cancelled_ || end_.has_value(); }

// The one place that starts what is next: a write, the end, or a read.
void ExecuteStreamCall::Advance() {
  if (finished_) return;
  // What a stalled client did not take is not kept for it either.
  if (cancelled_ || stalled_at_) {
    for (const Chunk& chunk : ready_) open_commands_ -= chunk.commands;
    ready_.clear();
  }
  if (!writing_ && !ready_.empty()) WriteReady();
  if (Ending()) {
    if (writing_ || !messages_.empty()) return;
    finished_ = true;
    Finish(end_.value_or(grpc::Status::OK));
    return;
  }
  if (!reading_ && open_commands_ < kCommandsMax) {
    reading_ = true;
    StartRead(&read_bytes_);
  }
}

void ExecuteStreamCall::WriteReady() {
  std::vector<grpc::Slice> slices;
  std::size_t bytes = 0;
  while (!ready_.empty() && (bytes == 0 || bytes + ready_.front().bytes.Length() <= kAnswerBytes)) {
    const Chunk& chunk = ready_.front();
    bytes += chunk.bytes.Length();
    writing_commands_ += chunk.commands;
    AppendSlices(chunk.bytes, &slices);
    ready_.pop_front();
  }
  write_bytes_ = grpc::ByteBuffer(slices.data(), slices.size());
  writing_ = true;
  write_start_ = std::chrono::steady_clock::now();
  StartWrite(&write_bytes_);
}

}  // namespace florin::server
