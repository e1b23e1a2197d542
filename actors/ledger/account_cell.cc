#include "actors/ledger/account_cell.h"

#include <exception>

#include "actors/end_process.h"

namespace florin::actors {

template <typename F>
void AccountCell::OnCore(F f) noexcept {
  try {
    f(*core_);
  } catch (...) {
    // While mutex_ is held: the other of the two threads never sees what is left of the account.
    EndProcess("account " + core_->state().account_id, std::current_exception());
  }
}

bool AccountCell::Offer(const FlightPtr& flight, std::uint32_t slot, bool in_place) {
  // Not while its actor is at work, which may be on a thousand commands that waited.
  const std::unique_lock lock(mutex_, std::try_to_lock);
  if (!lock.owns_lock() || !in_place || !core_ || mailed_ != 0) {
    ++mailed_;
    return false;
  }
  OnCore([&](AccountCore& core) { core.Deliver(flight, slot); });
  return true;
}

void AccountCell::Receive(FlightPtr flight, std::uint32_t slot) {
  const std::lock_guard lock(mutex_);
  --mailed_;
  if (core_) {
    OnCore([&](AccountCore& core) { core.Deliver(std::move(flight), slot); });
  } else {
    early_.emplace_back(std::move(flight), slot);
  }
}

void AccountCell::Advance() {
  const std::lock_guard lock(mutex_);
  if (core_) OnCore([](AccountCore& core) { core.Advance(); });
}

void AccountCell::Start(AccountCore core) {
  const std::lock_guard lock(mutex_);
  core_.emplace(std::move(core));
  OnCore([&](AccountCore& started) {
    for (auto& [flight, slot] : early_) started.Deliver(std::move(flight), slot);
  });
  early_ = {};
}

}  // namespace florin::actors
