#pragma once

#include <caf/all.hpp>
#include <memory>
#include <string>
#include <utility>

#include "actors/ledger/account_cell.h"
#include "actors/ledger/messages.h"
#include "actors/ledger/pipeline_host.h"

namespace florin::actors {

using AccountCellPtr = std::shared_ptr<AccountCell>;

/// One active account: reads its head, then votes on the commands in its mailbox, in order; and on
/// those that are not even put there (AccountCell).
///
/// Ends on StopMessage, when nothing of it is unpublished. If it ends otherwise, the process ends.
class AccountActor : public caf::event_based_actor {
 public:
  AccountActor(caf::actor_config& config, std::string account_id, AccountCellPtr cell,
               PipelineHost* host);
  const char* name() const override { return "florin.account"; }
  caf::behavior make_behavior() override;
  void on_exit() override;

 private:
  void LoadHead();
  void Start(const HeadMessage& head);

  const std::string account_id_;
  const AccountCellPtr cell_;
  PipelineHost* host_;
  bool stopped_ = false;
};

/// The way to an account's actor, and around it while the account has nothing to do.
class ActorPort : public AccountPort {
 public:
  ActorPort(std::string account_id, caf::actor actor, AccountCellPtr cell)
      : AccountPort(std::move(account_id)), cell_(std::move(cell)), actor_(std::move(actor)) {}
  void Deliver(FlightPtr flight, std::uint32_t slot) override;
  void Wake() override;
  [[nodiscard]] const caf::actor& actor() const { return actor_; }

 private:
  const AccountCellPtr cell_;
  const caf::actor actor_;
};

}  // namespace florin::actors
