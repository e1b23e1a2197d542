#include <google/protobuf/empty.pb.h>

#include <deque>
#include <random>

#include "bench/echo_server.h"
#include "bench/loads.h"
#include "bench/transfers.h"
#include "bench/unary_load.h"

namespace florin::bench {

std::unique_ptr<Load> EchoLoad(const Channels& channels, int in_flight) {
  using google::protobuf::Empty;
  return std::make_unique<UnaryLoad<Empty, Empty>>(
      channels, kEchoMethod, in_flight, [](std::size_t, Empty*) {},
      [](const Empty&) { return true; });
}

std::unique_ptr<Load> CreateLoad(const Channels& channels, const Workload& workload,
                                 int in_flight) {
  // One maker a slot, since several threads fill requests.
  auto makers = std::make_shared<std::deque<TransferMaker>>();
  std::random_device seed;
  for (int i = 0; i < in_flight; ++i) makers->emplace_back(workload, seed());
  return std::make_unique<UnaryLoad<v1::CreateTransactionRequest, v1::CreateTransactionResponse>>(
      channels, "/florin.v1.LedgerService/CreateTransaction", in_flight,
      [makers](std::size_t slot, v1::CreateTransactionRequest* request) {
        (*makers)[slot].Fill(request);
      },
      [](const v1::CreateTransactionResponse& response) {
        return response.transaction().status() == v1::TRANSACTION_STATUS_POSTED;
      });
}

}  // namespace florin::bench
