#pragma once

#include "florin/v1/ledger_service.pb.h"
#include "server/rpc/raw_service.h"

namespace florin::server {

/// florin.v1.LedgerService: commands go to the ledger, reads to its reader.
///
/// Threads: handlers run on gRPC's threads and do not block; what may read from
/// disk moves to the ledger's reader threads. Commands are answered on the
/// ledger's publishing thread.
class LedgerService final : public RawService {
 public:
  explicit LedgerService(ServiceHost* host);

 private:
  void AddCommands();
  void AddAccountCommands();
  void AddReads();
  void AddBalanceReads();
};

}  // namespace florin::server
