// What is to be done about a command whose ids were used not long ago.

#include "actors/ledger/sequencer.h"
#include "domain/content.h"
#include "domain/refusal_text.h"

namespace florin::actors {
namespace {

/// A refusal that is not kept leaves the id free.
bool KeepsId(const Item& item) {
  return item.status == ItemStatus::kDone ||
         (item.status == ItemStatus::kRefused && domain::InfoOf(item.reason).recorded);
}

}  // namespace

Sequencer::Verdict Sequencer::Judge(const domain::TransactionCommand& command) const {
  if (!OwnIdOf(command).empty()) {
    Verdict verdict = JudgeOwnId(command);
    if (verdict.kind != Verdict::Kind::kNew) return verdict;
  }
  if (!RequestIdOf(command).empty()) {
    Verdict verdict = JudgeRequest(command);
    if (verdict.kind != Verdict::Kind::kNew) return verdict;
  }
  // The postings of a reversal are known for certain only once it is decided.
  const RecentCommands::TransactionUses* target = recent_.Find(domain::TargetOf(command));
  if (target != nullptr && target->owner != nullptr) {
    const FlightPtr& flight = target->owner->flight;
    if (!flight->Decided() && std::holds_alternative<domain::ReverseTransaction>(
                                  *flight->items[target->owner->item].command))
      return Verdict{Verdict::Kind::kPark, flight, 0, {}};
  }
  return {};
}

Sequencer::Verdict Sequencer::JudgeOwnId(const domain::TransactionCommand& command) const {
  const RecentCommands::TransactionUses* uses = recent_.Find(OwnIdOf(command));
  if (uses == nullptr || uses->owner == nullptr) return {};
  const FlightPtr& flight = uses->owner->flight;
  const std::uint32_t item = uses->owner->item;
  if (!flight->Decided()) return Verdict{Verdict::Kind::kPark, flight, 0, {}};
  const Item& first = flight->items[item];
  const domain::TransactionPtr kept = ContentAfterItem(first, OwnIdOf(command));
  if (!KeepsId(first) || kept == nullptr) return {};
  const std::string field = domain::DifferingField(command, *kept);
  if (!field.empty())
    return Verdict{Verdict::Kind::kReused, nullptr, 0, domain::IdReused(OwnIdOf(command), field)};
  return Verdict{Verdict::Kind::kAnswered, flight, item, {}};
}

Sequencer::Verdict Sequencer::JudgeRequest(const domain::TransactionCommand& command) const {
  const auto* request = recent_.FindRequest(
      RecentCommands::RequestKey(false, domain::TargetOf(command), RequestIdOf(command)));
  if (request == nullptr) return {};
  if (!request->flight->Decided()) return Verdict{Verdict::Kind::kPark, request->flight, 0, {}};
  const Item& first = request->flight->items[request->item];
  if (!KeepsId(first)) return {};
  const std::string field = domain::DifferingRequest(command, *first.command);
  if (!field.empty())
    return Verdict{Verdict::Kind::kReused, nullptr, 0,
                   domain::IdReused(RequestIdOf(command), field)};
  return Verdict{Verdict::Kind::kAnswered, request->flight, request->item, {}};
}

}  // namespace florin::actors
