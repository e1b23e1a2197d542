#include "tests/integration/reference/expected.h"

#include <google/protobuf/util/message_differencer.h>

#include "domain/amount.h"
#include "tests/integration/reference/wire.h"

namespace florin::integration {
namespace {

using google::protobuf::Message;
using google::protobuf::util::MessageDifferencer;

std::string Compare(const Message& expected, const Message& observed) {
  MessageDifferencer differencer;
  std::string report;
  differencer.ReportDifferencesToString(&report);
  return differencer.Compare(expected, observed) ? "" : report;
}

// What the server says beyond the contract is its own.
void KeepOnlyStated(const v1::Refusal& expected, v1::Refusal* observed) {
  observed->clear_message();
  auto& metadata = *observed->mutable_metadata();
  for (auto entry = metadata.begin(); entry != metadata.end();) {
    entry = expected.metadata().count(entry->first) > 0 ? std::next(entry) : metadata.erase(entry);
  }
}

std::string CompareRefusals(const v1::Refusal& expected, v1::Refusal observed) {
  KeepOnlyStated(expected, &observed);
  return Compare(expected, observed);
}

std::string CompareResults(const v1::TransactionResult& expected, v1::TransactionResult observed) {
  if (observed.has_refusal()) KeepOnlyStated(expected.refusal(), observed.mutable_refusal());
  return Compare(expected, observed);
}

void ClearTimes(v1::Transaction* transaction) {
  transaction->clear_commit_time();
  transaction->clear_expire_time();
  transaction->clear_end_time();
}

std::string CompareTransactions(const reference::Answer& expected,
                                const v1::CreateTransactionResponse& observed, bool validated) {
  v1::CreateTransactionResponse wanted;
  *wanted.mutable_transaction() = ToWire(*expected.transaction);
  for (const reference::AccountBalance& balance : expected.account_balances) {
    *wanted.add_account_balances() = ToWire(balance);
  }
  wanted.set_replayed(expected.replayed);
  if (!validated) return Compare(wanted, observed);
  v1::CreateTransactionResponse seen = observed;
  ClearTimes(wanted.mutable_transaction());
  ClearTimes(seen.mutable_transaction());
  return Compare(wanted, seen);
}

std::string CompareAccounts(const reference::Answer& expected,
                            const v1::OpenAccountResponse& observed) {
  v1::OpenAccountResponse wanted;
  *wanted.mutable_account() = ToWire(*expected.account);
  wanted.set_replayed(expected.replayed);
  return Compare(wanted, observed);
}

std::string CompareAssets(const reference::Answer& expected,
                          const v1::RegisterAssetResponse& observed) {
  v1::RegisterAssetResponse wanted;
  *wanted.mutable_asset() = ToWire(*expected.asset);
  wanted.set_replayed(expected.replayed);
  wanted.set_position(expected.position);
  return Compare(wanted, observed);
}

v1::Refusal NotFound(domain::Reason reason, const char* key, const std::string& id) {
  return ToWire(reference::Refusal{reason, {{key, id}}});
}

}  // namespace

std::string Difference(const reference::Answer& expected, const Item& observed, bool validated) {
  const Outcome& outcome = observed.outcome;
  if (outcome.result) {
    const std::string target = TargetOf(std::get<reference::TransactionCommand>(observed.command));
    v1::TransactionResult wanted = ToResult(target, expected);
    // What an earlier item of a validated batch would end has no time that
    // anybody could know.
    if (validated && wanted.has_refusal()) {
      wanted.mutable_refusal()->mutable_metadata()->erase("end_time");
    }
    return CompareResults(wanted, *outcome.result);
  }
  if (outcome.refusal) {
    if (!expected.refusal) return "accepted by the reference, refused by the server";
    return CompareRefusals(ToWire(*expected.refusal), *outcome.refusal);
  }
  if (expected.refusal)
    return "refused by the reference with " + ToWire(*expected.refusal).ShortDebugString();
  if (outcome.transaction) return CompareTransactions(expected, *outcome.transaction, validated);
  if (outcome.account) return CompareAccounts(expected, *outcome.account);
  return outcome.asset ? CompareAssets(expected, *outcome.asset) : "no answer";
}

std::string Difference(const reference::ReferenceLedger& ledger, const ReadAccount& read,
                       const Item& observed) {
  const reference::Account* account = ledger.FindAccount(read.account_id);
  if (account != nullptr && observed.outcome.read_account) {
    return Difference(ToWire(*account), *observed.outcome.read_account);
  }
  if (account != nullptr || !observed.outcome.refusal) return "the account exists on one side only";
  return CompareRefusals(NotFound(domain::Reason::kAccountNotFound, "account_id", read.account_id),
                         *observed.outcome.refusal);
}

std::string Difference(const reference::ReferenceLedger& ledger, const ReadTransaction& read,
                       const Item& observed) {
  const reference::TransactionPtr transaction = ledger.FindTransaction(read.transaction_id);
  if (transaction != nullptr && observed.outcome.read_transaction) {
    return Difference(ToWire(*transaction), *observed.outcome.read_transaction);
  }
  if (transaction != nullptr || !observed.outcome.refusal)
    return "the transaction exists on one side only";
  return CompareRefusals(ToWire(reference::Refusal{domain::Reason::kTransactionNotFound, {}}),
                         *observed.outcome.refusal);
}

std::string Difference(const reference::ReferenceLedger& ledger, const ReadBalances& read,
                       const Item& observed) {
  v1::BatchGetBalancesResponse wanted;
  wanted.set_position(ledger.head());
  for (const std::string& account_id : read.account_ids) {
    const reference::Account* account = ledger.FindAccount(account_id);
    if (account == nullptr) return "the reference has no account " + account_id;
    v1::AccountBalance* balance = wanted.add_account_balances();
    balance->set_account_id(account_id);
    balance->set_version(account->version);
    *balance->mutable_balances() = ToWire(*account).balances();
  }
  if (!observed.outcome.read_balances) return "refused";
  return Compare(wanted, *observed.outcome.read_balances);
}

std::string Difference(const v1::Transaction& expected, v1::Transaction observed) {
  if (observed.has_refusal()) KeepOnlyStated(expected.refusal(), observed.mutable_refusal());
  return Compare(expected, observed);
}

std::string Difference(const v1::Account& expected, const v1::Account& observed) {
  return Compare(expected, observed);
}

std::string Difference(const reference::Event& expected, const v1::Event& observed) {
  v1::Event wanted;
  wanted.set_position(expected.position);
  wanted.set_stream(expected.stream);
  wanted.set_version(expected.version);
  wanted.set_type(expected.type);
  v1::Event seen;
  seen.set_position(observed.position());
  seen.set_stream(observed.stream());
  seen.set_version(observed.version());
  seen.set_type(observed.type());
  if (observed.has_funds_moved() || observed.has_funds_reserved()) {
    wanted.set_transaction_id(expected.transaction_id);
    seen.set_transaction_id(observed.transaction_id());
  }
  const auto money = [&](domain::Int128 minor) {
    return domain::FormatMinor(minor, expected.scale);
  };
  if (observed.has_funds_moved()) {
    v1::FundsMoved* moved = wanted.mutable_funds_moved();
    *moved = observed.funds_moved();
    moved->set_amount(money(expected.amount));
    moved->set_balance_before(money(expected.balance_before));
    moved->set_balance_after(money(expected.balance_after));
    moved->set_available_after(money(expected.available_after));
    moved->set_side(static_cast<v1::Side>(expected.side));
    moved->set_counter_account_id(expected.counter_account_id);
    moved->set_posting_index(expected.posting_index);
    *seen.mutable_funds_moved() = observed.funds_moved();
  }
  if (observed.has_funds_reserved()) {
    v1::FundsReserved* reserved = wanted.mutable_funds_reserved();
    *reserved = observed.funds_reserved();
    reserved->set_amount(money(expected.amount));
    reserved->set_available_after(money(expected.available_after));
    reserved->set_side(static_cast<v1::Side>(expected.side));
    reserved->set_counter_account_id(expected.counter_account_id);
    reserved->set_posting_index(expected.posting_index);
    *seen.mutable_funds_reserved() = observed.funds_reserved();
  }
  return Compare(wanted, seen);
}

std::string TargetOf(const reference::TransactionCommand& command) {
  return std::visit(
      [](const auto& one) -> std::string {
        if constexpr (requires { one.transaction_id; }) {
          return one.transaction_id;
        } else {
          return "";
        }
      },
      command);
}

std::string Describe(const Command& command) {
  return std::visit(
      [](const auto& one) -> std::string {
        if constexpr (requires { ToRequest(one); }) {
          return ToRequest(one).GetTypeName() + " " + ToRequest(one).ShortDebugString();
        } else if constexpr (requires { one.account_id; }) {
          return "GetAccount " + one.account_id;
        } else if constexpr (requires { one.transaction_id; }) {
          return "GetTransaction " + one.transaction_id;
        } else {
          return "BatchGetBalances";
        }
      },
      command);
}

std::string Describe(const Outcome& outcome) {
  if (outcome.refusal) return outcome.refusal->ShortDebugString();
  if (outcome.result) return outcome.result->ShortDebugString();
  if (outcome.transaction) return outcome.transaction->ShortDebugString();
  if (outcome.account) return outcome.account->ShortDebugString();
  if (outcome.asset) return outcome.asset->ShortDebugString();
  if (outcome.read_account) return outcome.read_account->ShortDebugString();
  if (outcome.read_transaction) return outcome.read_transaction->ShortDebugString();
  return outcome.read_balances ? outcome.read_balances->ShortDebugString() : "no answer";
}

}  // namespace florin::integration
