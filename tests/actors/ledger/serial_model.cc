#include "tests/actors/ledger/serial_model.h"

#include <gtest/gtest.h>

#include <set>
#include <utility>

#include "domain/account_rules.h"
#include "domain/refusal_text.h"

namespace florin::actors {
namespace {

using domain::Reason;

std::vector<std::string> AccountsOf(const domain::TransactionCommand& command,
                                    const domain::Transaction* before) {
  std::vector<std::string> accounts;
  std::set<std::string> seen;
  domain::ForEachMention(command, before, 0, [&](const std::string& id, domain::Mention mention) {
    if (mention.kind != domain::MentionKind::kDebitLeg &&
        mention.kind != domain::MentionKind::kCreditLeg) {
      return;
    }
    if (seen.insert(id).second) accounts.push_back(id);
  });
  return accounts;
}

}  // namespace

std::string SerialModel::RequestKey(const domain::TransactionCommand& command) {
  return domain::TargetOf(command) + "/" + RequestIdOf(command);
}

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

std::set<std::string> SerialModel::NamedBy(const Flight& flight) const {
  std::set<std::string> named;
  if (flight.account != nullptr) {
    std::visit([&](const auto& command) { named.insert(command.account_id); },
               flight.account->command);
  }
  for (const Item& item : flight.items) {
    if (item.pre_refusal || item.repeats) continue;
    const auto target = transactions_.find(domain::TargetOf(*item.command));
    const domain::Transaction* before =
        target == transactions_.end() ? nullptr : target->second.get();
    domain::ForEachMention(*item.command, before, 0,
                           [&](const std::string& id, domain::Mention) { named.insert(id); });
  }
  return named;
}

/// Of a command's accounts, and it is a command: an expiry may stand behind another that is due.
void SerialModel::CheckNothingIsDue(const Flight& flight) {
  const bool expires =
      flight.items.size() == 1 &&
      std::holds_alternative<domain::ExpireTransaction>(*flight.items.front().command);
  if (expires) return;
  const std::set<std::string> named = NamedBy(flight);
  for (const auto& [id, transaction] : transactions_) {
    if (transaction->status != domain::TransactionStatus::kPending) continue;
    if (!transaction->expire_time || *transaction->expire_time > flight.time) continue;
    ++passed_by_;
    for (const domain::TransactionPosting& posting : transaction->postings) {
      for (const std::string& account : {posting.debit_account_id, posting.credit_account_id})
        EXPECT_FALSE(named.contains(account))
            << "hold " << id << " is due on " << account << " before command " << flight.n;
    }
  }
}

void SerialModel::CheckExpiry(const Flight& flight, const domain::CommandDecision& decision) {
  if (decision.refusal || decision.replays_end) return;
  const auto& after = decision.effect.after;
  ASSERT_TRUE(after->expire_time);
  EXPECT_LE(*after->expire_time, flight.time)
      << "hold " << after->transaction_id << " expired before its time";
}

void SerialModel::CheckIdIsFree(const Item& item) const {
  const std::string& own = OwnIdOf(*item.command);
  if (!own.empty()) {
    EXPECT_FALSE(own_ids_.contains(own)) << own << " acts a second time";
  }
  if (!RequestIdOf(*item.command).empty()) {
    EXPECT_FALSE(requests_.contains(RequestKey(*item.command)))
        << RequestKey(*item.command) << " acts a second time";
  }
}

void SerialModel::RunTransactions(const Flight& flight) {
  domain::Scratch scratch = NewScratch();
  struct Step {
    domain::TransactionPtr before;
    domain::CommandDecision decision;
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
      step.before = scratch.Find(domain::TargetOf(*item.command));
      std::map<std::string, std::int64_t> versions;
      for (const std::string& id : AccountsOf(*item.command, step.before.get())) {
        versions[id] = scratch.Account(id).version;
      }
      step.decision = domain::DecideAndApply(*item.command, flight.time, &scratch);
      step.expected.refusal = step.decision.refusal;
      if (step.decision.replays_end) {
        step.expected.replayed = true;
      } else if (!step.decision.refusal) {
        for (const std::string& id : AccountsOf(*item.command, step.before.get())) {
          // Parts of a hold that were settled as zero are not reversed.
          const domain::AccountState& after = scratch.Account(id);
          if (after.version == versions[id]) continue;
          step.expected.accounts.push_back(after);
        }
      }
      if (flight.validate_only && step.expected.refusal && step.expected.refusal->Recorded()) {
        // What comes after it finds it as it would be remembered.
        auto remembered = domain::RefusedTransaction(*item.command, step.before.get(), flight.time);
        if (remembered != nullptr) scratch.Put(std::move(remembered));
      }
      if (std::holds_alternative<domain::ExpireTransaction>(*item.command)) {
        CheckExpiry(flight, step.decision);
      }
    }
    if (flight.validate_only) {
      if (!refused) Expect(flight, item, step.expected);
      if (step.expected.refusal && flight.atomic && !refused) refused = i;
      continue;
    }
    if (step.expected.refusal) {
      RefuseBatch(flight, i, step.before, *step.expected.refusal);
      return;
    }
  }
  if (flight.validate_only) {
    if (refused) RefuseValidated(flight, *refused);
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
      step.expected.position = end_positions_[domain::TargetOf(*item.command)];
      Expect(flight, item, step.expected);
      continue;
    }
    ASSERT_NE(item.record, nullptr) << "command " << flight.n << " item " << i;
    step.expected.position = item.record->last_position;
    Keep(*item.command, step.before.get(), &scratch, step.decision.effect);
    if (OwnIdOf(*item.command).empty()) {
      end_positions_[domain::TargetOf(*item.command)] = step.expected.position;
    }
    Remember(flight, item, step.expected, step.decision.effect.after);
    Expect(flight, item, step.expected);
  }
}

/// All or none: the others would not happen.
void SerialModel::RefuseValidated(const Flight& flight, std::size_t refused) {
  domain::Scratch untouched = NewScratch();
  for (std::size_t i = 0; i < flight.items.size(); ++i) {
    const Item& item = flight.items[i];
    if (i == refused) continue;
    Expected expected;
    expected.refusal = domain::BatchRefused(flight.items[refused].call_index);
    if (auto stood = StoodBefore(item, &untouched)) expected = *stood;
    if (item.repeats) {
      // A replay of what stands, or of the refusal that would be kept.
      const Expected& first = expected_[{flight.call, flight.items[*item.repeats].call_index}];
      const bool kept = *item.repeats == refused && first.refusal->Recorded();
      if (kept || first.replayed) {
        expected = first;
        expected.replayed = true;
      }
    }
    Expect(flight, item, expected);
  }
}

void SerialModel::RefuseBatch(const Flight& flight, std::size_t refused,
                              const domain::TransactionPtr& before,
                              const domain::Refusal& refusal) {
  domain::Scratch untouched = NewScratch();
  for (std::size_t i = 0; i < flight.items.size(); ++i) {
    const Item& item = flight.items[i];
    Expected expected;
    if (i == refused) {
      expected.refusal = refusal;
      const bool has_id = !OwnIdOf(*item.command).empty() || !RequestIdOf(*item.command).empty();
      EXPECT_EQ(item.record != nullptr, has_id && !item.pre_refusal && refusal.Recorded())
          << refusal.message;
      if (item.record != nullptr) {
        expected.position = item.record->last_position;
        const domain::TransactionPtr own =
            domain::RefusedTransaction(*item.command, before.get(), flight.time);
        if (own != nullptr) transactions_[own->transaction_id] = own;
        Remember(flight, item, expected, own);
      }
    } else {
      expected.refusal = domain::BatchRefused(flight.items[refused].call_index);
      if (auto stood = StoodBefore(item, &untouched)) expected = *stood;
    }
    if (item.repeats) {
      // A replay of what is kept; what was not kept is refused with the batch.
      const Expected& first = expected_[{flight.call, flight.items[*item.repeats].call_index}];
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
  const std::string& target = domain::TargetOf(*item.command);
  if (item.pre_refusal || item.repeats || target.empty()) return std::nullopt;
  const domain::TransactionPtr before = untouched->Find(target);
  if (!domain::CheckTransaction(*item.command, before.get()).replays_end) return std::nullopt;
  Expected expected;
  expected.replayed = true;
  expected.position = end_positions_[target];
  return expected;
}

void SerialModel::Remember(const Flight& flight, const Item& item, const Expected& expected,
                           domain::TransactionPtr own) {
  static_cast<void>(flight);
  if (!OwnIdOf(*item.command).empty() && own != nullptr) {
    own_ids_[OwnIdOf(*item.command)] = First{*item.command, std::move(own), expected};
  }
  if (!RequestIdOf(*item.command).empty()) {
    requests_[RequestKey(*item.command)] = First{*item.command, nullptr, expected};
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
  expected_[{flight.call, item.call_index}] = std::move(expected);
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

}  // namespace florin::actors
