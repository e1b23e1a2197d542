#pragma once

#include <caf/all.hpp>

namespace florin::actors {

/// To be called after an actor system was made, or an actor spawned, on a thread that is not the
/// system's own.
///
/// CAF leaves such a thread a reference to the system's logger, and the system waits for all of
/// these when it ends. It could be ended by no other thread as long as this one lives.
inline void LetGoOfLogger() { caf::logger::set_current_actor_system(nullptr); }

}  // namespace florin::actors
