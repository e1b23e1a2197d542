#pragma once

#include <absl/container/flat_hash_map.h>

#include <cstdint>
#include <deque>
#include <memory>
#include <string>
#include <string_view>

#include "actors/ledger/flight.h"

namespace florin::actors {

/// Ids that are in flight or were published not long ago: what admission's look-ups may have
/// missed.
///
/// A call whose look-ups are older than `evicted_n` must look again. Threads: the sequencer's.
class RecentCommands {
 public:
  /// One use of an id by an item.
  struct Use {
    FlightPtr flight;
    std::uint32_t item = 0;
    enum class Kind : std::uint8_t { kOwn, kTarget, kRequest } kind = Kind::kOwn;
    /// What keeping the flight for it costs.
    std::uint32_t weight = 0;
  };
  /// Which commands made and last touched a transaction. Valid until the next use or eviction.
  struct TransactionUses {
    /// Used the id as its own (create, reverse); may be null.
    const Use* owner = nullptr;
    /// Last to create, end or reverse it.
    const Use* last = nullptr;
  };
  struct Request {
    FlightPtr flight;
    std::uint32_t item = 0;
  };

  /// `keep`: in transfers of one posting; larger commands count for more, so that memory is
  /// bounded.
  explicit RecentCommands(std::size_t keep) : keep_(keep) {}

  [[nodiscard]] const TransactionUses* Find(const std::string& transaction_id) const;
  [[nodiscard]] const Request* FindRequest(const std::string& key) const;

  /// The item uses its id as its own, or ends or reverses what it names.
  void Own(const FlightPtr& flight, std::uint32_t item);
  void Touch(const FlightPtr& flight, std::uint32_t item);
  void AddRequest(const std::string& key, const FlightPtr& flight, std::uint32_t item);

  /// Forgets what is published and every look-up has seen (up to `seen_n`), and the oldest
  /// published ones beyond `keep`.
  void Evict(std::uint64_t published_n, std::uint64_t seen_n);
  [[nodiscard]] std::uint64_t evicted_n() const { return evicted_n_; }

  [[nodiscard]] static std::string RequestKey(bool account, const std::string& target_id,
                                              const std::string& request_id) {
    return (account ? "a/" : "t/") + target_id + "/" + request_id;
  }

 private:
  /// The key stands in the command of a use that is in order_: eviction moves it to the last one's.
  struct Stored {
    TransactionUses uses;
    /// The owner's use once it is evicted, while a later one is not.
    std::unique_ptr<const Use> kept;
  };

  const Use& Add(const FlightPtr& flight, std::uint32_t item, Use::Kind kind);
  void Forget(const Use& use);
  void ForgetTransaction(const std::string& transaction_id, const Use& use);
  void ForgetRequest(const std::string& key, std::uint64_t n);

  std::size_t keep_;
  absl::flat_hash_map<std::string_view, Stored> transactions_;
  absl::flat_hash_map<std::string, Request> requests_;
  /// In the order of numbers. Entries point into it.
  std::deque<Use> order_;
  /// Of what is in order_.
  std::size_t weight_ = 0;
  std::uint64_t evicted_n_ = 0;
};

}  // namespace florin::actors
