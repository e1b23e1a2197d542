#pragma once

#include <grpcpp/grpcpp.h>

#include <memory>
#include <string>
#include <vector>

#include "reference/reference_ledger.h"

namespace florin::integration {

/// Every account, every transaction and the trial balance of an idle server
/// equal the reference's. `order`: the ids of all transactions in the order in
/// which the log made them, refused ones included.
void CheckFinalState(const std::shared_ptr<grpc::Channel>& channel,
                     const reference::ReferenceLedger& ledger,
                     const std::vector<std::string>& order);

}  // namespace florin::integration
