#include "storage/books/history.h"

#include <algorithm>
#include <iterator>

#include "storage/format/errors.h"
#include "storage/format/fold.h"

namespace florin::storage {

domain::Result<HistoryStep> History::Read(const std::string& account_id, std::int64_t position) {
  HistoryStep step;
  if (position == 0) return step;
  domain::Result<RecordPtr> record = commit_groups_->RecordAt(position);
  if (!record.ok()) return record.refusal();
  step.record = std::move(record.value());
  step.after = FindAccount(*step.record, account_id);
  if (step.after != nullptr) return step;
  const CorruptPlace place{"journal", position};
  return DataCorrupt("The history of account " + account_id + " leads to " + place.Text() +
                         ", which does not name it.",
                     place);
}

domain::Result<HistoryStep> History::Before(const HistoryStep& step) {
  return Read(step.after->account_id, step.after->previous_position);
}

domain::Result<HistoryStep> History::AtVersion(const domain::AccountState& head,
                                               std::int64_t version) {
  const domain::Result<std::optional<std::int64_t>> entry =
      index_->HistoryAtOrAfter(head.account_id, version);
  if (!entry.ok()) return entry.refusal();
  // An entry beyond the head was written after the caller looked; the head is
  // the nearer one then.
  const std::int64_t start = std::min(entry->value_or(head.position), head.position);
  domain::Result<HistoryStep> step = Read(head.account_id, start);
  while (step.ok() && step->after != nullptr &&
         step->after->version - EventCountOf(*step->record, head.account_id) >= version)
    step = Before(*step);
  return step;
}

domain::Result<std::int64_t> History::EntryBeyond(const domain::AccountState& head,
                                                  std::int64_t position) {
  // Entries grow with the version as with the position: the search is over
  // versions.
  std::int64_t low = 1;
  std::int64_t high = head.version + 1;
  std::int64_t found = head.position;
  while (low < high) {
    const std::int64_t middle = low + (high - low) / 2;
    const domain::Result<std::optional<std::int64_t>> entry =
        index_->HistoryAtOrAfter(head.account_id, middle);
    if (!entry.ok()) return entry.refusal();
    if (!entry->has_value() || **entry > position) {
      found = std::min(entry->value_or(head.position), head.position);
      high = middle;
    } else {
      low = middle + 1;
    }
  }
  return found;
}

domain::Result<HistoryStep> History::AtPosition(const domain::AccountState& head,
                                                std::int64_t position) {
  domain::Result<std::int64_t> start = head.position;
  if (position < head.position) start = EntryBeyond(head, position);
  if (!start.ok()) return start.refusal();
  domain::Result<HistoryStep> step = Read(head.account_id, *start);
  while (step.ok() && step->after != nullptr && step->record->last_position > position)
    step = Before(*step);
  return step;
}

domain::Status History::Forward(const domain::AccountState& head, std::int64_t position,
                                const std::function<bool(const HistoryStep&)>& visit) {
  std::int64_t reached = position;
  while (reached < head.position) {
    const domain::Result<std::int64_t> end = EntryBeyond(head, reached);
    if (!end.ok()) return end.refusal();
    // One stretch between entries is read backwards, and handed on forwards.
    std::vector<HistoryStep> stretch;
    domain::Result<HistoryStep> step = Read(head.account_id, *end);
    while (step.ok() && step->after != nullptr && step->record->first_position > reached) {
      stretch.push_back(*step);
      step = Before(*step);
    }
    if (!step.ok()) return step.refusal();
    for (auto next = stretch.rbegin(); next != stretch.rend(); ++next) {
      if (!visit(*next)) return domain::Ok{};
    }
    reached = *end;
  }
  return domain::Ok{};
}

}  // namespace florin::storage
