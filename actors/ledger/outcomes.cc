#include "actors/ledger/outcomes.h"

#include <utility>

#include "domain/content.h"
#include "domain/refusal_text.h"

namespace florin::actors {
namespace {

AccountOutcome RefusedAccount(domain::Refusal refusal) {
  AccountOutcome outcome;
  outcome.refusal = std::move(refusal);
  return outcome;
}

TransactionOutcome ReplayedEnd(const Flight& flight, const Item& item, storage::Reader* reader) {
  if (flight.validate_only && item.target_staged->end_position == 0) {
    // It would have ended earlier in this very batch: nothing of it is in the log.
    TransactionOutcome outcome;
    outcome.replayed = true;
    outcome.position = flight.tried_on;
    outcome.status = item.target_staged->status;
    auto transaction = std::make_shared<domain::Transaction>(*item.target_staged);
    transaction->position = flight.tried_on;
    outcome.transaction = std::move(transaction);
    return outcome;
  }
  // The end is published by now; its record is the first outcome.
  auto record = reader->ReadRecord(item.target_staged->end_position);
  return record.ok() ? OutcomeOf(*record, true) : RefusedOutcome(record.refusal());
}

TransactionOutcome Validated(const Item& item, std::int64_t head) {
  if (item.refusal) {
    TransactionOutcome outcome = RefusedOutcome(*item.refusal);
    outcome.position = head;
    return outcome;
  }
  TransactionOutcome outcome;
  outcome.position = head;
  if (item.own_after != nullptr) {
    auto transaction = std::make_shared<domain::Transaction>(*item.own_after);
    transaction->position = head;
    outcome.transaction = std::move(transaction);
  }
  outcome.validated_accounts = item.validated_accounts;
  if (item.own_after != nullptr) outcome.status = item.own_after->status;
  return outcome;
}

/// Index in the call of the item that refused the batch.
std::size_t RefusedIndex(const Flight& flight) {
  for (const Item& item : flight.items) {
    if (item.status == ItemStatus::kRefused) return item.call_index;
  }
  return 0;
}

TransactionOutcome Repeated(const Flight& flight, const Item& item, storage::Reader* reader) {
  const Item& first = flight.items[*item.repeats];
  const bool skipped =
      first.status == ItemStatus::kSkipped ||
      (flight.atomic && first.refusal && !domain::InfoOf(first.refusal->reason).recorded);
  if (flight.validate_only && !skipped && first.status != ItemStatus::kReplaysEnd) {
    TransactionOutcome outcome = Validated(first, flight.tried_on);
    outcome.replayed = true;
    return outcome;
  }
  if (first.status == ItemStatus::kReplaysEnd) return ReplayedEnd(flight, first, reader);
  if (first.record != nullptr) return OutcomeOf(first.record, true);
  return RefusedOutcome(domain::BatchRefused(RefusedIndex(flight)));
}

TransactionOutcome ItemOutcome(const Flight& flight, const Item& item, storage::Reader* reader) {
  if (item.repeats) return Repeated(flight, item, reader);
  switch (item.status) {
    case ItemStatus::kDone:
      return flight.validate_only ? Validated(item, flight.tried_on)
                                  : OutcomeOf(item.record, false);
    case ItemStatus::kRefused:
      if (item.record != nullptr) return OutcomeOf(item.record, false);
      return flight.validate_only ? Validated(item, flight.tried_on)
                                  : RefusedOutcome(item.refusal.value_or(domain::Refusal{}));
    case ItemStatus::kReplaysEnd:
      return ReplayedEnd(flight, item, reader);
    case ItemStatus::kSkipped:
    case ItemStatus::kOpen:
      break;
  }
  return RefusedOutcome(domain::BatchRefused(RefusedIndex(flight)));
}

AccountOutcome CurrentAccount(const std::string& account_id, storage::Reader* reader) {
  auto head = reader->GetHead(account_id, storage::Tier::kDisk);
  if (!head.ok()) return RefusedAccount(head.refusal());
  AccountOutcome outcome;
  outcome.replayed = true;
  if (head->value) outcome.account = *head->value->state;
  return outcome;
}

/// An account of this id exists: the same opening again, or another one.
AccountOutcome RepeatedOpen(const domain::OpenAccount& open, storage::Reader* reader) {
  AccountOutcome current = CurrentAccount(open.account_id, reader);
  if (current.refusal) return current;
  auto record = reader->ReadRecord(current.account.open_position);
  if (!record.ok()) return RefusedAccount(record.refusal());
  const std::string field = domain::DifferingField(open, *(*record)->change.account);
  return field.empty() ? current : RefusedAccount(domain::AccountExists(open.account_id, field));
}

void AnswerAccount(const FlightPtr& flight, storage::Reader* reader,
                   const std::function<void(std::function<void()>)>& later) {
  const AccountWork& work = *flight->account;
  if (work.failure) {
    work.done(RefusedAccount(*work.failure));
  } else if (work.record != nullptr) {
    work.done(AccountOutcomeOf(*work.record, false));
  } else if (work.decision.refusal) {
    work.done(RefusedAccount(*work.decision.refusal));
  } else if (work.unchanged != nullptr) {
    AccountOutcome outcome;
    outcome.replayed = true;
    outcome.account = *work.unchanged;
    work.done(std::move(outcome));
  } else {
    later([flight, reader] {
      const AccountWork& waiting = *flight->account;
      waiting.done(RepeatedOpen(std::get<domain::OpenAccount>(waiting.command), reader));
    });
  }
}

AssetOutcome ReplayedAsset(const domain::Asset& asset, storage::Reader* reader) {
  AssetOutcome outcome;
  outcome.replayed = true;
  outcome.asset = asset;
  auto positions = reader->StreamPositions("asset/" + asset.code, 1, 1);
  if (!positions.ok()) outcome.refusal = positions.refusal();
  if (positions.ok() && !positions->empty()) outcome.position = positions->front();
  return outcome;
}

void AnswerAsset(const FlightPtr& flight, storage::Reader* reader,
                 const std::function<void(std::function<void()>)>& later) {
  const AssetWork& work = *flight->asset;
  if (!work.replayed) {
    AssetOutcome outcome;
    outcome.refusal = work.refusal;
    outcome.asset = work.asset;
    if (work.record != nullptr) outcome.position = work.record->last_position;
    work.done(std::move(outcome));
    return;
  }
  later([flight, reader] { flight->asset->done(ReplayedAsset(flight->asset->asset, reader)); });
}

/// Everything of the flight that has not been written is refused with what stopped the writing.
void MarkFailed(Flight* flight, const domain::Refusal& failure) {
  for (Item& item : flight->items) {
    if (item.record != nullptr) item.record.reset();
    item.refusal = failure;
    if (flight->call != nullptr) flight->call->Deliver(item.call_index, RefusedOutcome(failure));
  }
  if (flight->account != nullptr) {
    flight->account->record.reset();
    flight->account->failure = failure;
    flight->account->done(RefusedAccount(failure));
  }
  if (flight->asset != nullptr) {
    AssetOutcome outcome;
    outcome.refusal = failure;
    flight->asset->done(std::move(outcome));
  }
  // The committer, which lets go of it otherwise, has staged nothing. Commands on one transaction
  // would free each other one inside the other, down to the first, until the stack is used up.
  // Publication goes by numbers, so that none has more than one before it here.
  for (Item& item : flight->items) item.previous.reset();
}

}  // namespace

void Answer(const FlightPtr& flight, const std::optional<domain::Refusal>& failure,
            storage::Reader* reader, const std::function<void(std::function<void()>)>& later) {
  if (failure) {
    MarkFailed(flight.get(), *failure);
  } else if (flight->account != nullptr) {
    AnswerAccount(flight, reader, later);
  } else if (flight->asset != nullptr) {
    AnswerAsset(flight, reader, later);
  } else if (flight->call != nullptr) {
    for (const Item& item : flight->items)
      flight->call->Deliver(item.call_index, ItemOutcome(*flight, item, reader));
  }
  flight->MarkPublished();
}

TransactionOutcome RepeatedTransaction(const domain::TransactionCommand& command,
                                       const storage::TransactionPlace& place,
                                       storage::Reader* reader) {
  auto record = reader->ReadRecord(place.create_position);
  if (!record.ok()) return RefusedOutcome(record.refusal());
  const std::string field = domain::DifferingField(command, *(*record)->change.transaction);
  if (!field.empty()) return RefusedOutcome(domain::IdReused(OwnIdOf(command), field));
  return OutcomeOf(*record, true);
}

TransactionOutcome RepeatedRequest(const domain::TransactionCommand& command, std::int64_t position,
                                   storage::Reader* reader) {
  auto record = reader->ReadRecord(position);
  if (!record.ok()) return RefusedOutcome(record.refusal());
  const storage::Change& first = (*record)->change;
  std::string field = "command";
  const auto* settle = std::get_if<domain::SettleTransaction>(&command);
  const auto* release = std::get_if<domain::VoidTransaction>(&command);
  if (settle != nullptr && first.settle_request != nullptr)
    field = domain::DifferingField(*settle, *first.settle_request);
  if (release != nullptr && first.void_request != nullptr)
    field = domain::DifferingField(*release, *first.void_request);
  if (!field.empty()) return RefusedOutcome(domain::IdReused(RequestIdOf(command), field));
  return OutcomeOf(*record, true);
}

AccountOutcome RepeatedAccountRequest(const domain::ChangeAccount& command, std::int64_t position,
                                      storage::Reader* reader) {
  auto record = reader->ReadRecord(position);
  if (!record.ok()) return RefusedAccount(record.refusal());
  const auto& first = (*record)->change.account_request;
  const std::string field = first == nullptr ? "command" : domain::DifferingField(command, *first);
  if (!field.empty()) return RefusedAccount(domain::IdReused(command.request_id, field));
  return AccountOutcomeOf(**record, true);
}

std::optional<AccountOutcome> KnownAccount(const domain::OpenAccount& open,
                                           storage::Reader* reader) {
  const auto head = reader->GetHead(open.account_id, storage::Tier::kDisk);
  if (!head.ok()) return RefusedAccount(head.refusal());
  if (!head->value || head->value->state->version == 0) return std::nullopt;
  return RepeatedOpen(open, reader);
}

std::optional<AssetOutcome> KnownAsset(const domain::Asset& asset, storage::Reader* reader) {
  const auto assets = reader->Assets();
  if (!assets.ok()) {
    AssetOutcome outcome;
    outcome.refusal = assets.refusal();
    return outcome;
  }
  for (const domain::Asset& existing : *assets) {
    if (existing.code != asset.code) continue;
    if (existing.scale == asset.scale && existing.name == asset.name)
      return ReplayedAsset(existing, reader);
    AssetOutcome outcome;
    outcome.refusal =
        domain::AssetExists(existing, existing.scale != asset.scale ? "scale" : "name");
    return outcome;
  }
  return std::nullopt;
}

}  // namespace florin::actors
