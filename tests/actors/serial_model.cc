#include "tests/actors/serial_model.h"

#include <gtest/gtest.h>

#include <set>
#include <utility>

#include "domain/account_rules.h"
#include "domain/content.h"
#include "domain/refusal_text.h"

namespace florin::actors {
namespace {

using domain::Reason;

std::string NameOf(const std::optional<domain::Refusal>& refusal) {
  return refusal ? std::string(domain::InfoOf(refusal->reason).name) + ": " + refusal->message
                 : "accepted";
}

std::string RequestKey(const domain::TransactionCommand& command) {
  return domain::TargetOf(command) + "/" + RequestIdOf(command);
}

std::vector<std::string> AccountsOf(const domain::TransactionCommand& command,
                                    const domain::Transaction* before) {
  std::vector<std::string> accounts;
  std::set<std::string> seen;
  domain::ForEachTouch(command, before, 0, [&](const std::string& id, domain::Touch touch) {
    if (touch.kind != domain::TouchKind::kDebitLeg && touch.kind != domain::TouchKind::kCreditLeg) {
      return;
    }
    if (seen.insert(id).second) accounts.push_back(id);
  });
  return accounts;
}

}  // namespace

domain::Scratch SerialModel::NewScratch() {
  return domain::Scratch(
      [this](const std::string& id) {
        const auto found = accounts_.find(id);
        return found == accounts_.end() ? domain::AccountState{} : found->second;
      },
      [this](const std::string& id) {
        const auto found = transactions_.find(id);
        return found == transactions_.end() ? domain::TransactionPtr{} : found->second;
      });
}

void SerialModel::Run(const std::vector<FlightPtr>& flights) {
  for (std::size_t i = 0; i < flights.size(); ++i) {
    const Flight& flight = *flights[i];
    ASSERT_EQ(flight.n, i + 1) << "a number is missing";
    if (i > 0) {
      ASSERT_GE(flight.time, flights[i - 1]->time);
    }
    CheckNothingIsDue(flight);
    if (flight.account != nullptr) {
      RunAccount(flight);
    } else if (flight.asset == nullptr) {
      RunTransactions(flight);
    }
  }
}

void SerialModel::CheckNothingIsDue(const Flight& flight) const {
  const bool expires =
      flight.items.size() == 1 &&
      std::holds_alternative<domain::ExpireTransaction>(flight.items.front().command);
  // Only commands: an expiry may stand behind another that is due.
  if (expires) return;
  for (const auto& [id, transaction] : transactions_) {
    if (transaction->status != domain::TransactionStatus::kPending) continue;
    if (!transaction->expire_time) continue;
    EXPECT_GT(*transaction->expire_time, flight.time)
        << "hold " << id << " is due before command " << flight.n;
  }
}

void SerialModel::CheckExpiry(const Flight& flight, const domain::Decision& decision) {
  if (decision.refusal || decision.replays_end) return;
  const auto& after = decision.effect.after;
  ASSERT_TRUE(after->expire_time);
  EXPECT_LE(*after->expire_time, flight.time)
      << "hold " << after->transaction_id << " expired before its time";
}

void SerialModel::CheckIdIsFree(const Item& item) const {
  const std::string& own = OwnIdOf(item.command);
  if (!own.empty()) {
    EXPECT_FALSE(own_ids_.contains(own)) << own << " acts a second time";
  }
  if (!RequestIdOf(item.command).empty()) {
    EXPECT_FALSE(requests_.contains(RequestKey(item.command)))
        << RequestKey(item.command) << " acts a second time";
  }
}

void SerialModel::RunTransactions(const Flight& flight) {
  domain::Scratch scratch = NewScratch();
  struct Step {
    domain::TransactionPtr before;
    domain::Decision decision;
    Expected expected;
  };
  std::vector<Step> steps(flight.items.size());
  std::optional<std::size_t> refused;
  for (std::size_t i = 0; i < flight.items.size(); ++i) {
    const Item& item = flight.items[i];
    Step& step = steps[i];
    if (item.pre_refusal) {
      EXPECT_EQ(item.pre_refusal->reason, Reason::kIdReused);
      step.expected.refusal = item.pre_refusal;
    } else if (item.repeats) {
      step.expected = steps[*item.repeats].expected;
      step.expected.replayed = true;
      Expect(flight, item, step.expected);
      continue;
    } else {
      CheckIdIsFree(item);
      step.before = scratch.Find(domain::TargetOf(item.command));
      std::map<std::string, std::int64_t> versions;
      for (const std::string& id : AccountsOf(item.command, step.before.get())) {
        versions[id] = scratch.Account(id).version;
      }
      step.decision = domain::DecideAndApply(item.command, flight.time, &scratch);
      step.expected.refusal = step.decision.refusal;
      if (step.decision.replays_end) {
        step.expected.replayed = true;
      } else if (!step.decision.refusal) {
        for (const std::string& id : AccountsOf(item.command, step.before.get())) {
          // Parts of a hold that were settled as zero are not reversed.
          const domain::AccountState& after = scratch.Account(id);
          if (after.version == versions[id]) continue;
          step.expected.accounts.push_back(after);
        }
      }
      if (flight.validate_only && step.expected.refusal && step.expected.refusal->Recorded()) {
        // What comes after it finds it as it would be remembered.
        auto remembered = domain::RefusedTransaction(item.command, step.before.get(), flight.time);
        if (remembered != nullptr) scratch.Put(std::move(remembered));
      }
      if (std::holds_alternative<domain::ExpireTransaction>(item.command)) {
        CheckExpiry(flight, step.decision);
      }
    }
    if (flight.validate_only) {
      if (!refused) Expect(flight, item, step.expected);
      if (step.expected.refusal && flight.atomic && !refused) refused = i;
      continue;
    }
    if (step.expected.refusal) {
      RefuseBatch(flight, i, *step.expected.refusal);
      return;
    }
  }
  if (flight.validate_only) {
    // All or none: the others would not happen. What stands twice is left to the tests of the
    // whole ledger.
    domain::Scratch untouched = NewScratch();
    for (std::size_t i = 0; refused && i < flight.items.size(); ++i) {
      Expected expected;
      expected.refusal = domain::BatchRefused(flight.items[*refused].call_index);
      if (auto stood = StoodBefore(flight.items[i], &untouched)) expected = *stood;
      expected.unclear = flight.items[i].repeats.has_value();
      if (i != *refused) Expect(flight, flight.items[i], expected);
    }
    return;
  }
  for (std::size_t i = 0; i < flight.items.size(); ++i) {
    const Item& item = flight.items[i];
    Step& step = steps[i];
    if (item.repeats) {
      // The first outcome, which has its position by now.
      step.expected = steps[*item.repeats].expected;
      step.expected.replayed = true;
      Expect(flight, item, step.expected);
      continue;
    }
    if (step.decision.replays_end) {
      step.expected.position = end_positions_[domain::TargetOf(item.command)];
      Expect(flight, item, step.expected);
      continue;
    }
    ASSERT_NE(item.record, nullptr) << "command " << flight.n << " item " << i;
    step.expected.position = item.record->last_position;
    Keep(item.command, step.before.get(), &scratch, step.decision.effect);
    if (OwnIdOf(item.command).empty()) {
      end_positions_[domain::TargetOf(item.command)] = step.expected.position;
    }
    Remember(flight, item, step.expected, step.decision.effect.after);
    Expect(flight, item, step.expected);
  }
}

void SerialModel::RefuseBatch(const Flight& flight, std::size_t refused,
                              const domain::Refusal& refusal) {
  domain::Scratch untouched = NewScratch();
  for (std::size_t i = 0; i < flight.items.size(); ++i) {
    const Item& item = flight.items[i];
    Expected expected;
    if (i == refused) {
      expected.refusal = refusal;
      if (item.record != nullptr) {
        EXPECT_TRUE(refusal.Recorded());
        expected.position = item.record->last_position;
        domain::TransactionPtr own =
            item.pre_refusal
                ? nullptr
                : domain::RefusedTransaction(item.command,
                                             untouched.Find(domain::TargetOf(item.command)).get(),
                                             flight.time);
        if (own != nullptr) transactions_[own->transaction_id] = own;
        Remember(flight, item, expected, own);
      }
    } else {
      expected.refusal = domain::BatchRefused(flight.items[refused].call_index);
      if (auto stood = StoodBefore(item, &untouched)) expected = *stood;
    }
    if (item.repeats) {
      // A replay of what is kept; what was not kept is refused with the batch.
      const Expected& first =
          expected_[{flight.call.get(), flight.items[*item.repeats].call_index}];
      if (!first.refusal || first.position != 0) {
        expected = first;
        expected.replayed = true;
      }
    }
    Expect(flight, item, expected);
  }
}

std::optional<SerialModel::Expected> SerialModel::StoodBefore(const Item& item,
                                                              domain::Scratch* untouched) {
  const std::string& target = domain::TargetOf(item.command);
  if (item.pre_refusal || item.repeats || target.empty()) return std::nullopt;
  const domain::TransactionPtr before = untouched->Find(target);
  if (!domain::CheckTransaction(item.command, before.get()).replays_end) return std::nullopt;
  Expected expected;
  expected.replayed = true;
  expected.position = end_positions_[target];
  return expected;
}

void SerialModel::Remember(const Flight& flight, const Item& item, const Expected& expected,
                           domain::TransactionPtr own) {
  static_cast<void>(flight);
  if (!OwnIdOf(item.command).empty() && own != nullptr) {
    own_ids_[OwnIdOf(item.command)] = First{item.command, own, expected};
  }
  if (!RequestIdOf(item.command).empty()) {
    requests_[RequestKey(item.command)] = First{item.command, nullptr, expected};
  }
}

void SerialModel::Keep(const domain::TransactionCommand& command, const domain::Transaction* before,
                       domain::Scratch* scratch, const domain::TransactionEffect& effect) {
  for (const std::string& id : AccountsOf(command, before)) {
    accounts_[id] = scratch->Account(id);
  }
  transactions_[effect.after->transaction_id] = effect.after;
  if (effect.original_after != nullptr) {
    transactions_[effect.original_after->transaction_id] = effect.original_after;
  }
}

void SerialModel::Expect(const Flight& flight, const Item& item, Expected expected) {
  if (flight.call == nullptr) return;
  expected_[{flight.call.get(), item.call_index}] = std::move(expected);
}

void SerialModel::RunAccount(const Flight& flight) {
  const AccountWork& work = *flight.account;
  Expected expected;
  if (const auto* open = std::get_if<domain::OpenAccount>(&work.command)) {
    domain::AccountState& account = accounts_[open->account_id];
    if (account.Exists()) {
      expected.replayed = true;
      expected.accounts = {account};
    } else {
      domain::AccountDecision decision =
          domain::DecideOpen(*open, work.asset ? &*work.asset : nullptr, flight.time);
      expected.refusal = decision.refusal;
      if (!decision.refusal) account = decision.after;
      expected.accounts = {account};
    }
  } else {
    const auto& change = std::get<domain::ChangeAccount>(work.command);
    domain::AccountState& account = accounts_[change.account_id];
    domain::AccountDecision decision = domain::DecideChange(change, account, flight.time);
    expected.refusal = decision.refusal;
    expected.replayed = decision.nothing_to_do;
    if (!decision.refusal && !decision.nothing_to_do) account = decision.after;
    expected.accounts = {account};
  }
  expected_accounts_[flight.principal] = std::move(expected);
}

void SerialModel::CheckCall(const SimulatedCall& call) {
  ASSERT_EQ(call.answers, 1);
  for (std::size_t i = 0; i < call.outcomes.size(); ++i) {
    const TransactionOutcome& outcome = call.outcomes[i];
    ++counts_[outcome.refusal ? outcome.refusal->reason : Reason::kNone];
    if (outcome.replayed) ++replays_;
    const auto found = expected_.find({call.call.get(), i});
    if (found == expected_.end()) {
      CheckRepeated(call, i);
      continue;
    }
    const Expected& expected = found->second;
    if (expected.unclear) {
      EXPECT_TRUE(outcome.refusal || outcome.replayed);
      continue;
    }
    const std::string& own =
        OwnIdOf(std::get<domain::TransactionCommand>(call.batch.items[i].command));
    EXPECT_EQ(NameOf(outcome.refusal), NameOf(expected.refusal))
        << own << " item " << i << (call.batch.atomic ? " atomic" : "")
        << (call.batch.validate_only ? " validate_only" : "");
    if (outcome.refusal && expected.refusal) {
      EXPECT_EQ(outcome.refusal->metadata, expected.refusal->metadata);
    }
    EXPECT_EQ(outcome.replayed, expected.replayed) << own << " item " << i;
    if (!call.batch.validate_only) {
      EXPECT_EQ(outcome.position, expected.position) << own << " item " << i;
    }
    if (outcome.refusal || outcome.replayed) continue;
    ASSERT_EQ(outcome.Accounts().size(), expected.accounts.size());
    for (std::size_t a = 0; a < expected.accounts.size(); ++a) {
      const storage::AccountAfter& after = outcome.Accounts()[a];
      EXPECT_EQ(after.account_id, expected.accounts[a].account_id);
      EXPECT_EQ(after.version, expected.accounts[a].version) << own;
      EXPECT_EQ(after.balances, expected.accounts[a].balances) << own;
    }
  }
}

/// Answered without a number of its own: by what its id did first.
void SerialModel::CheckRepeated(const SimulatedCall& call, std::size_t index) {
  const auto& command = std::get<domain::TransactionCommand>(call.batch.items[index].command);
  const TransactionOutcome& outcome = call.outcomes[index];
  const std::string& own = OwnIdOf(command);
  const First* first = nullptr;
  if (const auto found = own_ids_.find(own); found != own_ids_.end()) {
    first = &found->second;
  } else if (const auto request = requests_.find(RequestKey(command));
             request != requests_.end() && !RequestIdOf(command).empty()) {
    first = &request->second;
  }
  ASSERT_NE(first, nullptr) << "answered from nowhere: " << own << " item " << index << " "
                            << NameOf(outcome.refusal);
  const std::string field = own.empty() ? domain::DifferingRequest(command, first->command)
                                        : domain::DifferingField(command, *first->transaction);
  if (!field.empty()) {
    const std::string& id = own.empty() ? RequestIdOf(command) : own;
    EXPECT_EQ(NameOf(outcome.refusal), NameOf(domain::IdReused(id, field)));
    return;
  }
  EXPECT_TRUE(outcome.replayed) << own;
  EXPECT_EQ(NameOf(outcome.refusal), NameOf(first->outcome.refusal));
  EXPECT_EQ(outcome.position, first->outcome.position);
}

void SerialModel::CheckAccountCall(const SimulatedAccountCall& call) {
  ASSERT_EQ(call.answers, 1);
  const AccountOutcome& outcome = call.outcome;
  ++counts_[outcome.refusal ? outcome.refusal->reason : Reason::kNone];
  const auto found =
      expected_accounts_.find(std::to_string(reinterpret_cast<std::uintptr_t>(&call)));
  if (found == expected_accounts_.end()) {
    EXPECT_TRUE(outcome.replayed ||
                (outcome.refusal && outcome.refusal->reason == Reason::kIdReused));
    return;
  }
  const Expected& expected = found->second;
  if (std::holds_alternative<domain::OpenAccount>(call.command) && expected.replayed) {
    EXPECT_TRUE(outcome.replayed || outcome.refusal->reason == Reason::kAccountExists);
    return;
  }
  EXPECT_EQ(NameOf(outcome.refusal), NameOf(expected.refusal));
  if (outcome.refusal) return;
  EXPECT_EQ(outcome.replayed, expected.replayed);
  // What is so already answers the account as it is by then.
  if (outcome.replayed) return;
  const domain::AccountState& account = expected.accounts.front();
  EXPECT_EQ(outcome.account.version, account.version);
  EXPECT_EQ(outcome.account.balances, account.balances);
  EXPECT_EQ(outcome.account.status, account.status);
  EXPECT_EQ(outcome.account.limits, account.limits);
}

void SerialModel::CheckState(storage::Reader* reader) {
  for (const auto& [id, account] : accounts_) {
    auto head = reader->GetHead(id, storage::Tier::kDisk);
    ASSERT_TRUE(head.ok());
    const domain::AccountState& stored = *head->value->state;
    EXPECT_EQ(stored.version, account.version) << id;
    EXPECT_EQ(stored.balances, account.balances) << id;
    EXPECT_EQ(stored.status, account.status) << id;
    EXPECT_EQ(stored.suspend_scope, account.suspend_scope) << id;
    EXPECT_EQ(stored.limits, account.limits) << id;
  }
  for (const auto& [id, transaction] : transactions_) {
    auto stored = reader->GetTransaction(id);
    ASSERT_TRUE(stored.ok() && stored->has_value()) << id;
    EXPECT_EQ((**stored)->status, transaction->status) << id;
    EXPECT_EQ((**stored)->version, transaction->version) << id;
    EXPECT_EQ((**stored)->reversed_by_transaction_id, transaction->reversed_by_transaction_id)
        << id;
  }
}

void SerialModel::CheckBooks() const {
  std::map<std::string, domain::UInt128> sums;
  for (const auto& [id, account] : accounts_) {
    // Unsigned: sums of large balances may wrap, equal ones wrap alike.
    sums[account.asset] += static_cast<domain::UInt128>(account.balances.debits_posted) -
                           static_cast<domain::UInt128>(account.balances.credits_posted);
    sums[account.asset + " pending"] +=
        static_cast<domain::UInt128>(account.balances.debits_pending) -
        static_cast<domain::UInt128>(account.balances.credits_pending);
  }
  for (const auto& [asset, sum] : sums) {
    EXPECT_TRUE(sum == 0) << "books of " << asset << " do not balance";
  }
}

}  // namespace florin::actors
