#pragma once

#include <caf/all.hpp>
#include <deque>
#include <mutex>
#include <optional>
#include <string>

#include "actors/account_core.h"
#include "actors/messages.h"
#include "actors/pipeline_host.h"

namespace florin::actors {

/// One active account: reads its head, then votes on commands in the order of its mailbox.
///
/// Ends on StopMessage (passivation). If it ends otherwise the directory starts another, which
/// reads the head again and is given every unpublished command once more.
class AccountActor : public caf::event_based_actor {
 public:
  AccountActor(caf::actor_config& config, std::string account_id, PipelineHost* host);
  const char* name() const override { return "florin.account"; }
  caf::behavior make_behavior() override;
  /// Lets go of the flights that it has not folded yet: they know the way to this actor, and would
  /// keep it for ever.
  void on_exit() override;

 private:
  void LoadHead();
  void Start(const HeadMessage& head);
  void Deliver(DeliverMessage message);

  const std::string account_id_;
  PipelineHost* host_;
  std::optional<AccountCore> core_;
  /// What arrived while the head was being read.
  std::deque<DeliverMessage> early_;
};

/// The stable address of an account while its actor may change.
class ActorPort : public AccountPort {
 public:
  ActorPort(std::string account_id, caf::actor actor)
      : AccountPort(std::move(account_id)), actor_(std::move(actor)) {}
  void Deliver(FlightPtr flight, std::uint32_t slot) override;
  void Wake() override;
  /// Deliver and Rebind: the sequencer's thread; the others: any.
  void Rebind(caf::actor actor);
  [[nodiscard]] caf::actor actor() const;

 private:
  mutable std::mutex mutex_;
  /// Written under the mutex by the sequencer's thread, which therefore reads it without.
  caf::actor actor_;
};

}  // namespace florin::actors
