#include "actors/ledger/committer.h"

#include <chrono>
#include <map>
#include <utility>

#include "actors/ledger/batch_builder.h"
#include "actors/ledger/changes.h"
#include "actors/ledger/decider.h"
#include "domain/refusal_text.h"
#include "storage/prefetch.h"

namespace florin::actors {
namespace {

// How many flights ahead memory is asked for: of the flight, and of what it points to.
constexpr std::size_t kFlightAhead = 14;
constexpr std::size_t kPortsAhead = 11;
constexpr std::size_t kAccountsAhead = 8;
constexpr std::size_t kPrefetchSlotsMax = 8;

domain::Refusal Broken(const std::string& what) {
  return {domain::Reason::kStorageUnavailable,
          "the ledger stopped writing because an internal check failed: " + what +
              "; see the server's log, then restart the server",
          {}};
}

std::vector<storage::AccountAfter> AccountsOf(const domain::TransactionCommand& command,
                                              const domain::Transaction* before,
                                              domain::Scratch* scratch) {
  std::vector<storage::AccountAfter> accounts;
  std::map<std::string, bool> seen;
  const bool reverses = std::holds_alternative<domain::ReverseTransaction>(command);
  domain::ForEachMention(
      command, before, 0, [&](const std::string& account_id, domain::Mention mention) {
        const bool is_leg = mention.kind == domain::MentionKind::kDebitLeg ||
                            mention.kind == domain::MentionKind::kCreditLeg;
        // A part that was settled as zero is not reversed.
        const bool left_out = reverses && before->postings[mention.index].Moved() == 0;
        if (!is_leg || left_out || !seen.try_emplace(account_id, true).second) return;
        const domain::AccountState& state = scratch->Account(account_id);
        storage::AccountAfter after;
        after.account_id = account_id;
        after.version = state.version;
        after.balances = state.balances;
        after.scale = state.scale;
        after.debit_normal = state.DebitNormal();
        accounts.push_back(std::move(after));
      });
  return accounts;
}

/// As it was tried: a refusal that would not be remembered leaves its ids free, and the same end
/// again has none.
bool UsesIds(const Item& item) {
  return item.refusal ? domain::InfoOf(item.refusal->reason).recorded
                      : item.status == ItemStatus::kDone;
}

}  // namespace

void WriteFailure::Set(domain::Refusal refusal) {
  const std::lock_guard lock(mutex_);
  if (!refusal_) refusal_ = std::move(refusal);
  set_.store(true, std::memory_order_release);
}

std::optional<domain::Refusal> WriteFailure::Get() const {
  const std::lock_guard lock(mutex_);
  return refusal_;
}

/// What staging waits for most is memory: flights and commands come from other threads, and
/// accounts were seldom used lately.
void Committer::PrefetchAhead(const std::vector<FlightPtr>& flights, std::size_t now) {
  if (now + kFlightAhead < flights.size())
    storage::PrefetchToWrite(flights[now + kFlightAhead].get(), sizeof(Flight));
  if (now + kPortsAhead < flights.size()) {
    const Flight& later = *flights[now + kPortsAhead];
    if (later.slots.size() <= kPrefetchSlotsMax) {
      for (const Slot& slot : later.slots)
        storage::PrefetchToRead(slot.account, sizeof(AccountPort));
    }
  }
  if (now + kAccountsAhead >= flights.size()) return;
  const Flight& next = *flights[now + kAccountsAhead];
  if (next.slots.size() > kPrefetchSlotsMax) return;
  for (const Slot& slot : next.slots)
    writer_->Prefetch(slot.account->account_id(), slot.account->written());
  for (const Item& item : next.items)
    storage::PrefetchToRead(item.command.get(), sizeof(domain::TransactionCommand));
}

CommittedFlights Committer::Commit(std::vector<FlightPtr> flights) {
  CommittedFlights committed;
  for (std::size_t i = 0; i < flights.size() && !failure_->IsSet(); ++i) {
    PrefetchAhead(flights, i);
    Stage(flights[i].get());
  }
  const std::size_t bytes = writer_->StagedBytes();
  if (!failure_->IsSet()) {
    const auto start = std::chrono::steady_clock::now();
    auto batch = writer_->Commit();
    const std::chrono::duration<double> elapsed = std::chrono::steady_clock::now() - start;
    if (batch.ok()) {
      committed.batch = std::move(*batch);
      if (observer_.on_commit) observer_.on_commit(flights.size(), bytes, elapsed.count());
    } else {
      Fail(batch.refusal());
    }
  }
  committed.flights = std::move(flights);
  return committed;
}

void Committer::Fail(domain::Refusal refusal) { failure_->Set(std::move(refusal)); }

storage::RecordPtr Committer::Write(const Flight& flight, storage::Change change) {
  absl::InlinedVector<storage::WriterAccountPtr*, 2> known;
  // To look through many takes longer than to find one.
  if (flight.slots.size() <= kPrefetchSlotsMax) {
    for (const Slot& slot : flight.slots) known.push_back(slot.account->written());
  }
  auto record = writer_->Stage(std::move(change), known);
  if (record.ok()) {
    staged_head_ = (*record)->last_position;
    return *record;
  }
  Fail(Broken("command " + std::to_string(flight.n) + ": " + record.refusal().message));
  return nullptr;
}

void Committer::Stage(Flight* flight) {
  if (flight->account != nullptr) {
    StageAccount(flight);
  } else if (flight->asset != nullptr) {
    StageAsset(flight);
  } else if (flight->validate_only) {
    Validate(flight);
  } else {
    StageTransactions(flight);
  }
}

void Committer::StageTransactions(Flight* flight) {
  for (std::size_t i = 0; i < flight->items.size() && !failure_->IsSet(); ++i) StageItem(flight, i);
  // Chains of commands on one transaction must not keep each other alive for ever.
  for (Item& item : flight->items) item.previous.reset();
}

void Committer::StageItem(Flight* flight, std::size_t index) {
  Item& item = flight->items[index];
  if (item.status == ItemStatus::kDone) {
    item.record = Write(*flight, ChangeOf(*flight, item));
    if (item.record == nullptr) return;
    const storage::Change& written = item.record->change;
    if (OwnIdOf(*item.command).empty()) {
      item.target_staged = written.transaction;
    } else {
      item.own_staged = written.transaction;
      item.target_staged = written.original;
    }
    return;
  }
  if (!item.pre_refusal && !item.repeats) item.target_staged = StagedBefore(*flight, item);
  if (item.status == ItemStatus::kRefused) StageRefusal(flight, index);
}

void Committer::StageRefusal(Flight* flight, std::size_t index) {
  Item& item = flight->items[index];
  // The server's own expiry of a hold that has ended: nobody asked, nothing to say.
  if (std::holds_alternative<domain::ExpireTransaction>(*item.command)) return;
  if (item.pre_refusal) {
    item.refusal = item.pre_refusal;
    return;
  }
  unreadable_.reset();
  item.refusal = Explain(*flight, index);
  if (IsUnreadable(item.reason)) {
    // There is nothing to explain by numbers.
    // Read once more, for the place. Where it can be read by now, the vote stands all the same.
    item.refusal = unreadable_.value_or(domain::Refusal{
        item.reason,
        "an account of this command could not be read from disk; see the server's log",
        {}});
    return;
  }
  if (unreadable_) {
    // Without its accounts the refusal has no numbers: nothing is remembered of it, and a retry is
    // safe.
    item.refusal = unreadable_;
    return;
  }
  if (!item.refusal || item.refusal->reason != item.reason) {
    Fail(Broken(
        "command " + std::to_string(flight->n) + " was refused as " +
        std::string(domain::InfoOf(item.reason).name) + ", but its heads say " +
        (item.refusal ? std::string(domain::InfoOf(item.refusal->reason).name) : "accepted")));
    return;
  }
  auto change = RefusalChangeOf(*flight, item, *item.refusal);
  if (!change) return;
  item.record = Write(*flight, std::move(*change));
  if (item.record != nullptr && item.own_after != nullptr)
    item.own_staged = item.record->change.transaction;
}

domain::Scratch Committer::MakeScratch(const Flight& flight) {
  std::map<std::string, domain::TransactionPtr> before;
  for (const Item& item : flight.items) {
    const std::string& target = domain::TargetOf(*item.command);
    if (!target.empty() && !item.previous_here && !item.pre_refusal && !item.repeats)
      before.try_emplace(target, StagedBefore(flight, item));
  }
  return domain::Scratch(
      [this](const std::string& account_id) {
        auto head = writer_->AppendedHead(account_id);
        if (head.ok()) return **head;
        unreadable_ = head.refusal();
        return domain::AccountState{};
      },
      [before = std::move(before)](const std::string& id) {
        const auto found = before.find(id);
        return found == before.end() ? domain::TransactionPtr{} : found->second;
      });
}

std::optional<domain::Refusal> Committer::Explain(const Flight& flight, std::size_t last) {
  domain::Scratch scratch = MakeScratch(flight);
  std::optional<domain::Refusal> refusal;
  for (std::size_t i = 0; i <= last; ++i) {
    const Item& item = flight.items[i];
    if (item.pre_refusal || item.repeats) continue;
    refusal = domain::DecideAndApply(*item.command, flight.time, &scratch).refusal;
    if (refusal) return i == last ? refusal : std::nullopt;
  }
  return refusal;
}

void Committer::Validate(Flight* flight) {
  flight->tried_on = staged_head_;
  domain::Scratch scratch = MakeScratch(*flight);
  std::optional<std::size_t> refused;
  UsedIds used;
  for (std::size_t i = 0; i < flight->items.size(); ++i) {
    Item& item = flight->items[i];
    if (refused) {
      item.status = ItemStatus::kSkipped;
      continue;
    }
    item.status = ItemStatus::kDone;
    if (!flight->atomic && !item.pre_refusal) used.Link(*flight, &item);
    if (item.repeats) continue;
    if (item.pre_refusal) {
      item.refusal = item.pre_refusal;
    } else {
      const domain::TransactionPtr before = scratch.Find(domain::TargetOf(*item.command));
      unreadable_.reset();
      domain::CommandDecision decision =
          domain::DecideAndApply(*item.command, flight->time, &scratch);
      item.refusal = unreadable_ ? unreadable_ : std::move(decision.refusal);
      if (decision.replays_end) item.status = ItemStatus::kReplaysEnd;
      item.target_staged = before;
      item.own_after = decision.effect.after;
      if (!item.refusal && !decision.replays_end)
        item.validated_accounts = AccountsOf(*item.command, before.get(), &scratch);
    }
    if (UsesIds(item)) used.Add(item, static_cast<std::uint32_t>(i));
    if (!item.refusal) continue;
    item.status = ItemStatus::kRefused;
    if (flight->atomic) refused = i;
    // What comes after it would find it as it is remembered.
    if (!domain::InfoOf(item.refusal->reason).recorded) continue;
    item.target_staged = scratch.Find(domain::TargetOf(*item.command));
    if (auto remembered =
            domain::RefusedTransaction(*item.command, item.target_staged.get(), flight->time))
      scratch.Put(std::move(remembered));
  }
  if (refused) SkipAllBut(flight, *refused);
}

/// All or none: nothing of a refused batch would happen. An end that stood before it is answered
/// all the same; one that an item of this batch would make is not.
void Committer::SkipAllBut(Flight* flight, std::size_t refused) {
  for (std::size_t i = 0; i < flight->items.size(); ++i) {
    Item& item = flight->items[i];
    if (i == refused) continue;
    item.status = ItemStatus::kSkipped;
    if (item.pre_refusal || item.repeats) continue;
    const domain::TransactionPtr before = StagedBeforeBatch(*flight, item);
    if (!domain::CheckTransaction(*item.command, before.get()).replays_end) continue;
    item.status = ItemStatus::kReplaysEnd;
    item.target_staged = before;
  }
}

void Committer::StageAccount(Flight* flight) {
  AccountWork& work = *flight->account;
  if (flight->decision->happened()) {
    work.record = Write(*flight, AccountChangeOf(*flight));
    return;
  }
  if (!work.decision.refusal) {
    // Read later, it might have changed again, and the answer would be of a state that the command
    // did not act on.
    const auto* change = std::get_if<domain::ChangeAccount>(&work.command);
    if (change == nullptr) return;
    auto head = writer_->AppendedHead(change->account_id);
    if (head.ok()) {
      work.unchanged = *head;
    } else {
      work.failure = head.refusal();
    }
    return;
  }
  if (auto change = AccountRefusalChangeOf(*flight))
    work.record = Write(*flight, std::move(*change));
}

void Committer::StageAsset(Flight* flight) {
  if (!flight->decision->happened()) return;
  storage::Change change;
  change.kind = storage::ChangeKind::kAssetRegistered;
  change.commit_time = flight->time;
  change.principal = flight->principal;
  change.asset = flight->asset->asset;
  flight->asset->record = Write(*flight, std::move(change));
}

}  // namespace florin::actors
