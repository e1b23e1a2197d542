#pragma once

#include <string>

#include "clients/cpp/result.h"

namespace florin::client {

/// A database of the application's in which what it makes of events and the mark
/// that says how far they go (checkpoint and position, opaque to the store)
/// change together or not at all.
///
/// That is what turns a log that is delivered at least once into effects that
/// happen exactly once: whatever breaks, the store says which events it has seen.
///
/// Calls come one at a time, as Load, then any number of Begin, (effects,) Save,
/// Commit; Rollback may stand instead of what follows Begin. Errors: code
/// INTERNAL and a sentence; the run ends with it, and may be started again.
class EffectStore {
 public:
  virtual ~EffectStore() = default;

  /// The mark that was committed last; "" before the first.
  [[nodiscard]] virtual Result<std::string> Load() = 0;

  /// Begins a transaction, in which the application then writes its effects.
  [[nodiscard]] virtual DoneResult Begin() = 0;
  /// Puts `to` in the place of `from`, within the transaction. Fails if what is
  /// there is not `from`: somebody else works on this store too, and one of the
  /// two would do everything a second time.
  [[nodiscard]] virtual DoneResult Save(const std::string& from, const std::string& to) = 0;
  /// Durable when it returns OK. After an error the outcome is open: Load tells.
  [[nodiscard]] virtual DoneResult Commit() = 0;
  /// Undoes everything since Begin.
  virtual void Rollback() = 0;
};

}  // namespace florin::client
