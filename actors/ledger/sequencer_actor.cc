#include "actors/ledger/sequencer_actor.h"

#include <spdlog/spdlog.h>

#include <chrono>
#include <exception>
#include <utility>

#include "actors/end_process.h"
#include "storage/prefetch.h"

namespace florin::actors {
namespace {

/// How late a hold may expire on an idle ledger; before any command it is exact.
constexpr std::chrono::milliseconds kTickInterval{50};

/// Expiries that fail are logged at most once in this time.
constexpr std::chrono::seconds kFailuresLogged{10};

/// Accounts looked at after each message while there are too many: all may be in use.
constexpr int kPassivationLooks = 64;

/// Most end here, long after this thread has seen them last: their memory is asked for some flights
/// ahead.
void Free(std::vector<FlightPtr>* flights) {
  constexpr std::size_t kFlightAhead = 12;
  constexpr std::size_t kItemsAhead = 6;
  for (std::size_t i = 0; i < flights->size(); ++i) {
    if (i + kFlightAhead < flights->size())
      storage::PrefetchToWrite((*flights)[i + kFlightAhead].get(), sizeof(Flight));
    if (i + kItemsAhead < flights->size()) {
      for (const Item& item : (*flights)[i + kItemsAhead]->items) {
        storage::PrefetchToWrite(item.command.get(), sizeof(domain::TransactionCommand));
        storage::PrefetchToWrite(item.record.get(), sizeof(storage::Record));
        storage::PrefetchToWrite(item.own_staged.get(), sizeof(domain::Transaction));
      }
    }
    (*flights)[i].reset();
  }
}

}  // namespace

SequencerActor::SequencerActor(caf::actor_config& config, PipelineHost* host,
                               const Settings& settings)
    : caf::event_based_actor(config),
      host_(host),
      max_active_accounts_(settings.max_active_accounts),
      sequencer_(this, host->sink(),
                 Sequencer::Options{.recent_commands = settings.recent_commands}) {
  sequencer_.Restore(settings.last_time, settings.assets, settings.holds);
}

caf::behavior SequencerActor::make_behavior() {
  // Without a sequencer no call would ever be answered again.
  set_exception_handler(
      [](std::exception_ptr& thrown) -> caf::error { EndProcess("the sequencer", thrown); });
  // What ended while there was no server is not left for the first tick.
  host_->WatchClock();
  sequencer_.OnTick();
  AfterWork();
  delayed_send(this, kTickInterval, TickMessage{});
  return {
      [this](const SubmitMessage& message) {
        sequencer_.Submit(message.submission);
        AfterWork();
      },
      [this](const SubmitAccountMessage& message) {
        sequencer_.SubmitAccount(std::move(*message.submission));
        AfterWork();
      },
      [this](const SubmitAssetMessage& message) {
        sequencer_.SubmitAsset(std::move(*message.submission));
        AfterWork();
      },
      [this](const AwaitedMessage& message) {
        sequencer_.OnAwaitedDecision(message.flight);
        AfterWork();
      },
      [this](const PublishedMessage& message) {
        sequencer_.OnPublished(*message.flights);
        CountOpenedAndUnknown(*message.flights);
        Free(message.flights.get());
        AfterWork();
        StopWhenThrough();
      },
      [this](const HoldsMessage& message) {
        if (stopping_) return;
        sequencer_.OnHoldsLoaded(*message.holds);
        AfterWork();
      },
      [this](const TickMessage&) {
        if (stopping_) return;
        host_->WatchClock();
        sequencer_.OnTick();
        AfterWork();
        delayed_send(this, kTickInterval, TickMessage{});
      },
      [this](const DrainMessage&) { sequencer_.EndOnlyAwaitedHolds(); },
      [this](const StopMessage&) {
        stopping_ = true;
        StopWhenThrough();
      },
  };
}

void SequencerActor::on_exit() {
  if (!stopped_) EndProcess("the sequencer", "its actor ended unexpectedly");
}

void SequencerActor::AfterWork() {
  host_->SetNumbered(sequencer_.numbered());
  Passivate();
}

AccountPort* SequencerActor::Port(const std::string& account_id, std::uint64_t n) {
  const auto [found, added] = accounts_.try_emplace(account_id);
  Account& account = found->second;
  if (added) {
    const auto cell = std::make_shared<AccountCell>();
    account.port = std::make_unique<QueuedPort>(
        account_id, caf::actor_cast<caf::actor>(spawn<AccountActor>(account_id, cell, host_)),
        cell);
    account.cell = cell.get();
    account.port->queued_n = n;
    queue_.PushBack(account.port.get());
  }
  account.last_n = n;
  return account.port.get();
}

void SequencerActor::Prefetch(const std::string& account_id, Soon soon) {
  if (soon == Soon::kLater) {
    accounts_.prefetch(account_id);
    return;
  }
  const auto found = accounts_.find(account_id);
  if (found == accounts_.end()) return;
  storage::PrefetchToRead(found->second.port.get(), sizeof(QueuedPort));
  storage::PrefetchToWrite(found->second.cell, sizeof(AccountCell));
}

/// Puts away the accounts that commands have named in vain, once nothing of them is unpublished:
/// whoever invents ids takes no place from accounts that exist. Flights in order of numbers.
void SequencerActor::CountOpenedAndUnknown(const std::vector<FlightPtr>& flights) {
  for (const FlightPtr& flight : flights) {
    if (flight->decision->happened()) {
      // All that it names exists.
      if (flight->account != nullptr &&
          std::holds_alternative<domain::OpenAccount>(flight->account->command))
        host_->active_accounts()->fetch_add(1, std::memory_order_relaxed);
      continue;
    }
    for (const Slot& slot : flight->slots) {
      if (slot.exists) continue;
      const auto found = accounts_.find(slot.account->account_id());
      // Named again, it is looked at with the last command that names it.
      if (found->second.last_n == flight->n) PutAway(found);
    }
  }
}

/// Ends actors of accounts that were not used lately. Only those with nothing unpublished: the next
/// one reads the published head. All of these exist.
void SequencerActor::Passivate() {
  std::atomic<std::size_t>* const active = host_->active_accounts();
  const std::uint64_t published = sequencer_.published_n();
  for (int looks = 0; looks < kPassivationLooks && !queue_.empty() &&
                      active->load(std::memory_order_relaxed) > max_active_accounts_;
       ++looks) {
    QueuedPort* const port = queue_.front();
    const auto found = accounts_.find(port->account_id());
    const std::uint64_t last_n = found->second.last_n;
    if (last_n > port->queued_n || last_n > published) {
      port->queued_n = last_n;
      queue_.Remove(port);
      queue_.PushBack(port);
      continue;
    }
    active->fetch_sub(1, std::memory_order_relaxed);
    PutAway(found);
  }
}

/// Requires: nothing of it is unpublished.
void SequencerActor::PutAway(Accounts::iterator account) {
  anon_send(account->second.port->actor(), StopMessage{});
  queue_.Remove(account->second.port.get());
  accounts_.erase(account);
}

void SequencerActor::LoadHolds(std::vector<HoldTimers::Key> holds) {
  const caf::actor self = caf::actor_cast<caf::actor>(this);
  host_->RunReader([host = host_, self, keys = std::move(holds)] {
    auto loaded = std::make_shared<LoadedHolds>();
    for (const HoldTimers::Key& key : keys) {
      auto transaction = host->reader().GetTransaction(key.second);
      LoadedHold& hold = loaded->emplace_back(LoadedHold{key, nullptr, ""});
      if (!transaction.ok()) {
        hold.failure = transaction.refusal().message;
      } else {
        hold.transaction = transaction->value_or(nullptr);
      }
    }
    caf::anon_send(self, HoldsMessage{std::move(loaded)});
  });
}

/// Where a disk fails there may be very many.
void SequencerActor::ExpiryFailed(const std::string& transaction_id, const std::string& why) {
  ++failed_expiries_;
  const auto now = std::chrono::steady_clock::now();
  if (failure_logged_ && now - *failure_logged_ < kFailuresLogged) return;
  failure_logged_ = now;
  spdlog::error(
      "hold {} is due but cannot be ended: {}; the server keeps trying, and until then refuses "
      "commands on its accounts as STORAGE_UNAVAILABLE ({} failed attempts since the last such "
      "line)",
      transaction_id, why, std::exchange(failed_expiries_, 0));
}

/// No call is on its way any more, but holds may be expiring, and what is numbered needs its
/// accounts until it is published.
void SequencerActor::StopWhenThrough() {
  if (!stopping_ || sequencer_.published_n() < sequencer_.numbered()) return;
  StopAccounts();
  stopped_ = true;
  quit();
  host_->OnSequencerStopped();
}

void SequencerActor::StopAccounts() {
  for (const auto& [id, account] : accounts_) anon_send(account.port->actor(), StopMessage{});
  queue_.Clear();
  accounts_.clear();
}

}  // namespace florin::actors
