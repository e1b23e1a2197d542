#pragma once

#include <caf/all.hpp>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "actors/ledger/flight.h"
#include "actors/ledger/hold_timers.h"
#include "actors/ledger/submission.h"

namespace florin::actors {

// What the actors say to each other. All stay in this process and carry pointers, so none is
// serialized.

/// sequencer -> account: the next command in the order of numbers.
struct DeliverMessage {
  FlightPtr flight;
  std::uint32_t slot = 0;
};
/// decider -> account: something you wait for is decided.
struct WakeMessage {};
/// reader -> account: the head that it asked for, or why there is none.
struct HeadMessage {
  std::shared_ptr<const domain::AccountState> state;
  std::optional<domain::Refusal> failure;
};
/// server -> sequencer: a stop begins; no call comes any more.
struct DrainMessage {};
/// To any: end.
struct StopMessage {};

/// server -> sequencer.
struct SubmitMessage {
  SubmissionPtr submission;
};
struct SubmitAccountMessage {
  std::shared_ptr<AccountSubmission> submission;
};
struct SubmitAssetMessage {
  std::shared_ptr<AssetSubmission> submission;
};
/// decider -> sequencer.
struct AwaitedMessage {
  FlightPtr flight;
};
/// publisher -> sequencer.
struct PublishedMessage {
  std::shared_ptr<std::vector<FlightPtr>> flights;
};
/// reader -> sequencer.
struct HoldsMessage {
  std::shared_ptr<LoadedHolds> holds;
};
/// sequencer -> itself: time passes.
struct TickMessage {};

}  // namespace florin::actors

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(florin::actors::DeliverMessage)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(florin::actors::WakeMessage)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(florin::actors::HeadMessage)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(florin::actors::DrainMessage)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(florin::actors::StopMessage)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(florin::actors::SubmitMessage)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(florin::actors::SubmitAccountMessage)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(florin::actors::SubmitAssetMessage)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(florin::actors::AwaitedMessage)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(florin::actors::PublishedMessage)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(florin::actors::HoldsMessage)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(florin::actors::TickMessage)
