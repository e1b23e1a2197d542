#pragma once

#include <functional>
#include <optional>

#include "actors/ledger/flight.h"
#include "actors/ledger/submission.h"
#include "domain/result.h"
#include "storage/store.h"

namespace florin::actors {

/// Answers every caller of a flight that is visible to readers. `failure`: writing stopped at or
/// before it (null: it did not). `later` runs what may read from disk. Threads: the publisher's.
void Answer(const FlightPtr& flight, const std::optional<domain::Refusal>& failure,
            storage::Reader* reader, const std::function<void(std::function<void()>)>& later);

/// The outcome of a repeated id whose first use is in the log: a replay, or ID_REUSED. May read
/// from disk.
[[nodiscard]] TransactionOutcome RepeatedTransaction(const domain::TransactionCommand& command,
                                                     const storage::TransactionPlace& place,
                                                     storage::Reader* reader);
[[nodiscard]] TransactionOutcome RepeatedRequest(const domain::TransactionCommand& command,
                                                 std::int64_t position, storage::Reader* reader);
[[nodiscard]] AccountOutcome RepeatedAccountRequest(const domain::ChangeAccount& command,
                                                    std::int64_t position, storage::Reader* reader);
/// The same for what is named by itself: nothing where it is not in the log. May read from disk.
[[nodiscard]] std::optional<AccountOutcome> KnownAccount(const domain::OpenAccount& open,
                                                         storage::Reader* reader);
[[nodiscard]] std::optional<AssetOutcome> KnownAsset(const domain::Asset& asset,
                                                     storage::Reader* reader);

}  // namespace florin::actors
