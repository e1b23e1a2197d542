#include "actors/ledger/sequencer.h"

#include <algorithm>
#include <functional>
#include <utility>

#include "actors/ledger/batch_builder.h"
#include "actors/ledger/decider.h"
#include "domain/account_places.h"
#include "storage/prefetch.h"

namespace florin::actors {
namespace {

// How many commands ahead memory is asked for: of the command, of where its accounts are, and of
// the accounts.
constexpr std::size_t kCommandAhead = 20;
constexpr std::size_t kLaterAhead = 12;
constexpr std::size_t kNextAhead = 6;
constexpr std::size_t kPrefetchPostingsMax = 4;

void AnswerWhenPublished(const FlightPtr& flight, std::uint32_t item,
                         const std::shared_ptr<TransactionCall>& call, std::size_t index) {
  flight->WhenPublished([item, call, index](Flight& published) {
    const Item& first = published.items[item];
    // No record: the write failed, and the first caller was told the same.
    call->Deliver(index, first.record != nullptr
                             ? OutcomeOf(first.record, true)
                             : RefusedOutcome(first.refusal.value_or(domain::Refusal{})));
  });
}

}  // namespace

void Sequencer::Restore(std::int64_t last_time, const std::vector<domain::Asset>& assets,
                        const std::vector<storage::OpenHold>& holds) {
  last_time_ = last_time;
  for (const domain::Asset& asset : assets) assets_[asset.code] = asset;
  for (const storage::OpenHold& hold : holds)
    timers_.Add({hold.expire_time, hold.transaction_id}, hold.accounts);
  ShowExpiries();
}

void Sequencer::Submit(SubmissionPtr submission) {
  Enqueue([this, submission = std::move(submission)] { Run(submission); });
}

void Sequencer::SubmitAccount(AccountSubmission submission) {
  Enqueue([this, shared = std::make_shared<AccountSubmission>(std::move(submission))] {
    RunAccount(shared);
  });
}

void Sequencer::SubmitAsset(AssetSubmission submission) {
  Enqueue([this, shared = std::make_shared<AssetSubmission>(std::move(submission))] {
    RunAsset(shared);
  });
}

void Sequencer::Enqueue(std::function<void()> work) {
  intake_.push_back(std::move(work));
  Drain();
}

void Sequencer::EnqueueFirst(std::function<void()> work) {
  intake_.push_front(std::move(work));
  Drain();
}

void Sequencer::Drain() {
  // What runs may enqueue more; the outermost call does it all.
  if (draining_) return;
  draining_ = true;
  while (!intake_.empty()) {
    const auto work = std::move(intake_.front());
    intake_.pop_front();
    work();
  }
  draining_ = false;
}

void Sequencer::Run(const SubmissionPtr& submission) {
  Lane* lane = submission->lane.get();
  if (lane != nullptr && lane->blocked && !submission->holds_lane) {
    lane->sequencer_queue.push_back(submission);
    return;
  }
  const bool outdated = submission->lookup.n() < recent_.evicted_n();
  const bool whole = submission->atomic || submission->validate_only;
  const Progress progress = outdated ? Progress::kBounced
                            : whole  ? RunWhole(submission)
                                     : RunItems(submission);
  if (progress == Progress::kFinished) {
    if (submission->last_n > published_n_)
      calls_.emplace_back(submission->last_n, std::move(submission->call));
    LeaveLane(submission);
    return;
  }
  submission->holds_lane = true;
  if (lane != nullptr) lane->blocked = true;
  if (progress == Progress::kBounced) world_->Readmit(submission);
}

void Sequencer::LeaveLane(const SubmissionPtr& submission) {
  Lane* lane = submission->lane.get();
  if (lane == nullptr || !submission->holds_lane) return;
  submission->holds_lane = false;
  lane->blocked = false;
  // The calls behind it follow in order; each may block the lane again.
  auto behind = std::move(lane->sequencer_queue);
  lane->sequencer_queue.clear();
  for (auto next = behind.rbegin(); next != behind.rend(); ++next) {
    intake_.push_front([this, waiting = *next] { Run(waiting); });
  }
}

void Sequencer::Park(const FlightPtr& flight, std::function<void()> resume) {
  flight->sequencer_waits.store(true, std::memory_order_seq_cst);
  if (flight->Decided()) {
    EnqueueFirst(std::move(resume));
    return;
  }
  parked_[flight->n].push_back(std::move(resume));
}

void Sequencer::OnAwaitedDecision(const FlightPtr& flight) {
  const auto found = parked_.find(flight->n);
  if (found == parked_.end()) return;
  const auto resumes = std::move(found->second);
  parked_.erase(found);
  for (auto resume = resumes.rbegin(); resume != resumes.rend(); ++resume)
    intake_.push_front(*resume);
  Drain();
}

/// Most of what numbering a command takes is waiting for the memory of its accounts, which are in
/// no cache; that of commands further on is fetched meanwhile.
void Sequencer::PrefetchAhead(const Submission& submission) const {
  using Soon = SequencerWorld::Soon;
  const auto prefetch = [&](std::size_t ahead, Soon soon) {
    if (submission.cursor + ahead >= submission.items.size()) return;
    const AdmittedItem& item = submission.items[submission.cursor + ahead];
    const auto* create = std::get_if<domain::CreateTransaction>(item.command.get());
    if (create == nullptr || create->transaction.postings.size() > kPrefetchPostingsMax) return;
    for (const domain::TransactionPosting& posting : create->transaction.postings) {
      world_->Prefetch(posting.debit_account_id, soon);
      world_->Prefetch(posting.credit_account_id, soon);
    }
  };
  if (submission.cursor + kCommandAhead < submission.items.size())
    storage::PrefetchToRead(submission.items[submission.cursor + kCommandAhead].command.get(),
                            sizeof(domain::TransactionCommand));
  prefetch(kLaterAhead, Soon::kLater);
  prefetch(kNextAhead, Soon::kNext);
}

Sequencer::Progress Sequencer::RunItems(const SubmissionPtr& submission) {
  for (; submission->cursor < submission->items.size(); ++submission->cursor) {
    AdmittedItem& admitted = submission->items[submission->cursor];
    PrefetchAhead(*submission);
    if (admitted.resolved) continue;
    const Verdict verdict = Judge(*admitted.command);
    switch (verdict.kind) {
      case Verdict::Kind::kPark:
        Park(verdict.flight, [this, submission] { Run(submission); });
        return Progress::kParked;
      case Verdict::Kind::kAnswered:
        AnswerWhenPublished(verdict.flight, verdict.item, submission->call, submission->cursor);
        continue;
      case Verdict::Kind::kReused:
        submission->call->Deliver(submission->cursor, RefusedOutcome(verdict.refusal));
        continue;
      case Verdict::Kind::kNew:
        break;
    }
    Advance();
    Marks due;
    if (FindDue(*admitted.command, admitted.base, &due)) {
      submission->call->Deliver(submission->cursor, RefusedOutcome(StuckHold()));
      continue;
    }
    if (!due.empty() && WaitForDue(submission)) return Progress::kHeld;
    const FlightPtr flight = NewFlight(submission->principal);
    flight->call = submission->call.get();
    Item& item = flight->items.emplace_back();
    item.call_index = submission->cursor;
    item.command = std::move(admitted.command);
    LinkTarget(&item, admitted.base);
    Launch(flight);
    submission->last_n = flight->n;
  }
  return Progress::kFinished;
}

Sequencer::Progress Sequencer::RunWhole(const SubmissionPtr& submission) {
  for (const AdmittedItem& admitted : submission->items) {
    if (admitted.resolved || admitted.pre_refusal) continue;
    const Verdict verdict = Judge(*admitted.command);
    if (verdict.kind != Verdict::Kind::kPark) continue;
    Park(verdict.flight, [this, submission] { Run(submission); });
    return Progress::kParked;
  }
  Advance();
  for (AdmittedItem& admitted : submission->items) {
    Marks due;
    if (admitted.resolved || admitted.pre_refusal) continue;
    if (FindDue(*admitted.command, admitted.base, &due)) admitted.pre_refusal = StuckHold();
  }
  if (WaitForDue(submission)) return Progress::kHeld;
  const FlightPtr flight = NewFlight(submission->principal);
  flight->call = submission->call.get();
  flight->validate_only = submission->validate_only;
  flight->atomic = submission->atomic;
  flight->items.reserve(submission->items.size());
  BatchBuilder builder(flight.get());
  // Commands that are only tried, each by itself, are refused without leaving a trace: whether an
  // id is used up by one of them is seen when they are tried (Committer::Validate).
  const bool ids_are_used = flight->atomic || !flight->validate_only;
  for (std::size_t i = 0; i < submission->items.size(); ++i) {
    AdmittedItem& admitted = submission->items[i];
    if (admitted.resolved) continue;
    Item item;
    item.call_index = i;
    item.pre_refusal = std::move(admitted.pre_refusal);
    if (!item.pre_refusal) {
      const Verdict verdict = Judge(*admitted.command);
      if (verdict.kind == Verdict::Kind::kAnswered) {
        AnswerWhenPublished(verdict.flight, verdict.item, submission->call, i);
        continue;
      }
      if (verdict.kind == Verdict::Kind::kReused) item.pre_refusal = verdict.refusal;
    }
    item.command = std::move(admitted.command);
    const bool repeated = !item.pre_refusal && ids_are_used && builder.LinkRepeated(&item);
    if (!item.pre_refusal && !repeated && !builder.LinkTargetHere(&item))
      LinkTarget(&item, admitted.base);
    builder.Add(std::move(item));
  }
  submission->cursor = submission->items.size();
  if (!flight->items.empty()) {
    Launch(flight);
    submission->last_n = flight->n;
  }
  return Progress::kFinished;
}

FlightPtr Sequencer::NewFlight(const std::string& principal) const {
  auto flight = std::make_shared<Flight>();
  flight->time = last_time_;
  flight->principal = principal;
  flight->sink = sink_;
  return flight;
}

domain::TransactionPtr Sequencer::TargetShape(const domain::TransactionCommand& command,
                                              const domain::TransactionPtr& base) const {
  const std::string& target = domain::TargetOf(command);
  if (target.empty()) return nullptr;
  const RecentCommands::TransactionUses* uses = recent_.Find(target);
  if (uses == nullptr) return base;
  const FlightPtr& previous = uses->last->flight;
  const Item& last = previous->items[uses->last->item];
  return previous->Decided() ? ContentAfterItem(last, target) : ShapeAfter(last, target);
}

void Sequencer::LinkTarget(Item* item, const domain::TransactionPtr& base) const {
  const std::string& target = domain::TargetOf(*item->command);
  if (target.empty()) return;
  item->target_shape = TargetShape(*item->command, base);
  const RecentCommands::TransactionUses* uses = recent_.Find(target);
  if (uses == nullptr) {
    item->base = base;
    return;
  }
  // Unknown before that command and after it, however it is decided. Without accounts nobody would
  // wait for it, so that it may not be followed either: its decision could be under way.
  if (item->target_shape == nullptr) return;
  item->previous = uses->last->flight;
  item->previous_item = uses->last->item;
}

void Sequencer::AddSlots(const FlightPtr& flight) const {
  auto& slots = flight->slots;
  domain::AccountPlaces places;
  const auto id_at = [&slots](std::size_t place) -> const std::string& {
    return slots[place].account->account_id();
  };
  for (std::size_t i = 0; i < flight->items.size(); ++i) {
    const Item& item = flight->items[i];
    if (item.pre_refusal || item.repeats) continue;
    const auto add = [&](const std::string& account_id, domain::Mention mention) {
      int place = places.Find(account_id, slots.size(), id_at);
      if (place < 0) {
        place = static_cast<int>(slots.size());
        slots.emplace_back().account = world_->Port(account_id, flight->n);
        places.Added(slots.size(), id_at);
      }
      slots[static_cast<std::size_t>(place)].mentions.push_back(mention);
    };
    // By reference: a std::function would copy it to the heap, for each command.
    domain::ForEachMention(*item.command, item.target_shape.get(), static_cast<std::uint16_t>(i),
                           std::cref(add));
  }
}

void Sequencer::Launch(const FlightPtr& flight) {
  flight->n = ++n_;
  AddSlots(flight);
  if (!flight->validate_only) Remember(flight);
  flight->votes_missing.store(flight->slots.size(), std::memory_order_release);
  if (flight->slots.empty()) {
    Decide(flight);
    return;
  }
  for (std::uint32_t i = 0; i < flight->slots.size(); ++i)
    flight->slots[i].account->Deliver(flight, i);
}

void Sequencer::Remember(const FlightPtr& flight) {
  for (std::uint32_t i = 0; i < flight->items.size(); ++i) {
    const Item& item = flight->items[i];
    if (item.pre_refusal || item.repeats) continue;
    const std::string& target = domain::TargetOf(*item.command);
    if (!target.empty()) recent_.Touch(flight, i);
    const std::string& own = OwnIdOf(*item.command);
    if (!own.empty()) recent_.Own(flight, i);
    const std::string& request = RequestIdOf(*item.command);
    if (!request.empty())
      recent_.AddRequest(RecentCommands::RequestKey(false, target, request), flight, i);
    const auto* create = std::get_if<domain::CreateTransaction>(item.command.get());
    if (create == nullptr || !create->transaction.hold_timeout_ns) continue;
    const std::int64_t expire_time =
        domain::ExpireTimeOf(flight->time, *create->transaction.hold_timeout_ns);
    timers_.Add({expire_time, own}, storage::MarksOf(create->transaction));
    if (expire_time < first_expiry_) ShowExpiries();
  }
}

void Sequencer::OnPublished(const std::vector<FlightPtr>& flights) {
  if (flights.empty()) return;
  published_n_ = flights.back()->n;
  while (!calls_.empty() && calls_.front().first <= published_n_) calls_.pop_front();
  for (const FlightPtr& flight : flights) {
    for (const Item& item : flight->items) ForgetTimerOf(flight, item);
  }
  recent_.Evict(published_n_, world_->OldestLookup());
  timers_.Published(published_n_);
  EndDue();
  ShowExpiries();
  Drain();
}

}  // namespace florin::actors
