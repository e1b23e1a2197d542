#pragma once

#include <string>

#include "bench/options.h"
#include "bench/report.h"

namespace florin::bench {

// Each measures one thing on servers of its own and adds rows to the report; they throw
// std::runtime_error when a server does not do what it must.

/// "echo-N" and "unary-N" in turns, for 1, 16, 64 and 256 calls in flight.
void MeasureUnary(const Options& options, Report* report);
/// "batch-N" for 1, 50, 1,000 and 8,192 transfers, and "raw-N": RocksDB writing the same bytes.
void MeasureBatches(const Options& options, Report* report);

/// "stream": ExecuteStream.
void MeasureStream(const Options& options, Report* report);
/// "holds": holds and their settles, both counted.
void MeasureHolds(const Options& options, Report* report);
/// "expiry": transfers while Options::expiring_holds holds on other accounts expire together.
void MeasureExpiry(const Options& options, Report* report);
/// "replay": history to one subscriber; "start-clean" and "start-killed": exec to the first
/// acknowledged transfer and a right balance. Both on a log of Options::log_transactions.
void MeasureLog(const Options& options, Report* report);
/// "delivery": the writer's OK to the subscriber's receipt at Options::rate.
void MeasureDelivery(const Options& options, Report* report);
/// "filters": server cores at Options::rate that 100 live subscribers take whose filters match
/// nothing.
void MeasureFilters(const Options& options, Report* report);
/// "stalled": batches while a subscriber does not read, and "unstalled" without it, before and
/// after.
void MeasureStalled(const Options& options, Report* report);
/// "subscribers": the server's memory for each of 1,000 that wait at the end of the log.
void MeasureSubscribers(const Options& options, Report* report);
/// "group": a consumer group of four members on a log of Options::log_transactions.
void MeasureGroup(const Options& options, Report* report);
/// "memory": the server's peak with many accounts opened and some of them active.
void MeasureMemory(const Options& options, Report* report);

/// One line on standard error, which the next one replaces.
void ShowProgress(const std::string& what);
/// Ends the line.
void EndProgress();

}  // namespace florin::bench
