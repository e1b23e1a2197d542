#pragma once

#include <absl/container/flat_hash_map.h>

#include <caf/all.hpp>
#include <chrono>
#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "actors/chain.h"
#include "actors/ledger/account_actor.h"
#include "actors/ledger/messages.h"
#include "actors/ledger/pipeline_host.h"
#include "actors/ledger/sequencer.h"

namespace florin::actors {

/// The sequencer's mailbox and the directory of live accounts.
class SequencerActor : public caf::event_based_actor, private SequencerWorld {
 public:
  struct Settings {
    std::size_t max_active_accounts = 100'000;
    std::size_t recent_commands = 65'536;
    std::int64_t last_time = 0;
    std::vector<domain::Asset> assets;
    std::vector<storage::OpenHold> holds;
  };

  SequencerActor(caf::actor_config& config, PipelineHost* host, const Settings& settings);
  const char* name() const override { return "florin.sequencer"; }
  caf::behavior make_behavior() override;
  void on_exit() override;

 private:
  /// An account's port in the queue for passivation, with what was its last number when it got
  /// there.
  struct QueuedPort : ActorPort {
    using ActorPort::ActorPort;
    std::uint64_t queued_n = 0;
    Link<QueuedPort> place;
  };
  struct Account {
    std::unique_ptr<QueuedPort> port;
    /// The port's.
    const AccountCell* cell = nullptr;
    /// Last number delivered to it.
    std::uint64_t last_n = 0;
  };
  using Accounts = absl::flat_hash_map<std::string, Account>;

  std::int64_t Now() override { return host_->Now(); }
  std::uint64_t OldestLookup() override { return host_->OldestLookup(); }
  AccountPort* Port(const std::string& account_id, std::uint64_t n) override;
  void Prefetch(const std::string& account_id, Soon soon) override;
  void Readmit(SubmissionPtr submission) override { host_->Readmit(std::move(submission)); }
  void ReadmitAccount(AccountSubmission submission) override {
    host_->ReadmitAccount(std::move(submission));
  }
  void LoadHolds(std::vector<HoldTimers::Key> holds) override;
  void SetExpiries(std::int64_t first, std::size_t due) override { host_->SetExpiries(first, due); }
  void ExpiryFailed(const std::string& transaction_id, const std::string& why) override;

  void CountOpenedAndUnknown(const std::vector<FlightPtr>& flights);
  void Passivate();
  void PutAway(Accounts::iterator account);
  void AfterWork();
  void StopWhenThrough();
  void StopAccounts();

  PipelineHost* host_;
  const std::size_t max_active_accounts_;
  Sequencer sequencer_;
  Accounts accounts_;
  /// Every live account once. Who has been used since it was put here goes to the back again:
  /// nearly the least recently used first, and using an account costs nothing.
  Chain<QueuedPort, &QueuedPort::place> queue_;
  /// Since failure_logged_.
  std::size_t failed_expiries_ = 0;
  std::optional<std::chrono::steady_clock::time_point> failure_logged_;
  bool stopping_ = false;
  bool stopped_ = false;
};

}  // namespace florin::actors
