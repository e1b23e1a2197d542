#include "server/ledger/ledger_service.h"

namespace florin::server {

LedgerService::LedgerService(ServiceHost* host) : RawService(host) {
  AddCommands();
  AddAccountCommands();
  AddReads();
  AddBalanceReads();
}

}  // namespace florin::server
