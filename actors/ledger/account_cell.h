#pragma once

#include <atomic>
#include <cstdint>
#include <mutex>
#include <optional>
#include <utility>
#include <vector>

#include "actors/ledger/account_core.h"

namespace florin::actors {

/// An active account: what it decides from, and the rule by which its actor and the sequencer share
/// it.
///
/// An account with nothing in its mailbox votes where its command is numbered: to wake its actor
/// would take longer than the vote. What cannot be voted on so goes through the mailbox, and until
/// that is empty all that follows too: the account sees the order of numbers either way. Source:
/// docs/adr/0007-votes-in-place.md.
///
/// An exception during a vote ends the process at once (actors/end_process.h): nobody goes on with
/// what it left behind, and no flight stays undecided.
///
/// Threads: any; Offer from one.
class AccountCell {
 public:
  /// The next command; waits for nothing. True: the account has it. False: it is to be sent to the
  /// actor, which hands it to Receive; so is all that is not to be voted on `in_place`.
  [[nodiscard]] bool Offer(const FlightPtr& flight, std::uint32_t slot, bool in_place);

  /// The actor's: the next command from its mailbox.
  void Receive(FlightPtr flight, std::uint32_t slot);
  /// The actor's: something that the account waits for was decided.
  void Advance();
  /// The actor's: the head is read. Takes what arrived meanwhile.
  void Start(AccountCore core);

 private:
  // Requires: mutex_ is held.
  template <typename F>
  void OnCore(F f) noexcept;

  /// Sent to the actor and not received yet. Grows by Offer only, falls under mutex_.
  std::atomic<std::uint32_t> mailed_{0};
  std::mutex mutex_;
  // Guarded by mutex_.
  std::optional<AccountCore> core_;
  /// Received while the head was being read.
  std::vector<std::pair<FlightPtr, std::uint32_t>> early_;
};

}  // namespace florin::actors
