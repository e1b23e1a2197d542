#include "actors/account_actor.h"

#include <spdlog/spdlog.h>

#include <exception>
#include <utility>

namespace florin::actors {
namespace {

/// What is more than that is spread over the actors' threads, so that it does not hold up all else.
constexpr std::size_t kAccountsInPlaceMax = 8;
constexpr std::size_t kItemsInPlaceMax = 8;
constexpr std::size_t kTouchesInPlaceMax = 16;

bool IsSmall(const Flight& flight, const Slot& slot) {
  return flight.slots.size() <= kAccountsInPlaceMax && flight.items.size() <= kItemsInPlaceMax &&
         slot.touches.size() <= kTouchesInPlaceMax;
}

}  // namespace

AccountActor::AccountActor(caf::actor_config& config, std::string account_id, AccountCellPtr cell,
                           PipelineHost* host)
    : caf::event_based_actor(config),
      account_id_(std::move(account_id)),
      cell_(std::move(cell)),
      host_(host) {}

caf::behavior AccountActor::make_behavior() {
  // No exception leaves a handler: the actor ends, is started again, and decides anew from the log.
  set_exception_handler([this](std::exception_ptr& thrown) -> caf::error {
    try {
      std::rethrow_exception(thrown);
    } catch (const std::exception& failure) {
      spdlog::error("account {} is reloaded: {}", account_id_, failure.what());
    } catch (...) {
      spdlog::error("account {} is reloaded: unknown exception", account_id_);
    }
    return caf::sec::runtime_error;
  });
  LoadHead();
  return {
      [this](DeliverMessage& message) { cell_->Receive(std::move(message.flight), message.slot); },
      [this](const WakeMessage&) { cell_->Advance(); },
      [this](const HeadMessage& head) { Start(head); },
      [this](const StopMessage&) { quit(); },
  };
}

void AccountActor::on_exit() { cell_->End(); }

void AccountActor::LoadHead() {
  const auto message = [](const domain::Result<storage::Lookup<storage::Head>>& head) {
    if (!head.ok()) return HeadMessage{nullptr, 0, head.refusal()};
    return HeadMessage{head->value->state, head->value->n, std::nullopt};
  };
  auto head = host_->reader().GetHead(account_id_, storage::Tier::kMemory);
  if (!head.ok() || head->complete) {
    Start(message(head));
    return;
  }
  // Not in memory: a reader fetches it, commands wait in early_.
  const caf::actor self = caf::actor_cast<caf::actor>(this);
  host_->RunReader([host = host_, id = account_id_, self, message] {
    caf::anon_send(self, message(host->reader().GetHead(id, storage::Tier::kDisk)));
  });
}

void AccountActor::Start(const HeadMessage& head) {
  if (head.failure) {
    spdlog::error("account {} cannot be read: {}", account_id_, head.failure->message);
    cell_->Start(AccountCore::Broken(account_id_, *head.failure));
    return;
  }
  domain::AccountState state = *head.state;
  state.account_id = account_id_;
  cell_->Start(AccountCore(std::move(state), head.n));
}

void ActorPort::Deliver(FlightPtr flight, std::uint32_t slot) {
  try {
    if (cell_->Offer(flight, slot, IsSmall(*flight, flight->slots[slot]))) return;
  } catch (const std::exception& failure) {
    GiveUp(failure.what());
    return;
  } catch (...) {
    GiveUp("unknown exception");
    return;
  }
  caf::anon_send(actor_, DeliverMessage{std::move(flight), slot});
}

/// As if its actor had thrown: it ends, and the next one is given the command again.
void ActorPort::GiveUp(const char* why) {
  spdlog::error("account {} is reloaded: {}", account_id(), why);
  caf::anon_send_exit(actor_, caf::exit_reason::unhandled_exception);
}

void ActorPort::Wake() { caf::anon_send(actor(), WakeMessage{}); }

void ActorPort::Rebind(caf::actor actor, AccountCellPtr cell) {
  const std::lock_guard lock(mutex_);
  actor_ = std::move(actor);
  cell_ = std::move(cell);
}

caf::actor ActorPort::actor() const {
  const std::lock_guard lock(mutex_);
  return actor_;
}

}  // namespace florin::actors
