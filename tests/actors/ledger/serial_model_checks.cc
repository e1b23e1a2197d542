// What was answered, and what readers see, against what Run came to.

#include <gtest/gtest.h>

#include "domain/content.h"
#include "domain/refusal_text.h"
#include "tests/actors/ledger/serial_model.h"

namespace florin::actors {
namespace {

using domain::Reason;

std::string NameOf(const std::optional<domain::Refusal>& refusal) {
  return refusal ? std::string(domain::InfoOf(refusal->reason).name) + ": " + refusal->message
                 : "accepted";
}

}  // namespace

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
    const std::string& own = OwnIdOf(*std::get<domain::CommandPtr>(call.batch.items[i].command));
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
  const auto& command = *std::get<domain::CommandPtr>(call.batch.items[index].command);
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
