// How calls enter the pipeline: counted in, looked up, handed to the sequencer.

#include <algorithm>
#include <string_view>
#include <utility>

#include "actors/end_process.h"
#include "actors/ledger/admission.h"
#include "actors/ledger/ledger_core.h"
#include "actors/ledger/outcomes.h"

namespace florin::actors {
namespace {

/// Up to so many look-ups in memory are made on the caller's thread; more go to a reader.
constexpr std::size_t kInlineLookupsMax = 64;

/// Who fails if something is thrown while a call that is counted in is on its way to the sequencer.
/// Such a call would be lost: its caller would get no answer, and Stop would wait for it for ever.
constexpr std::string_view kAdmission = "admission";

/// In the place of a command that is malformed.
const domain::CommandPtr kNoCommand = std::make_shared<domain::TransactionCommand>();

domain::Refusal Overloaded(const std::string& what, std::size_t limit) {
  return {domain::Reason::kOverloaded,
          what + " (limit " + std::to_string(limit) + "); retry the same call a little later",
          {{"limit", std::to_string(limit)}}};
}

domain::Refusal ShuttingDown() {
  return {domain::Reason::kShuttingDown,
          "the server is shutting down; retry the same call once it is back",
          {}};
}

template <typename Outcome>
std::vector<Outcome> AllRefused(std::size_t count, const domain::Refusal& refusal) {
  std::vector<Outcome> outcomes(count);
  for (Outcome& outcome : outcomes) outcome.refusal = refusal;
  return outcomes;
}

/// What a command takes while it is in flight, in transfers of one posting.
std::size_t WeightOf(const BatchItem& item) {
  const auto* command = std::get_if<domain::CommandPtr>(&item.command);
  const auto* create =
      command == nullptr ? nullptr : std::get_if<domain::CreateTransaction>(command->get());
  return create == nullptr ? 1 : std::max<std::size_t>(create->transaction.postings.size(), 1);
}

std::size_t WeightOf(const Batch& batch) {
  std::size_t weight = 0;
  for (const BatchItem& item : batch.items) weight += WeightOf(item);
  return weight;
}

/// Answers what nobody has answered yet.
void RefuseRest(const SubmissionPtr& submission, const domain::Refusal& refusal) {
  for (std::size_t i = submission->cursor; i < submission->items.size(); ++i) {
    if (!submission->items[i].resolved) submission->call->Deliver(i, RefusedOutcome(refusal));
  }
}

/// Collects the outcomes of a call on several accounts.
class AccountsCall {
 public:
  AccountsCall(std::size_t size, Ledger::AccountsDone done)
      : outcomes_(size), missing_(size), done_(std::move(done)) {}
  void Deliver(std::size_t index, AccountOutcome outcome) {
    outcomes_[index] = std::move(outcome);
    if (missing_.fetch_sub(1, std::memory_order_acq_rel) == 1) done_(std::move(outcomes_));
  }

 private:
  std::vector<AccountOutcome> outcomes_;
  std::atomic<std::size_t> missing_;
  Ledger::AccountsDone done_;
};

}  // namespace

std::optional<domain::Refusal> LedgerCore::ReadOnly() const {
  return failure_.IsSet() ? failure_.Get() : std::nullopt;
}

/// While nothing can be written, known ids are answered from the log all the same; the rest is
/// refused here. False: it goes on. What the sequencer sent back holds a lane there, and is
/// refused behind it.
bool LedgerCore::RefuseUnknown(const SubmissionPtr& submission) {
  if (submission->holds_lane) return false;
  const auto failure = ReadOnly();
  if (failure) RefuseRest(submission, *failure);
  return failure.has_value();
}

std::optional<domain::Refusal> LedgerCore::Enter(std::size_t commands) {
  const std::size_t before = in_flight_.fetch_add(commands, std::memory_order_acq_rel);
  // Looked at after counting in, so that Stop either sees the call or refuses it.
  if (stopping_.load(std::memory_order_acquire)) {
    Leave(commands);
    return ShuttingDown();
  }
  // A call larger than the limit goes through while nothing else is in flight: else it never would.
  if (before != 0 && before + commands > options_.max_in_flight) {
    Leave(commands);
    return Overloaded("too many commands in flight", options_.max_in_flight);
  }
  return std::nullopt;
}

void LedgerCore::Leave(std::size_t commands) {
  if (in_flight_.fetch_sub(commands, std::memory_order_acq_rel) != commands) return;
  if (!stopping_.load(std::memory_order_acquire)) return;
  const std::lock_guard lock(drain_mutex_);
  drained_.notify_all();
}

SubmissionPtr LedgerCore::NewSubmission(Batch batch, std::size_t weight, BatchDone done) {
  const std::size_t count = batch.items.size();
  auto submission = std::make_shared<Submission>();
  submission->call = std::make_shared<TransactionCall>(
      count, [this, weight, done = std::move(done)](std::vector<TransactionOutcome> outcomes) {
        done(std::move(outcomes));
        Leave(weight);
      });
  submission->atomic = batch.atomic;
  submission->validate_only = batch.validate_only;
  submission->principal = std::move(batch.principal);
  submission->items.resize(count);
  return submission;
}

void LedgerCore::Execute(Batch batch, BatchDone done) {
  ExecuteOn(nullptr, std::move(batch), std::move(done));
}

std::shared_ptr<Lane> LedgerCore::NewLane() { return std::make_shared<Lane>(); }

void LedgerCore::ExecuteOn(const std::shared_ptr<Lane>& lane, Batch batch, BatchDone done) {
  const std::size_t count = batch.items.size();
  if (count == 0) {
    done({});
    return;
  }
  const std::size_t weight = WeightOf(batch);
  if (const auto refusal = Enter(weight)) {
    done(AllRefused<TransactionOutcome>(count, *refusal));
    return;
  }
  RunOrEndProcess(kAdmission, [&] { Take(lane, std::move(batch), weight, std::move(done)); });
}

void LedgerCore::Take(const std::shared_ptr<Lane>& lane, Batch batch, std::size_t weight,
                      BatchDone done) {
  const std::size_t count = batch.items.size();
  std::vector<BatchItem> items = std::move(batch.items);
  batch.items.resize(count);
  const SubmissionPtr submission = NewSubmission(std::move(batch), weight, std::move(done));
  const bool stays = submission->atomic || submission->validate_only;
  bool open = stays;
  for (std::size_t i = 0; i < count; ++i) {
    AdmittedItem& item = submission->items[i];
    if (auto* command = std::get_if<domain::CommandPtr>(&items[i].command)) {
      item.command = std::move(*command);
      open = true;
      continue;
    }
    item.command = kNoCommand;
    item.pre_refusal = std::move(std::get<domain::Refusal>(items[i].command));
    item.resolved = !stays;
  }
  // Delivered last: with the last outcome the call is over.
  submission->lane = lane;
  for (std::size_t i = 0; i < count && !stays; ++i) {
    if (submission->items[i].resolved)
      submission->call->Deliver(i, RefusedOutcome(*submission->items[i].pre_refusal));
  }
  if (!open) return;
  if (lane == nullptr) {
    static_cast<void>(AdmitAndSubmit(submission));
    return;
  }
  {
    const std::lock_guard lock(lane->mutex);
    lane->admission_queue.push_back(submission);
    if (lane->admitting) return;
    lane->admitting = true;
  }
  NextOnLane(lane);
}

/// Admits the calls of a lane one after another, so that they reach the sequencer in order.
void LedgerCore::NextOnLane(const std::shared_ptr<Lane>& lane) {
  // A loop, since thousands may wait behind one that was read from disk.
  for (;;) {
    SubmissionPtr next;
    {
      const std::lock_guard lock(lane->mutex);
      if (lane->admission_queue.empty()) {
        lane->admitting = false;
        return;
      }
      next = std::move(lane->admission_queue.front());
      lane->admission_queue.pop_front();
    }
    if (!AdmitAndSubmit(next)) return;
  }
}

bool LedgerCore::AdmitAndSubmit(const SubmissionPtr& submission) {
  submission->lookup = lookups_on_their_way_.Begin(published_n_);
  if (submission->items.size() - submission->cursor <= kInlineLookupsMax &&
      Admit(submission.get(), storage::Tier::kMemory, &reader())) {
    if (RefuseUnknown(submission)) return true;
    caf::anon_send(sequencer_, SubmitMessage{submission});
    return true;
  }
  if (lookups_.TryRun([this, submission] { AdmitFromDisk(submission); })) return false;
  RefuseRest(submission, Overloaded("too many reads are waiting", ReaderPool::kQueueMax));
  return true;
}

void LedgerCore::AdmitFromDisk(const SubmissionPtr& submission) {
  submission->lookup = lookups_on_their_way_.Begin(published_n_);
  // With Tier::kDisk every look-up is complete.
  static_cast<void>(Admit(submission.get(), storage::Tier::kDisk, &reader()));
  // A call that comes back to be looked up again still holds its lane; the next one is on its way
  // already. Looked at before it is sent: from then on it is the sequencer's.
  const std::shared_ptr<Lane> lane = submission->holds_lane ? nullptr : submission->lane;
  if (!RefuseUnknown(submission)) caf::anon_send(sequencer_, SubmitMessage{submission});
  if (lane != nullptr) NextOnLane(lane);
}

void LedgerCore::Readmit(SubmissionPtr submission) {
  lookups_.Run([this, submission = std::move(submission)] { AdmitFromDisk(submission); });
}

void LedgerCore::ReadmitAccount(AccountSubmission submission) {
  auto shared = std::make_shared<AccountSubmission>(std::move(submission));
  lookups_.Run([this, shared] { SubmitAccount(shared, storage::Tier::kDisk); });
}

void LedgerCore::ChangeAccounts(std::vector<domain::AccountCommand> commands, std::string principal,
                                AccountsDone done) {
  const std::size_t count = commands.size();
  if (count == 0) {
    done({});
    return;
  }
  if (const auto refusal = Enter(count)) {
    done(AllRefused<AccountOutcome>(count, *refusal));
    return;
  }
  RunOrEndProcess(kAdmission, [&] {
    auto call = std::make_shared<AccountsCall>(
        count, [this, count, done = std::move(done)](std::vector<AccountOutcome> outcomes) {
          done(std::move(outcomes));
          Leave(count);
        });
    for (std::size_t i = 0; i < count; ++i) {
      auto submission = std::make_shared<AccountSubmission>();
      submission->command = std::move(commands[i]);
      submission->principal = principal;
      submission->done = [call, i](AccountOutcome outcome) {
        call->Deliver(i, std::move(outcome));
      };
      SubmitAccount(submission, storage::Tier::kMemory);
    }
  });
}

void LedgerCore::SubmitAccount(const std::shared_ptr<AccountSubmission>& submission,
                               storage::Tier tier) {
  submission->lookup = lookups_on_their_way_.Begin(published_n_);
  const auto failure = ReadOnly();
  AccountAdmission admission = AdmitAccount(submission->command, tier, &reader());
  if (failure && tier == storage::Tier::kMemory) {
    admission.complete = false;
  } else if (failure && !admission.answer) {
    const auto* const open = std::get_if<domain::OpenAccount>(&submission->command);
    if (open != nullptr) admission.answer = KnownAccount(*open, &reader());
    if (!admission.answer) admission.answer.emplace().refusal = *failure;
  }
  if (!admission.complete) {
    if (lookups_.TryRun([this, submission] { SubmitAccount(submission, storage::Tier::kDisk); }))
      return;
    admission.answer.emplace().refusal =
        Overloaded("too many reads are waiting", ReaderPool::kQueueMax);
  }
  if (admission.answer) {
    submission->done(std::move(*admission.answer));
    return;
  }
  caf::anon_send(sequencer_, SubmitAccountMessage{submission});
}

void LedgerCore::RegisterAsset(domain::RegisterAsset command, std::string principal,
                               AssetDone done) {
  if (const auto refusal = Enter(1)) {
    AssetOutcome outcome;
    outcome.refusal = *refusal;
    done(std::move(outcome));
    return;
  }
  RunOrEndProcess(kAdmission, [&] {
    auto submission = std::make_shared<AssetSubmission>();
    submission->asset = std::move(command.asset);
    submission->principal = std::move(principal);
    submission->done = [this, done = std::move(done)](AssetOutcome outcome) {
      done(std::move(outcome));
      Leave(1);
    };
    if (const auto failure = ReadOnly()) {
      AnswerKnownAsset(submission, *failure);
    } else {
      caf::anon_send(sequencer_, SubmitAssetMessage{submission});
    }
  });
}

void LedgerCore::AnswerKnownAsset(const std::shared_ptr<AssetSubmission>& submission,
                                  const domain::Refusal& failure) {
  const auto refuse = [submission](const domain::Refusal& refusal) {
    AssetOutcome outcome;
    outcome.refusal = refusal;
    submission->done(std::move(outcome));
  };
  const bool taken = lookups_.TryRun([this, submission, failure, refuse] {
    auto known = KnownAsset(submission->asset, &reader());
    if (known) {
      submission->done(std::move(*known));
    } else {
      refuse(failure);
    }
  });
  if (!taken) refuse(Overloaded("too many reads are waiting", ReaderPool::kQueueMax));
}

}  // namespace florin::actors
