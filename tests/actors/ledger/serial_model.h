#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "domain/decide.h"
#include "tests/actors/ledger/simulated_ledger.h"

namespace florin::actors {

/// A single-threaded ledger: runs the commands in the order of their numbers,
/// one after another on exact states, and says what each must have answered.
/// Reports differences as GoogleTest failures.
class SerialModel {
 public:
  /// Flights in order of numbers; every later call is about these.
  void Run(const std::vector<FlightPtr>& flights);

  /// What was answered must be what Run came to. Every answer came once.
  void CheckCall(const SimulatedCall& call);
  void CheckAccountCall(const SimulatedAccountCall& call);
  /// Accounts and transactions as readers see them.
  void CheckState(storage::Reader* reader);
  /// Debits are credits, in every asset.
  void CheckBooks() const;

  /// How often each reason was answered (kNone: accepted), and replays.
  [[nodiscard]] const std::map<domain::Reason, std::int64_t>& counts() const { return counts_; }
  [[nodiscard]] std::int64_t replays() const { return replays_; }
  /// How often a command went before a due hold on other accounts.
  [[nodiscard]] std::int64_t passed_by() const { return passed_by_; }

 private:
  struct Expected {
    std::optional<domain::Refusal> refusal;
    bool replayed = false;
    std::int64_t position = 0;
    /// After the command, of those with a posting.
    std::vector<domain::AccountState> accounts;
  };
  struct First {
    domain::TransactionCommand command;
    domain::TransactionPtr transaction;
    Expected outcome;
  };

  /// "target/request_id".
  static std::string RequestKey(const domain::TransactionCommand& command);
  void RunTransactions(const Flight& flight);
  void RunAccount(const Flight& flight);
  /// `before`: what the refused item's target was for it, after the items before it.
  void RefuseBatch(const Flight& flight, std::size_t refused, const domain::TransactionPtr& before,
                   const domain::Refusal& refusal);
  void RefuseValidated(const Flight& flight, std::size_t refused);
  /// What an item of a refused batch is answered if it was a replay before the batch.
  std::optional<Expected> StoodBefore(const Item& item, domain::Scratch* untouched);
  void Accept(const Flight& flight, const Item& item, Expected expected);
  void Remember(const Flight& flight, const Item& item, const Expected& expected,
                domain::TransactionPtr own);
  void CheckIdIsFree(const Item& item) const;
  [[nodiscard]] std::set<std::string> NamedBy(const Flight& flight) const;
  void CheckNothingIsDue(const Flight& flight);
  void CheckExpiry(const Flight& flight, const domain::CommandDecision& decision);
  void CheckRepeated(const SimulatedCall& call, std::size_t index);
  domain::Scratch NewScratch();
  void Keep(const domain::TransactionCommand& command, const domain::Transaction* before,
            domain::Scratch* scratch, const domain::TransactionEffect& effect);
  void Expect(const Flight& flight, const Item& item, Expected expected);

  std::map<std::string, domain::AccountState> accounts_;
  std::map<std::string, domain::TransactionPtr> transactions_;
  std::map<std::string, std::int64_t> end_positions_;
  /// By transaction_id, and by RequestKey: what stays known.
  std::map<std::string, First> own_ids_;
  std::map<std::string, First> requests_;
  std::map<std::pair<const TransactionCall*, std::size_t>, Expected> expected_;
  std::map<std::string, Expected> expected_accounts_;
  std::map<domain::Reason, std::int64_t> counts_;
  std::int64_t replays_ = 0;
  std::int64_t passed_by_ = 0;
};

}  // namespace florin::actors
