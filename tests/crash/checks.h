#pragma once

#include <grpcpp/grpcpp.h>

#include <memory>
#include <string>
#include <vector>

#include "florin/v1/event_service.pb.h"
#include "tests/crash/load.h"

namespace florin::crash {

/// Everything that was acknowledged is there as it was acknowledged: sent again
/// it is a replay with the same status, position and refusal.
void CheckAcknowledged(v1::LedgerService::Stub* stub, const std::vector<Sent>& sent);

/// What was not acknowledged happened wholly or not at all, and sent again
/// (twice) happens once.
void CheckUnknown(v1::LedgerService::Stub* stub, const std::vector<Sent>& sent);

/// The log by itself: versions dense from 1, each transaction made once, what
/// each account's last event says is what GetAccount says.
void CheckLog(v1::LedgerService::Stub* stub, const std::vector<v1::Event>& log);

/// Debits equal credits.
void CheckBooks(v1::LedgerService::Stub* stub);

/// `after` starts with the very groups of `before`: nothing in the log changes
/// or goes.
void CheckPrefix(const std::vector<v1::CommitGroup>& before,
                 const std::vector<v1::CommitGroup>& after);

}  // namespace florin::crash
