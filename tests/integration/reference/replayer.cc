#include "tests/integration/reference/replayer.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>
#include <utility>

#include "tests/integration/reference/expected.h"
#include "tests/integration/reference/wire.h"

namespace florin::integration {
namespace {

constexpr int kFailuresShown = 10;

reference::Batch BatchOf(const Call& call) {
  reference::Batch batch;
  batch.atomic = call.kind == CallKind::kAtomicBatch || call.kind == CallKind::kValidateAtomicBatch;
  batch.validate_only =
      call.kind == CallKind::kValidateBatch || call.kind == CallKind::kValidateAtomicBatch;
  for (const Item& item : call.items)
    batch.commands.push_back(std::get<reference::TransactionCommand>(item.command));
  return batch;
}

/// The answer to an item that stands for itself, in a batch or alone.
reference::Answer Execute(const Call& call, const Item& item, std::int64_t now,
                          reference::ReferenceLedger* ledger) {
  return std::visit(
      [&](const auto& one) -> reference::Answer {
        if constexpr (std::is_same_v<std::decay_t<decltype(one)>, reference::TransactionCommand>) {
          if (call.kind == CallKind::kUnary) return ledger->Execute(one, now);
          return ledger->Execute(reference::Batch{{one}, false, false}, now).front();
        } else if constexpr (requires { ledger->Execute(one, now); }) {
          return ledger->Execute(one, now);
        }
        return {};
      },
      item.command);
}

void AddAccounts(const auto& postings, std::set<std::string>* named) {
  for (const auto& posting : postings) {
    named->insert(posting.debit_account_id);
    named->insert(posting.credit_account_id);
  }
}

/// The accounts that a command depends on.
void AddNamed(const Command& command, const reference::ReferenceLedger& ledger,
              std::set<std::string>* named) {
  const auto add_target = [&](const std::string& transaction_id) {
    const reference::TransactionPtr target = ledger.FindTransaction(transaction_id);
    if (target != nullptr) AddAccounts(target->postings, named);
  };
  const auto add_transaction = [&](const auto& one) {
    using One = std::decay_t<decltype(one)>;
    if constexpr (std::is_same_v<One, reference::CreateTransaction>) {
      AddAccounts(one.postings, named);
      for (const auto& check : one.version_checks) named->insert(check.account_id);
      for (const auto& check : one.balance_checks) named->insert(check.account_id);
    } else if constexpr (std::is_same_v<One, reference::ReverseTransaction>) {
      add_target(one.reverses_transaction_id);
    } else if constexpr (!std::is_same_v<One, std::monostate>) {
      add_target(one.transaction_id);
    }
  };
  std::visit(
      [&](const auto& one) {
        if constexpr (std::is_same_v<std::decay_t<decltype(one)>, reference::TransactionCommand>) {
          std::visit(add_transaction, one);
        } else if constexpr (requires { one.account_id; }) {
          named->insert(one.account_id);
        }
      },
      command);
}

bool WasOverloaded(const Item& item) {
  const v1::Refusal* refusal = item.outcome.Refused();
  return refusal != nullptr && refusal->reason() == "OVERLOADED";
}

}  // namespace

std::int64_t Replayer::TimeOf(std::int64_t position) const {
  return Nanoseconds(log_[static_cast<std::size_t>(position - 1)].time());
}

void Replayer::Run() {
  for (const Unplaced& one : timeline_.unplaced) by_low_.emplace(one.low, &one);
  for (std::size_t done = 0;; ++done) {
    TryUnplaced(done);
    if (done == timeline_.steps.size() || failures_ >= kFailuresShown) return;
    if (DoStep(timeline_.steps[done])) continue;
    ADD_FAILURE() << "stopped at step " << done << " of " << timeline_.steps.size();
    return;
  }
}

bool Replayer::DoStep(const Step& step) {
  const std::int64_t now = TimeOf(step.last_position);
  if (step.call == nullptr) return DoExpiry(step, now);
  return NothingIsDue(step, now) && (step.whole_call ? DoBatch(step, now) : DoItem(step, now)) &&
         CheckEvents(step);
}

bool Replayer::NothingIsDue(const Step& step, std::int64_t now) const {
  const std::vector<std::string> due = ledger_.DueHolds(now);
  if (due.empty()) return true;
  std::set<std::string> named;
  for (std::size_t i = 0; i < step.call->items.size(); ++i) {
    if (step.whole_call || i == step.item) AddNamed(step.call->items[i].command, ledger_, &named);
  }
  for (const std::string& id : due) {
    const reference::TransactionPtr hold = ledger_.FindTransaction(id);
    for (const reference::StoredPosting& posting : hold->postings) {
      if (!named.contains(posting.debit_account_id) && !named.contains(posting.credit_account_id))
        continue;
      ADD_FAILURE() << "hold " << id << " was due on an account of the command at position "
                    << step.first_position;
      return false;
    }
  }
  return true;
}

bool Replayer::DoExpiry(const Step& step, std::int64_t now) {
  if (!ledger_.Expire(step.expired, now)) {
    const reference::TransactionPtr hold = ledger_.FindTransaction(step.expired);
    ADD_FAILURE() << "hold " << step.expired << " was not due at position " << step.last_position
                  << " and time " << now << ": "
                  << (hold == nullptr ? "unknown" : ToWire(*hold).ShortDebugString());
    return false;
  }
  events_ = ledger_.events();
  return CheckEvents(step);
}

bool Replayer::DoBatch(const Step& step, std::int64_t now) {
  const std::vector<reference::Answer> answers = ledger_.Execute(BatchOf(*step.call), now);
  events_ = ledger_.events();
  for (std::size_t i = 0; i < answers.size(); ++i) {
    const Item& item = step.call->items[i];
    ++checked_answers_;
    const std::string difference = Difference(answers[i], item, false);
    if (difference.empty()) continue;
    ADD_FAILURE() << "item " << i << " of an atomic batch at position " << step.last_position
                  << ": " << Describe(item.command) << "\nanswered " << Describe(item.outcome)
                  << "\n"
                  << difference;
    for (const Item& other : step.call->items) {
      std::cerr << "  " << Describe(other.command) << " -> " << Describe(other.outcome) << "\n";
    }
    return false;
  }
  return true;
}

bool Replayer::DoItem(const Step& step, std::int64_t now) {
  const Item& item = step.call->items[step.item];
  const reference::Answer answer = Execute(*step.call, item, now, &ledger_);
  events_ = ledger_.events();
  ++checked_answers_;
  const std::string difference = Difference(answer, item, false);
  if (difference.empty()) return true;
  ADD_FAILURE() << "at position " << step.last_position << ": " << Describe(item.command)
                << "\nanswered " << Describe(item.outcome) << "\n"
                << difference;
  return false;
}

bool Replayer::CheckEvents(const Step& step) {
  const auto count = static_cast<std::size_t>(step.last_position - step.first_position + 1);
  if (events_.size() != count) {
    ADD_FAILURE() << "positions " << step.first_position << " to " << step.last_position
                  << ": the reference wrote " << events_.size() << " events";
    return false;
  }
  for (std::size_t i = 0; i < count; ++i) {
    const v1::Event& seen = log_[static_cast<std::size_t>(step.first_position) - 1 + i];
    const std::string difference = Difference(events_[i], seen);
    if (difference.empty() && TimeOf(seen.position()) == TimeOf(step.last_position)) continue;
    ADD_FAILURE() << "event " << seen.ShortDebugString() << "\n" << difference;
    return false;
  }
  return true;
}

void Replayer::TryUnplaced(std::size_t done) {
  for (auto [entry, end] = by_low_.equal_range(done); entry != end; ++entry)
    pending_.push_back(entry->second);
  std::vector<const Unplaced*> again;
  for (const Unplaced* one : pending_) {
    const std::string difference = Try(*one);
    if (difference.empty()) {
      nearest_.erase(one);
      checked_answers_ += one->whole_call ? one->call->items.size() : 1;
      continue;
    }
    Nearest& nearest = nearest_[one];
    const auto& items = one->call->items;
    const bool named = std::any_of(items.begin(), items.end(), [&](const Item& item) {
      return item.outcome.Position() == ledger_.head();
    });
    const bool nearer = nearest.difference.empty() || difference.size() < nearest.difference.size();
    if (named || (nearer && !nearest.named)) nearest = {ledger_.head(), named, difference};
    if (done < one->high) {
      again.push_back(one);
      continue;
    }
    if (++failures_ > kFailuresShown) return;
    ADD_FAILURE() << "right in no state after " << one->low << " to " << one->high
                  << " steps; nearest at head " << nearest.head << ": " << nearest.difference;
    for (const Item& item : one->call->items)
      std::cerr << "  " << Describe(item.command) << " -> " << Describe(item.outcome) << "\n";
  }
  pending_ = std::move(again);
}

std::string Replayer::Try(const Unplaced& one) const {
  reference::ReferenceLedger scratch(&ledger_);
  const std::int64_t now = ledger_.head() == 0 ? 0 : TimeOf(ledger_.head());
  if (one.whole_call) {
    const reference::Batch batch = BatchOf(*one.call);
    const std::vector<reference::Answer> answers = scratch.Execute(batch, now);
    for (std::size_t i = 0; i < answers.size(); ++i) {
      const Item& item = one.call->items[i];
      const std::string difference = Difference(answers[i], item, batch.validate_only);
      if (difference.empty() || WasOverloaded(item)) continue;
      return "item " + std::to_string(i) + " of a batch: " + Describe(item.command) +
             "\nanswered " + Describe(item.outcome) + "\n" + difference;
    }
    // Nothing of it may have an effect, or it would stand in the log.
    return scratch.head() == ledger_.head() ? "" : "a batch that should have had an effect";
  }
  const Item& item = one.call->items[one.item];
  if (WasOverloaded(item)) return "";
  std::string difference;
  if (const auto* account = std::get_if<ReadAccount>(&item.command)) {
    difference = Difference(ledger_, *account, item);
  } else if (const auto* transaction = std::get_if<ReadTransaction>(&item.command)) {
    difference = Difference(ledger_, *transaction, item);
  } else if (const auto* balances = std::get_if<ReadBalances>(&item.command)) {
    difference = Difference(ledger_, *balances, item);
  } else {
    const reference::Answer answer = Execute(*one.call, item, now, &scratch);
    difference = Difference(answer, item, true);
    if (difference.empty() && scratch.head() != ledger_.head())
      difference = "it should have had an effect";
  }
  if (difference.empty()) return "";
  return Describe(item.command) + "\nanswered " + Describe(item.outcome) + "\n" + difference;
}

}  // namespace florin::integration
