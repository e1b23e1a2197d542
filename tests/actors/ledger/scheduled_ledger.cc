#include "tests/actors/ledger/scheduled_ledger.h"

#include <algorithm>
#include <new>
#include <utility>

#include "actors/ledger/admission.h"
#include "actors/ledger/outcomes.h"

namespace florin::actors {

ScheduledLedger::ScheduledLedger(storage::Store* store, std::size_t max_active_accounts)
    : store_(store),
      reader_(&store->reader()),
      committer_(&store->writer(), store->reader().VisibleHead().position, &failure_,
                 LedgerObserver{}) {
  config_.set("scheduler.policy", caf::atom("testing"));
  system_ = std::make_unique<caf::actor_system>(config_);
  scheduler_ = dynamic_cast<caf::scheduler::test_coordinator*>(&system_->scheduler());
  SequencerActor::Settings settings;
  settings.max_active_accounts = max_active_accounts;
  settings.last_time = store->reader().VisibleHead().time;
  settings.assets = {{"EUR", 2, ""}};
  sequencer_ = caf::actor_cast<caf::actor>(
      system_->spawn<SequencerActor>(static_cast<PipelineHost*>(this), settings));
  RunActors();
}

ScheduledLedger::~ScheduledLedger() {
  Stop();
  RunAll();
  sequencer_ = nullptr;
}

void ScheduledLedger::Open(domain::OpenAccount open) {
  auto submission = std::make_shared<AccountSubmission>();
  submission->command = std::move(open);
  submission->lookup = lookups_.Begin(published_n_);
  submission->done = [](const AccountOutcome&) {};
  caf::anon_send(sequencer_, SubmitAccountMessage{std::move(submission)});
}

ScheduledLedger::Outcomes ScheduledLedger::Execute(std::vector<domain::TransactionCommand> commands,
                                                   bool validate_only) {
  auto answered = std::make_shared<std::vector<TransactionOutcome>>();
  auto submission = std::make_shared<Submission>();
  submission->validate_only = validate_only;
  submission->call = std::make_shared<TransactionCall>(
      commands.size(),
      [answered](std::vector<TransactionOutcome> outcomes) { *answered = std::move(outcomes); });
  for (auto& command : commands) {
    submission->items.emplace_back().command =
        std::make_shared<domain::TransactionCommand>(std::move(command));
  }
  submission->lookup = lookups_.Begin(published_n_);
  static_cast<void>(Admit(submission.get(), storage::Tier::kDisk, &reader()));
  caf::anon_send(sequencer_, SubmitMessage{std::move(submission)});
  return answered;
}

void ScheduledLedger::KillSequencer() { caf::anon_send_exit(sequencer_, caf::exit_reason::kill); }

void ScheduledLedger::KillAccount(const std::string& account_id) {
  const auto actor = system_->spawn<AccountActor>(account_id, std::make_shared<AccountCell>(),
                                                  static_cast<PipelineHost*>(this));
  caf::anon_send_exit(actor, caf::exit_reason::kill);
}

void ScheduledLedger::Stop() { caf::anon_send(sequencer_, StopMessage{}); }

bool ScheduledLedger::RunOne(std::size_t choice) {
  auto& jobs = scheduler_->jobs;
  if (jobs.empty()) return false;
  const auto picked = jobs.begin() + static_cast<std::ptrdiff_t>(choice % jobs.size());
  std::rotate(jobs.begin(), picked, picked + 1);
  scheduler_->run_once();
  return true;
}

void ScheduledLedger::RunActors() {
  while (RunOne()) {
  }
}

bool ScheduledLedger::RunReaderJob() {
  if (jobs_.empty()) return false;
  const auto job = std::move(jobs_.front());
  jobs_.pop_front();
  job();
  return true;
}

bool ScheduledLedger::Commit() {
  std::vector<FlightPtr> flights = commit_queue_.TryTake(1'000);
  if (flights.empty()) return false;
  CommittedFlights committed = committer_.Commit(std::move(flights));
  std::optional<domain::Refusal> failure = failure_.Get();
  if (committed.batch != nullptr) {
    store_->writer().Publish(std::move(committed.batch));
  }
  published_n_ = committed.flights.back()->n;
  for (const FlightPtr& flight : committed.flights) {
    for (const Item& item : flight->items) {
      published_ids_.push_back(OwnIdOf(*item.command));
    }
    Answer(flight, failure, &reader(),
           [this](std::function<void()> job) { RunReader(std::move(job)); });
  }
  caf::anon_send(
      sequencer_,
      PublishedMessage{std::make_shared<std::vector<FlightPtr>>(std::move(committed.flights))});
  return true;
}

void ScheduledLedger::RunAll() {
  while (RunOne() || RunReaderJob() || Commit()) {
  }
}

void ScheduledLedger::Readmit(SubmissionPtr submission) {
  RunReader([this, submission = std::move(submission)] {
    submission->lookup = lookups_.Begin(published_n_);
    static_cast<void>(Admit(submission.get(), storage::Tier::kDisk, &reader()));
    caf::anon_send(sequencer_, SubmitMessage{submission});
  });
}

void ScheduledLedger::ReadmitAccount(AccountSubmission submission) {
  auto shared = std::make_shared<AccountSubmission>(std::move(submission));
  RunReader([this, shared] {
    shared->lookup = lookups_.Begin(published_n_);
    caf::anon_send(sequencer_, SubmitAccountMessage{shared});
  });
}

void ScheduledLedger::OnDecided(const FlightPtr& flight) {
  if (throws_) throw std::bad_alloc();
  decided_.push_back(flight->n);
  commit_queue_.Push(flight);
}

void ScheduledLedger::OnAwaitedDecision(const FlightPtr& flight) {
  caf::anon_send(sequencer_, AwaitedMessage{flight});
}

}  // namespace florin::actors
