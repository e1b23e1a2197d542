#include "tests/actors/ledger/simulated_ledger.h"

#include <utility>

#include "actors/ledger/admission.h"
#include "actors/ledger/outcomes.h"

namespace florin::actors {
namespace {

std::uint64_t Draw(test_support::RandomSource* random) {
  return static_cast<std::uint64_t>(random->Between(0, INT64_MAX));
}

}  // namespace

class SimulatedLedger::LivePort : public AccountPort {
 public:
  /// `in_place`: asked for each command whether its vote may be taken at once.
  LivePort(std::string account_id, Mailboxes* boxes, storage::Reader* reader,
           std::function<bool()> in_place, bool damaged)
      : AccountPort(std::move(account_id)),
        boxes_(boxes),
        box_(boxes->Add()),
        in_place_(std::move(in_place)) {
    // As an actor does, it may outlive the port.
    boxes_->Post(box_, [reader, damaged, id = this->account_id(), cell = cell_] {
      if (damaged) {
        cell->Start(AccountCore::Broken(id, {domain::Reason::kDataCorrupt, "damaged", {}}));
        return;
      }
      auto head = reader->GetHead(id, storage::Tier::kDisk);
      if (!head.ok()) {
        cell->Start(AccountCore::Broken(id, head.refusal()));
        return;
      }
      domain::AccountState state = *head->value->state;
      state.account_id = id;
      cell->Start(AccountCore(std::move(state)));
    });
  }

  void Deliver(FlightPtr flight, std::uint32_t slot) override {
    if (cell_->Offer(flight, slot, in_place_())) return;
    boxes_->Post(box_,
                 [cell = cell_, flight = std::move(flight), slot] { cell->Receive(flight, slot); });
  }
  void Wake() override {
    boxes_->Post(box_, [cell = cell_] { cell->Advance(); });
  }
  [[nodiscard]] std::size_t box() const { return box_; }

 private:
  Mailboxes* boxes_;
  const std::size_t box_;
  const std::shared_ptr<AccountCell> cell_ = std::make_shared<AccountCell>();
  std::function<bool()> in_place_;
};

SimulatedLedger::SimulatedLedger(storage::Store* store, test_support::RandomSource* random,
                                 std::int64_t* clock, const Options& options)
    : store_(store),
      options_(options),
      clock_(clock),
      boxes_(random),
      sequencer_box_(boxes_.Add()),
      committer_box_(boxes_.Add()),
      publisher_(boxes_.Add()),
      readers_{boxes_.Add(), boxes_.Add()},
      committer_(&store->writer(), store->reader().VisibleHead().position, &failure_,
                 LedgerObserver{}),
      committer_random_(Draw(random)),
      sequencer_random_(Draw(random)),
      sequencer_(this, this, Sequencer::Options{options.recent_commands, options.expiries_max}) {
  std::vector<storage::OpenHold> holds;
  if (options.with_open_holds) holds = store->reader().OpenHolds().value();
  sequencer_.Restore(*clock, store->reader().Assets().value(), holds);
}

std::int64_t SimulatedLedger::Now() {
  *clock_ += sequencer_random_.Between(0, options_.clock_step);
  return *clock_;
}

std::shared_ptr<SimulatedCall> SimulatedLedger::Execute(std::size_t client, Batch batch,
                                                        std::shared_ptr<Lane> lane) {
  auto simulated = std::make_shared<SimulatedCall>();
  simulated->batch = batch;
  simulated->lane = lane;
  const std::size_t count = batch.items.size();
  simulated->call = std::make_shared<TransactionCall>(
      count, [simulated](std::vector<TransactionOutcome> outcomes) {
        simulated->outcomes = std::move(outcomes);
        ++simulated->answers;
      });
  auto submission = std::make_shared<Submission>();
  submission->call = simulated->call;
  submission->atomic = batch.atomic;
  submission->validate_only = batch.validate_only;
  submission->lane = std::move(lane);
  submission->items.resize(count);
  for (std::size_t i = 0; i < count; ++i) {
    submission->items[i].command = std::get<domain::CommandPtr>(batch.items[i].command);
  }
  // Look-ups and submission are two jobs: what was looked up may be old.
  boxes_.Post(client, [this, client, submission] {
    Look(submission);
    boxes_.Post(client, [this, submission] { Forward(submission); });
  });
  return simulated;
}

void SimulatedLedger::Look(const SubmissionPtr& submission) {
  submission->lookup = lookups_.Begin(published_n_);
  static_cast<void>(Admit(submission.get(), storage::Tier::kDisk, &store_->reader()));
}

void SimulatedLedger::Forward(const SubmissionPtr& submission) {
  boxes_.Post(sequencer_box_, [this, submission] { sequencer_.Submit(submission); });
}

void SimulatedLedger::Readmit(SubmissionPtr submission) {
  ++readmitted_;
  const std::size_t reader = readers_[next_reader_.fetch_add(1) % 2];
  boxes_.Post(reader, [this, submission = std::move(submission)] {
    Look(submission);
    Forward(submission);
  });
}

std::shared_ptr<SimulatedAccountCall> SimulatedLedger::Change(std::size_t client,
                                                              domain::AccountCommand command) {
  auto simulated = std::make_shared<SimulatedAccountCall>();
  simulated->command = command;
  auto submission = std::make_shared<AccountSubmission>();
  submission->command = std::move(command);
  // Finds the call again in the numbered command.
  submission->principal = std::to_string(reinterpret_cast<std::uintptr_t>(simulated.get()));
  submission->done = [simulated](AccountOutcome outcome) {
    simulated->outcome = std::move(outcome);
    ++simulated->answers;
  };
  boxes_.Post(client, [this, client, submission] { LookAccount(submission, client); });
  return simulated;
}

void SimulatedLedger::LookAccount(const std::shared_ptr<AccountSubmission>& submission,
                                  std::size_t box) {
  submission->lookup = lookups_.Begin(published_n_);
  AccountAdmission admission =
      AdmitAccount(submission->command, storage::Tier::kDisk, &store_->reader());
  if (admission.answer) {
    submission->done(std::move(*admission.answer));
    return;
  }
  boxes_.Post(box, [this, submission] {
    boxes_.Post(sequencer_box_,
                [this, submission] { sequencer_.SubmitAccount(std::move(*submission)); });
  });
}

void SimulatedLedger::ReadmitAccount(AccountSubmission submission) {
  ++readmitted_;
  auto shared = std::make_shared<AccountSubmission>(std::move(submission));
  const std::size_t reader = readers_[next_reader_.fetch_add(1) % 2];
  boxes_.Post(reader, [this, shared, reader] { LookAccount(shared, reader); });
}

void SimulatedLedger::Register(domain::Asset asset) {
  boxes_.Post(sequencer_box_, [this, asset = std::move(asset)] {
    sequencer_.SubmitAsset(AssetSubmission{asset, "", [](const AssetOutcome&) {}});
  });
}

void SimulatedLedger::LoadHolds(std::vector<HoldTimers::Key> holds) {
  const std::size_t reader = readers_[next_reader_.fetch_add(1) % 2];
  boxes_.Post(reader, [this, keys = std::move(holds)] {
    LoadedHolds loaded;
    for (const HoldTimers::Key& key : keys) {
      if (hold_reads_failing_ > 0) {
        --hold_reads_failing_;
        loaded.push_back({key, nullptr, "the read failed"});
        continue;
      }
      auto transaction = store_->reader().GetTransaction(key.second);
      loaded.push_back({key, transaction.ok() ? transaction->value_or(nullptr) : nullptr, ""});
    }
    boxes_.Post(sequencer_box_,
                [this, loaded = std::move(loaded)] { sequencer_.OnHoldsLoaded(loaded); });
  });
}

AccountPort* SimulatedLedger::Port(const std::string& account_id, std::uint64_t n) {
  Live& live = accounts_[account_id];
  if (live.port == nullptr) {
    live.port = std::make_shared<LivePort>(
        account_id, &boxes_, &store_->reader(),
        [this] { return sequencer_random_.Percent(options_.in_place_percent); },
        account_id == damaged_);
  }
  live.last_n = n;
  return live.port.get();
}

std::size_t SimulatedLedger::BoxOf(const std::string& account_id) {
  const auto found = accounts_.find(account_id);
  return static_cast<LivePort*>(found != accounts_.end() ? found->second.port.get()
                                                         : Port(account_id, 0))
      ->box();
}

void SimulatedLedger::Tick(std::size_t client) {
  boxes_.Post(client, [this] { boxes_.Post(sequencer_box_, [this] { sequencer_.OnTick(); }); });
}

void SimulatedLedger::OnDecided(const FlightPtr& flight) {
  {
    const std::lock_guard lock(flights_mutex_);
    flights_[flight->n] = flight;
  }
  commit_queue_.Push(flight);
  boxes_.Post(committer_box_, [this] { CommitSome(); });
}

void SimulatedLedger::OnAwaitedDecision(const FlightPtr& flight) {
  ++parked_;
  boxes_.Post(sequencer_box_, [this, flight] { sequencer_.OnAwaitedDecision(flight); });
}

void SimulatedLedger::CommitSome() {
  const auto most = static_cast<std::size_t>(committer_random_.Between(1, options_.commit_most));
  std::vector<FlightPtr> flights = commit_queue_.TryTake(most);
  if (flights.empty()) return;
  auto committed = std::make_shared<CommittedFlights>(committer_.Commit(std::move(flights)));
  boxes_.Post(publisher_, [this, committed] { Publish(committed); });
  boxes_.Post(committer_box_, [this] { CommitSome(); });
}

void SimulatedLedger::Publish(const std::shared_ptr<CommittedFlights>& committed) {
  std::optional<domain::Refusal> failure;
  if (committed->batch != nullptr) {
    store_->writer().Publish(std::move(committed->batch));
  } else {
    failure = failure_.Get();
  }
  published_n_.store(committed->flights.back()->n, std::memory_order_release);
  for (const FlightPtr& flight : committed->flights) {
    Answer(flight, failure, &store_->reader(),
           [this](std::function<void()> job) { boxes_.Post(readers_[0], std::move(job)); });
  }
  boxes_.Post(sequencer_box_, [this, committed] {
    sequencer_.OnPublished(committed->flights);
    Passivate();
  });
}

void SimulatedLedger::Passivate() {
  std::erase_if(accounts_, [this](const auto& entry) {
    return entry.second.last_n <= sequencer_.published_n() &&
           sequencer_random_.Percent(options_.passivate_percent);
  });
}

std::vector<FlightPtr> SimulatedLedger::Flights() const {
  const std::lock_guard lock(flights_mutex_);
  std::vector<FlightPtr> flights;
  for (const auto& [n, flight] : flights_) flights.push_back(flight);
  return flights;
}

}  // namespace florin::actors
