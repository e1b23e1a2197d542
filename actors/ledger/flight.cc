#include "actors/ledger/flight.h"

#include <utility>

namespace florin::actors {
namespace {

const std::string kNoId;

}  // namespace

void TransactionCall::Deliver(std::size_t index, TransactionOutcome outcome) {
  outcomes_[index] = std::move(outcome);
  if (missing_.fetch_sub(1, std::memory_order_acq_rel) != 1) return;
  // The flight is kept for replays for a while; whoever waited for the answer is let go now.
  const Ledger::BatchDone done = std::move(done_);
  done(std::move(outcomes_));
}

void Flight::WhenPublished(std::function<void(Flight&)> then) {
  {
    const std::lock_guard lock(mutex_);
    if (!published_) {
      waiting_.push_back(std::move(then));
      return;
    }
  }
  then(*this);
}

void Flight::MarkPublished() {
  std::vector<std::function<void(Flight&)>> waiting;
  {
    const std::lock_guard lock(mutex_);
    published_ = true;
    waiting.swap(waiting_);
  }
  for (const auto& then : waiting) then(*this);
}

const std::string& OwnIdOf(const domain::TransactionCommand& command) {
  if (const auto* create = std::get_if<domain::CreateTransaction>(&command))
    return create->transaction.transaction_id;
  if (const auto* reverse = std::get_if<domain::ReverseTransaction>(&command))
    return reverse->transaction_id;
  return kNoId;
}

const std::string& RequestIdOf(const domain::TransactionCommand& command) {
  if (const auto* settle = std::get_if<domain::SettleTransaction>(&command))
    return settle->request_id;
  if (const auto* release = std::get_if<domain::VoidTransaction>(&command))
    return release->request_id;
  return kNoId;
}

bool IsMadeOnDemand(const Item& item) {
  return item.own_after == nullptr && item.status == ItemStatus::kDone &&
         std::holds_alternative<domain::CreateTransaction>(*item.command);
}

std::shared_ptr<domain::Transaction> MakeCreated(const Flight& flight) {
  const domain::TransactionCommand& command = *flight.items.front().command;
  const auto& create = std::get<domain::CreateTransaction>(command);
  absl::InlinedVector<int, 2> scales(create.transaction.postings.size());
  for (const Slot& slot : flight.slots) {
    for (const domain::Mention& mention : slot.mentions) {
      if (mention.kind == domain::MentionKind::kDebitLeg) scales[mention.index] = slot.scale;
    }
  }
  const auto scale_of = [&scales](int posting) {
    return scales[static_cast<std::size_t>(posting)];
  };
  return domain::ApplyCommand(command, nullptr, flight.time, std::cref(scale_of)).after;
}

domain::TransactionPtr AfterItem(const Flight& flight, std::size_t index,
                                 const std::string& transaction_id) {
  const Item& item = flight.items[index];
  if (OwnIdOf(*item.command) != transaction_id) return item.target_after;
  return IsMadeOnDemand(item) ? MakeCreated(flight) : item.own_after;
}

domain::TransactionPtr ContentAfterItem(const Item& item, const std::string& transaction_id) {
  if (OwnIdOf(*item.command) != transaction_id) return item.target_after;
  if (!IsMadeOnDemand(item)) return item.own_after;
  return {item.command, &std::get<domain::CreateTransaction>(*item.command).transaction};
}

const domain::TransactionPtr& StagedAfterItem(const Item& item, const std::string& transaction_id) {
  return OwnIdOf(*item.command) == transaction_id ? item.own_staged : item.target_staged;
}

TransactionOutcome OutcomeOf(storage::RecordPtr record, bool replayed) {
  TransactionOutcome outcome;
  outcome.replayed = replayed;
  outcome.position = record->last_position;
  outcome.transaction = record->change.transaction;
  switch (record->change.kind) {
    case storage::ChangeKind::kRequestRefused:
      outcome.refusal = record->change.refusal;
      outcome.status = domain::TransactionStatus::kRefused;
      break;
    case storage::ChangeKind::kTransactionRefused:
      outcome.refusal = record->change.transaction->refusal;
      outcome.status = domain::TransactionStatus::kRefused;
      break;
    default:
      if (outcome.transaction != nullptr) outcome.status = outcome.transaction->status;
      break;
  }
  outcome.record = std::move(record);
  return outcome;
}

TransactionOutcome RefusedOutcome(domain::Refusal refusal) {
  TransactionOutcome outcome;
  outcome.refusal = std::move(refusal);
  return outcome;
}

AccountOutcome AccountOutcomeOf(const storage::Record& record, bool replayed) {
  AccountOutcome outcome;
  outcome.replayed = replayed;
  if (record.change.kind == storage::ChangeKind::kRequestRefused) {
    outcome.refusal = record.change.refusal;
    return outcome;
  }
  outcome.account = *record.change.account;
  if (!record.accounts.empty()) {
    outcome.account.balances = record.accounts.front().balances;
    outcome.account.version = record.accounts.front().version;
    outcome.account.position = record.accounts.front().position;
  }
  return outcome;
}

}  // namespace florin::actors
