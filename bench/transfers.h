#pragma once

#include <cstdint>
#include <random>
#include <string>

#include "bench/options.h"
#include "clients/cpp/uuid.h"
#include "florin/v1/ledger_service.pb.h"

namespace florin::bench {

inline constexpr char kAsset[] = "BENCH";

/// "bench:000042".
[[nodiscard]] std::string AccountName(std::int64_t number);

/// Makes the transfers of a workload. Threads: one.
class TransferMaker {
 public:
  TransferMaker(const Workload& workload, std::uint64_t seed);

  /// Writes the next transfer into `request`, which may hold an earlier one of this maker.
  void Fill(v1::CreateTransactionRequest* request);
  [[nodiscard]] std::string NextId();

 private:
  std::int64_t PickAccount();
  void FillPosting(v1::Posting* posting);

  const Workload workload_;
  std::mt19937_64 random_;
  client::UuidGenerator ids_;
};

/// Registers the asset and opens the accounts `first` to `end` - 1, which all may owe. Again:
/// nothing new. Throws std::runtime_error, naming the refusal.
void OpenBooks(const std::string& address, std::int64_t end, std::int64_t first = 0);

}  // namespace florin::bench
