#pragma once

#include "actors/ledger/flight.h"
#include "storage/format/record.h"

namespace florin::actors {

/// What an item's transaction was before it, with versions and positions. Requires: what came
/// before is staged.
[[nodiscard]] domain::TransactionPtr StagedBefore(const Flight& flight, const Item& item);

/// The same before the whole batch: null also for what the batch itself would make.
[[nodiscard]] domain::TransactionPtr StagedBeforeBatch(const Flight& flight, const Item& item);

/// The record of an accepted item.
[[nodiscard]] storage::Change ChangeOf(const Flight& flight, const Item& item);
/// The record of a refusal that is kept; nothing where none is.
[[nodiscard]] std::optional<storage::Change> RefusalChangeOf(const Flight& flight, const Item& item,
                                                             const domain::Refusal& refusal);

[[nodiscard]] storage::Change AccountChangeOf(const Flight& flight);
[[nodiscard]] std::optional<storage::Change> AccountRefusalChangeOf(const Flight& flight);

}  // namespace florin::actors
