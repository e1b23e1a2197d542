#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "domain/legs.h"
#include "florin/v1/event_service.pb.h"
#include "storage/format/record.h"

namespace florin::storage {

/// One event of a command on one account, with the account before and after it.
struct LegEvent {
  domain::Leg leg;
  const AccountAfter* account = nullptr;
  /// Of the account's stream, with this event.
  std::int64_t version = 0;
  domain::Balances before;
  domain::Balances after;
};

/// Goes through a command's account events with the balances as they run.
///
/// A record knows the state after the command: the state before is what is left
/// when all legs are undone.
class LegWalk {
 public:
  /// Requires: a record of a transaction that was created, reversed or ended;
  /// it outlives the walk.
  explicit LegWalk(const Record& record);

  /// Undoes all legs. Returns what contradicts the record; empty: nothing. To
  /// be called first, once.
  [[nodiscard]] std::string_view Rewind();

  /// Requires: Rewind has found nothing.
  void ForEach(const std::function<void(const LegEvent&)>& visit);

 private:
  struct Running {
    domain::Balances balances;
    std::int64_t version = 0;
  };

  [[nodiscard]] std::size_t IndexOf(std::string_view account_id) const;

  const Record& record_;
  const domain::Transaction& transaction_;
  domain::LegAction action_;
  std::vector<Running> running_;
  /// Only where there are too many accounts to look through.
  std::unordered_map<std::string_view, std::size_t> index_;
};

/// "account.funds.deposited" and so on; of static storage.
[[nodiscard]] std::string_view LegEventType(const LegEvent& event);

/// The other account of the leg's posting.
[[nodiscard]] const std::string& CounterAccount(const domain::Leg& leg,
                                                const domain::Transaction& transaction);

/// The payload. `out` is empty but for its envelope.
void FillLegEvent(const domain::Transaction& transaction, const LegEvent& event,
                  florin::v1::Event* out);

}  // namespace florin::storage
