#pragma once

#include <cstddef>

#include "actors/ledger/submission.h"
#include "storage/store.h"

namespace florin::actors {

/// Looks up the ids of items from `submission->cursor` on: replays are answered, what is ended or
/// reversed is fetched.
///
/// False: with Tier::kMemory something needs a read from disk; nothing is lost by asking again with
/// Tier::kDisk. Requires: the submission's `lookup` was begun before. Threads: any; kMemory never
/// waits for the disk.
[[nodiscard]] bool Admit(Submission* submission, storage::Tier tier, storage::Reader* reader);

/// The same for a request_id on an account. `answer` is set if the id is known.
struct AccountAdmission {
  bool complete = true;
  std::optional<AccountOutcome> answer;
};
[[nodiscard]] AccountAdmission AdmitAccount(const domain::AccountCommand& command,
                                            storage::Tier tier, storage::Reader* reader);

}  // namespace florin::actors
