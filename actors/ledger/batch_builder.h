#pragma once

#include <cstdint>
#include <map>
#include <string>

#include "actors/ledger/flight.h"

namespace florin::actors {

/// Ids that commands of one call have used up, and which of them did.
class UsedIds {
 public:
  /// An earlier item of the flight used the item's id: its `repeats` or `pre_refusal` is set.
  bool Link(const Flight& flight, Item* item) const;
  /// The item, which is the flight's `index`th, has used its ids.
  void Add(const Item& item, std::uint32_t index);

 private:
  std::map<std::string, std::uint32_t> own_ids_;
  std::map<std::string, std::uint32_t> requests_;
};

/// Links the commands of one flight to each other while the sequencer puts it together: an id that
/// stands twice, a hold that is settled where it was made.
class BatchBuilder {
 public:
  explicit BatchBuilder(Flight* flight) : flight_(flight) {}

  /// The id stands earlier in this flight: `repeats` or `pre_refusal` of `item` is set. False: it
  /// is new here.
  bool LinkRepeated(Item* item) const { return used_.Link(*flight_, item); }
  /// What the item ends or reverses was last touched by an earlier item: linked. False: it was not.
  bool LinkTargetHere(Item* item);
  /// Appends it.
  void Add(Item item);

 private:
  Flight* flight_;
  UsedIds used_;
  std::map<std::string, std::uint32_t> last_touch_;
};

/// The accounts of transaction `id` as `item` leaves it, before anything is decided; amounts do not
/// count.
[[nodiscard]] domain::TransactionPtr ShapeAfter(const Item& item, const std::string& id);

}  // namespace florin::actors
