#include <cstddef>
#include <utility>

#include "reference/replay.h"
#include "reference/shape.h"

namespace florin::reference {
namespace {

using domain::Reason;

bool IsRecorded(const Answer& answer) {
  return answer.refusal && !answer.replayed && answer.position > 0;
}

}  // namespace

std::vector<Answer> ReferenceLedger::Execute(const Batch& batch, std::int64_t now) {
  events_.clear();
  if (batch.validate_only) return Validate(batch, now);
  if (batch.atomic) return ExecuteAtomic(batch, now);
  std::vector<Answer> answers;
  for (const TransactionCommand& command : batch.commands)
    answers.push_back(ExecuteItem(command, now));
  return answers;
}

Answer ReferenceLedger::ExecuteItem(const TransactionCommand& command, std::int64_t now) {
  if (auto refusal = CheckItemShape(command)) return Refused(refusal->reason, refusal->metadata);
  return std::visit([&](const auto& one) { return Dispatch(one, now); }, command);
}

std::vector<Answer> ReferenceLedger::Validate(const Batch& batch, std::int64_t now) const {
  ReferenceLedger scratch(this);
  std::vector<Answer> answers = scratch.Execute(Batch{batch.commands, batch.atomic, false}, now);
  for (Answer& answer : answers) {
    // Nothing is recorded, so nothing has a place of its own: such an answer
    // stands at the head it was tried on.
    const bool known_before = answer.replayed && answer.position > 0 && answer.position <= head_;
    if (known_before) continue;
    // An item that was not tried because of another has not even that.
    const bool tried = !answer.refusal || answer.refusal->reason != Reason::kBatchRefused;
    answer.position = tried ? head_ : 0;
    if (answer.refusal) answer.status = domain::TransactionStatus::kUnspecified;
    if (answer.transaction == nullptr) continue;
    Transaction transaction = *answer.transaction;
    transaction.position = head_;
    answer.transaction = std::make_shared<Transaction>(transaction);
  }
  return answers;
}

std::vector<Answer> ReferenceLedger::ExecuteAtomic(const Batch& batch, std::int64_t now) {
  const std::size_t count = batch.commands.size();
  ReferenceLedger scratch(this);
  std::size_t refused_at = count;
  Answer refused;
  for (std::size_t i = 0; i < count && refused_at == count; ++i) {
    refused = scratch.ExecuteItem(batch.commands[i], now);
    if (refused.refusal && !refused.replayed) refused_at = i;
  }
  if (refused_at == count) {
    std::vector<Answer> answers;
    for (const TransactionCommand& command : batch.commands)
      answers.push_back(ExecuteItem(command, now));
    return answers;
  }

  std::vector<Answer> answers;
  for (std::size_t i = 0; i < count; ++i) {
    // Known before the batch: stands as it is.
    ReferenceLedger alone(this);
    Answer answer = alone.ExecuteItem(batch.commands[i], now);
    if (!answer.replayed)
      answer = Refused(Reason::kBatchRefused, {{"index", std::to_string(refused_at)}});
    answers.push_back(std::move(answer));
  }
  if (!IsRecorded(refused)) {
    answers[refused_at] = refused;
    return answers;
  }
  answers[refused_at] = RecordAgain(batch.commands[refused_at], refused);
  for (std::size_t i = refused_at + 1; i < count; ++i) {
    // The refused command once more in the same batch is a replay of what is
    // recorded now.
    ReferenceLedger alone(this);
    const Answer answer = alone.ExecuteItem(batch.commands[i], now);
    if (answer.replayed && answer.position == answers[refused_at].position) answers[i] = answer;
  }
  return answers;
}

// The refusal was found on a scratch copy, after items that are not to be.
Answer ReferenceLedger::RecordAgain(const TransactionCommand& command, const Answer& refused) {
  if (const auto* create = std::get_if<CreateTransaction>(&command)) {
    Transaction transaction = *refused.transaction;
    transaction.version = 0;
    return RefuseTransaction(*create, transaction, *refused.refusal);
  }
  if (const auto* reverse = std::get_if<ReverseTransaction>(&command)) {
    Transaction transaction = *refused.transaction;
    transaction.version = 0;
    return RefuseTransaction(*reverse, transaction, *refused.refusal);
  }
  if (const auto* settle = std::get_if<SettleTransaction>(&command))
    return RefuseHoldEnd(*settle, *refused.refusal);
  return RefuseHoldEnd(std::get<VoidTransaction>(command), *refused.refusal);
}

}  // namespace florin::reference
