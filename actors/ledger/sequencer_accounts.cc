// Commands on accounts and assets.

#include <utility>

#include "actors/ledger/decider.h"
#include "actors/ledger/sequencer.h"
#include "domain/content.h"
#include "domain/refusal_text.h"

namespace florin::actors {

void Sequencer::RunAccount(const std::shared_ptr<AccountSubmission>& submission) {
  if (submission->lookup.n() < recent_.evicted_n()) {
    world_->ReadmitAccount(std::move(*submission));
    return;
  }
  if (AnswerRepeated(submission)) return;
  Advance();
  const std::string& named =
      std::visit([](const auto& command) -> const std::string& { return command.account_id; },
                 submission->command);
  if (const auto mark = timers_.DueOn(named)) {
    if (timers_.IsStuck(*mark)) {
      AccountOutcome outcome;
      outcome.refusal = StuckHold();
      submission->done(std::move(outcome));
    } else {
      HoldBack({*mark}, [this, submission] { RunAccount(submission); });
    }
    return;
  }
  const FlightPtr flight = NewFlight(submission->principal);
  flight->n = ++n_;
  flight->account = std::make_unique<AccountWork>();
  flight->account->command = std::move(submission->command);
  flight->account->done = std::move(submission->done);
  std::string account_id;
  if (const auto* open = std::get_if<domain::OpenAccount>(&flight->account->command)) {
    account_id = open->account_id;
    const auto asset = assets_.find(open->asset);
    if (asset != assets_.end()) flight->account->asset = asset->second;
  } else {
    const auto& change = std::get<domain::ChangeAccount>(flight->account->command);
    account_id = change.account_id;
    if (!change.request_id.empty())
      recent_.AddRequest(RecentCommands::RequestKey(true, account_id, change.request_id), flight,
                         0);
  }
  flight->slots.emplace_back().account = world_->Port(account_id, flight->n);
  flight->votes_missing.store(1, std::memory_order_release);
  flight->slots.front().account->Deliver(flight, 0);
}

/// True: the request_id is known, and the call is answered or waits to be.
bool Sequencer::AnswerRepeated(const std::shared_ptr<AccountSubmission>& submission) {
  const auto* change = std::get_if<domain::ChangeAccount>(&submission->command);
  if (change == nullptr || change->request_id.empty()) return false;
  const auto* request =
      recent_.FindRequest(RecentCommands::RequestKey(true, change->account_id, change->request_id));
  if (request == nullptr) return false;
  const FlightPtr first = request->flight;
  if (!first->Decided()) {
    Park(first, [this, submission] { RunAccount(submission); });
    return true;
  }
  const domain::AccountDecision& decision = first->account->decision;
  const bool kept = decision.refusal ? decision.refusal->Recorded() : first->decision->happened();
  if (!kept) return false;
  const std::string field =
      domain::DifferingField(*change, std::get<domain::ChangeAccount>(first->account->command));
  if (!field.empty()) {
    AccountOutcome outcome;
    outcome.refusal = domain::IdReused(change->request_id, field);
    submission->done(std::move(outcome));
    return true;
  }
  first->WhenPublished([done = submission->done](Flight& flight) {
    if (flight.account->record != nullptr) {
      done(AccountOutcomeOf(*flight.account->record, true));
      return;
    }
    AccountOutcome outcome;
    outcome.refusal = flight.account->decision.refusal;
    if (flight.account->failure) outcome.refusal = flight.account->failure;
    done(std::move(outcome));
  });
  return true;
}

void Sequencer::RunAsset(const std::shared_ptr<AssetSubmission>& submission) {
  Advance();
  const FlightPtr flight = NewFlight(submission->principal);
  flight->n = ++n_;
  flight->asset = std::make_unique<AssetWork>();
  AssetWork& work = *flight->asset;
  work.asset = submission->asset;
  work.done = std::move(submission->done);
  const auto [found, added] = assets_.try_emplace(work.asset.code, work.asset);
  if (!added) {
    const char* field = found->second.scale != work.asset.scale ? "scale"
                        : found->second.name != work.asset.name ? "name"
                                                                : "";
    work.replayed = *field == '\0';
    if (!work.replayed) work.refusal = domain::AssetExists(found->second, field);
  }
  AnnounceDecision(flight, added);
}

}  // namespace florin::actors
