#include "actors/ledger/admission.h"

#include <utility>

#include "actors/ledger/outcomes.h"

namespace florin::actors {
namespace {

enum class Step : std::uint8_t { kDone, kNeedsDisk };

/// Nothing more to decide. A replay stands in a batch of any kind; a reused id, or one that cannot
/// be looked up, refuses an atomic one: the rest must not happen without it.
void Resolve(Submission* submission, std::size_t index, TransactionOutcome outcome) {
  AdmittedItem& item = submission->items[index];
  const bool refuses = outcome.refusal && !outcome.replayed;
  if (refuses && (submission->atomic || submission->validate_only)) {
    item.pre_refusal = std::move(outcome.refusal);
    return;
  }
  item.resolved = true;
  submission->call->Deliver(index, std::move(outcome));
}

Step AdmitOwnId(Submission* submission, std::size_t index, storage::Tier tier,
                storage::Reader* reader) {
  const domain::TransactionCommand& command = *submission->items[index].command;
  auto place = reader->FindTransaction(OwnIdOf(command), tier);
  if (!place.ok()) {
    Resolve(submission, index, RefusedOutcome(place.refusal()));
    return Step::kDone;
  }
  if (!place->complete) return Step::kNeedsDisk;
  if (!place->value) return Step::kDone;
  if (tier == storage::Tier::kMemory) return Step::kNeedsDisk;
  Resolve(submission, index, RepeatedTransaction(command, *place->value, reader));
  return Step::kDone;
}

Step AdmitRequest(Submission* submission, std::size_t index, storage::Tier tier,
                  storage::Reader* reader) {
  const domain::TransactionCommand& command = *submission->items[index].command;
  auto position = reader->FindRequest(false, domain::TargetOf(command), RequestIdOf(command), tier);
  if (!position.ok()) {
    Resolve(submission, index, RefusedOutcome(position.refusal()));
    return Step::kDone;
  }
  if (!position->complete) return Step::kNeedsDisk;
  if (!position->value) return Step::kDone;
  if (tier == storage::Tier::kMemory) return Step::kNeedsDisk;
  Resolve(submission, index, RepeatedRequest(command, *position->value, reader));
  return Step::kDone;
}

Step FetchTarget(Submission* submission, std::size_t index, storage::Tier tier,
                 storage::Reader* reader) {
  AdmittedItem& item = submission->items[index];
  const std::string& target = domain::TargetOf(*item.command);
  auto place = reader->FindTransaction(target, tier);
  if (place.ok() && !place->complete) return Step::kNeedsDisk;
  if (place.ok() && !place->value) {
    item.base = nullptr;
    return Step::kDone;
  }
  if (tier == storage::Tier::kMemory) return Step::kNeedsDisk;
  auto transaction = reader->GetTransaction(target);
  if (!transaction.ok()) {
    Resolve(submission, index, RefusedOutcome(transaction.refusal()));
    return Step::kDone;
  }
  item.base = transaction->value_or(nullptr);
  return Step::kDone;
}

Step AdmitItem(Submission* submission, std::size_t index, storage::Tier tier,
               storage::Reader* reader) {
  AdmittedItem& item = submission->items[index];
  const auto open = [&item] { return !item.resolved && !item.pre_refusal; };
  if (open() && !OwnIdOf(*item.command).empty() &&
      AdmitOwnId(submission, index, tier, reader) == Step::kNeedsDisk)
    return Step::kNeedsDisk;
  if (open() && !RequestIdOf(*item.command).empty() &&
      AdmitRequest(submission, index, tier, reader) == Step::kNeedsDisk)
    return Step::kNeedsDisk;
  if (open() && !domain::TargetOf(*item.command).empty())
    return FetchTarget(submission, index, tier, reader);
  return Step::kDone;
}

}  // namespace

bool Admit(Submission* submission, storage::Tier tier, storage::Reader* reader) {
  for (std::size_t i = submission->cursor; i < submission->items.size(); ++i) {
    if (AdmitItem(submission, i, tier, reader) == Step::kNeedsDisk) return false;
  }
  return true;
}

AccountAdmission AdmitAccount(const domain::AccountCommand& command, storage::Tier tier,
                              storage::Reader* reader) {
  AccountAdmission admission;
  const auto* change = std::get_if<domain::ChangeAccount>(&command);
  if (change == nullptr || change->request_id.empty()) return admission;
  auto position = reader->FindRequest(true, change->account_id, change->request_id, tier);
  if (!position.ok()) {
    admission.answer.emplace().refusal = position.refusal();
  } else if (!position->complete || (position->value && tier == storage::Tier::kMemory)) {
    admission.complete = false;
  } else if (position->value) {
    admission.answer = RepeatedAccountRequest(*change, *position->value, reader);
  }
  return admission;
}

}  // namespace florin::actors
