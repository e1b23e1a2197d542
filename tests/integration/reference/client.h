#pragma once

#include <atomic>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "florin/v1/ledger_service.grpc.pb.h"
#include "tests/integration/reference/history.h"
#include "tests/support/command_generator.h"
#include "tests/support/command_world.h"

namespace florin::integration {

/// Refusals by reason.
using ReasonCounts = std::map<std::string, std::int64_t>;

/// What all clients of a run share.
struct SharedRun {
  test_support::CommandWorld world;
  /// Moments before and after calls; see Call.
  std::atomic<std::int64_t> moment{0};
  std::atomic<std::int64_t> commands_left{0};
};

/// Sends random commands through gRPC, one call after another, and keeps what
/// was answered. One thread each.
class Client {
 public:
  Client(std::uint64_t seed, int index, SharedRun* run,
         const std::shared_ptr<grpc::Channel>& channel);

  /// Registers the assets and opens the accounts of the world.
  void OpenEverything();
  /// Lets the time of all short holds pass, and then sends a command: before
  /// it, they have expired.
  void LetHoldsExpire();
  /// Until no commands are left to send, or a call fails in a way that no
  /// refusal explains.
  void RunToEnd();

  const History& history() const { return history_; }
  /// Refusals of requests that no ledger's state is needed to judge, by reason;
  /// each was demanded on the spot.
  const ReasonCounts& static_refusals() const { return static_refusals_; }

 private:
  void CallOnce();
  void CallBatch(CallKind kind, const std::vector<reference::TransactionCommand>& commands);
  void CallStream();
  void CallUnary(const reference::TransactionCommand& command);
  void CallAccount(const test_support::AccountCommand& command);
  void CallRead();
  /// A request that is wrong in itself: demands the reason that it has to be
  /// refused with.
  void CallStatic();

  void Ask(const ReadAccount& read, Item* item);
  void Ask(const ReadTransaction& read, Item* item);
  void Ask(const ReadBalances& read, Item* item);
  std::string OtherQuerysPageToken();

  void Begin(CallKind kind);
  void End();
  void Learn(const Outcome& outcome);
  /// Fails the test if a failed call carries no reason.
  void Keep(const grpc::Status& status, Item* item);

  int index_;
  SharedRun* run_;
  test_support::CommandGenerator generator_;
  std::unique_ptr<v1::LedgerService::Stub> stub_;
  History history_;
  ReasonCounts static_refusals_;
  bool broken_ = false;
};

}  // namespace florin::integration
