#include "actors/account_cell.h"

namespace florin::actors {

template <typename F>
void AccountCell::OnCore(F f) {
  try {
    f(*core_);
  } catch (...) {
    EndLocked();
    throw;
  }
}

void AccountCell::EndLocked() {
  ended_ = true;
  core_.reset();
  early_ = {};
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
  } else if (!ended_) {
    early_.emplace_back(std::move(flight), slot);
  }
}

void AccountCell::Advance() {
  const std::lock_guard lock(mutex_);
  if (core_) OnCore([](AccountCore& core) { core.Advance(); });
}

void AccountCell::Start(AccountCore core) {
  const std::lock_guard lock(mutex_);
  if (ended_) return;
  core_.emplace(std::move(core));
  OnCore([&](AccountCore& started) {
    for (auto& [flight, slot] : early_) started.Deliver(std::move(flight), slot);
  });
  early_ = {};
}

void AccountCell::End() {
  const std::lock_guard lock(mutex_);
  EndLocked();
}

}  // namespace florin::actors
