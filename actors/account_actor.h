#pragma once

#include <caf/all.hpp>
#include <memory>
#include <mutex>
#include <string>

#include "actors/account_cell.h"
#include "actors/messages.h"
#include "actors/pipeline_host.h"

namespace florin::actors {

using AccountCellPtr = std::shared_ptr<AccountCell>;

/// One active account: reads its head, then votes on the commands in its mailbox, in order; and on
/// those that are not even put there (AccountCell).
///
/// Ends on StopMessage (passivation). If it ends otherwise the directory starts another, which
/// reads the head again and is given every unpublished command once more.
class AccountActor : public caf::event_based_actor {
 public:
  AccountActor(caf::actor_config& config, std::string account_id, AccountCellPtr cell,
               PipelineHost* host);
  const char* name() const override { return "florin.account"; }
  caf::behavior make_behavior() override;
  /// However it ends, its cell takes nothing any more.
  void on_exit() override;

 private:
  void LoadHead();
  void Start(const HeadMessage& head);

  const std::string account_id_;
  const AccountCellPtr cell_;
  PipelineHost* host_;
};

/// The stable address of an account while its actor may change.
class ActorPort : public AccountPort {
 public:
  ActorPort(std::string account_id, caf::actor actor, AccountCellPtr cell)
      : AccountPort(std::move(account_id)), cell_(std::move(cell)), actor_(std::move(actor)) {}
  void Deliver(FlightPtr flight, std::uint32_t slot) override;
  void Wake() override;
  /// Deliver and Rebind: the sequencer's thread; the others: any.
  void Rebind(caf::actor actor, AccountCellPtr cell);
  [[nodiscard]] caf::actor actor() const;

 private:
  void GiveUp(const char* why);

  // Written under the mutex by the sequencer's thread, which therefore reads them without.
  AccountCellPtr cell_;
  caf::actor actor_;
  mutable std::mutex mutex_;
};

}  // namespace florin::actors
