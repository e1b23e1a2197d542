#include "actors/ledger/account_actor.h"

#include <spdlog/spdlog.h>

#include <exception>
#include <utility>

#include "actors/end_process.h"

namespace florin::actors {
namespace {

/// What is more than that is spread over the actors' threads, so that it does not hold up all else.
constexpr std::size_t kAccountsInPlaceMax = 8;
constexpr std::size_t kItemsInPlaceMax = 8;
constexpr std::size_t kMentionsInPlaceMax = 16;

bool IsSmall(const Flight& flight, const Slot& slot) {
  return flight.slots.size() <= kAccountsInPlaceMax && flight.items.size() <= kItemsInPlaceMax &&
         slot.mentions.size() <= kMentionsInPlaceMax;
}

}  // namespace

AccountActor::AccountActor(caf::actor_config& config, std::string account_id, AccountCellPtr cell,
                           PipelineHost* host)
    : caf::event_based_actor(config),
      account_id_(std::move(account_id)),
      cell_(std::move(cell)),
      host_(host) {}

caf::behavior AccountActor::make_behavior() {
  set_exception_handler([this](std::exception_ptr& thrown) -> caf::error {
    EndProcess("account " + account_id_, thrown);
  });
  LoadHead();
  return {
      [this](DeliverMessage& message) { cell_->Receive(std::move(message.flight), message.slot); },
      [this](const WakeMessage&) { cell_->Advance(); },
      [this](const HeadMessage& head) { Start(head); },
      [this](const StopMessage&) {
        stopped_ = true;
        quit();
      },
  };
}

/// Another actor could not go on for it: what was published and what was not by now is known
/// nowhere in memory, so that a command would act twice, or a flight would never be decided.
void AccountActor::on_exit() {
  if (!stopped_) EndProcess("account " + account_id_, "its actor ended unexpectedly");
}

void AccountActor::LoadHead() {
  const auto message = [](const domain::Result<storage::Lookup<storage::Head>>& head) {
    if (!head.ok()) return HeadMessage{nullptr, head.refusal()};
    return HeadMessage{head->value->state, std::nullopt};
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
  if (state.Exists()) host_->active_accounts()->fetch_add(1, std::memory_order_relaxed);
  cell_->Start(AccountCore(std::move(state)));
}

void ActorPort::Deliver(FlightPtr flight, std::uint32_t slot) {
  if (cell_->Offer(flight, slot, IsSmall(*flight, flight->slots[slot]))) return;
  caf::anon_send(actor_, DeliverMessage{std::move(flight), slot});
}

void ActorPort::Wake() { caf::anon_send(actor_, WakeMessage{}); }

}  // namespace florin::actors
