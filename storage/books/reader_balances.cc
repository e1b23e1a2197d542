// Balances as they stood, and what they add up to.

#include <map>

#include "domain/legs.h"
#include "storage/books/store_reader.h"
#include "storage/format/errors.h"
#include "storage/format/fold.h"
#include "storage/rocks/from_rocks.h"

namespace florin::storage {
namespace {

BalanceAt Describe(const AccountAfter& after) {
  BalanceAt at;
  at.balances = after.balances;
  at.version = after.version;
  at.position = after.position;
  at.scale = after.scale;
  at.debit_normal = after.debit_normal;
  return at;
}

BalanceAt Describe(const domain::AccountState& state) {
  BalanceAt at;
  at.balances = state.balances;
  at.version = state.version;
  at.position = state.position;
  at.scale = state.scale;
  at.debit_normal = state.DebitNormal();
  return at;
}

/// Takes back the command's later events on the account, until `version` was
/// the last.
BalanceAt UndoTo(const HistoryStep& step, std::int64_t version) {
  BalanceAt at = Describe(*step.after);
  if (version == at.version) return at;
  const Record& record = *step.record;
  std::vector<std::pair<domain::Leg, std::int64_t>> legs;
  std::int64_t position = record.first_position;
  ForEachLegOf(record.change, [&](const domain::Leg& leg) {
    if (domain::AccountOf(leg, record.change.transaction->postings) == step.after->account_id)
      legs.emplace_back(leg, position);
    ++position;
  });
  while (at.version > version && legs.size() > 1) {
    domain::UndoLeg(legs.back().first, &at.balances);
    legs.pop_back();
    at.position = legs.back().second;
    --at.version;
  }
  return at;
}

}  // namespace

domain::Result<std::optional<BalanceAt>> StoreReader::BalanceAtVersion(
    const std::string& account_id, std::int64_t version) {
  const auto head = HeadState(account_id);
  if (!head.ok()) return head.refusal();
  if (version < 1 || version > (*head)->version) return std::optional<BalanceAt>();
  const domain::Result<HistoryStep> step = history_.AtVersion(**head, version);
  if (!step.ok()) return step.refusal();
  if (step->after == nullptr)
    return DataCorrupt("The history of account " + account_id + " ends above version " +
                           std::to_string(version) + ".",
                       {"index"});
  return std::optional<BalanceAt>(UndoTo(*step, version));
}

domain::Result<std::optional<BalanceAt>> StoreReader::BalanceAtPosition(
    const std::string& account_id, std::int64_t position) {
  const auto head = HeadState(account_id);
  if (!head.ok()) return head.refusal();
  const domain::AccountState& state = **head;
  if (!state.Exists() || position < state.open_position) return std::optional<BalanceAt>();
  // Where the account has not moved since, no record needs to be read. The head
  // is looked at after the state: it ends where a command ends.
  const std::int64_t visible = VisibleHead().position;
  if (state.position <= visible && visible <= position) {
    return std::optional<BalanceAt>(Describe(state));
  }
  const domain::Result<HistoryStep> step = history_.AtPosition(state, position);
  if (!step.ok()) return step.refusal();
  if (step->after == nullptr) return std::optional<BalanceAt>();
  return std::optional<BalanceAt>(Describe(*step->after));
}

domain::Result<std::vector<TrialBalanceLine>> StoreReader::TrialBalance(const std::string& prefix,
                                                                        const std::string& asset,
                                                                        std::int64_t position) {
  // An account's last event may lie at or before `position` while its command
  // ends beyond it.
  const domain::Result<std::int64_t> whole = CommandEndAtOrBefore(position);
  if (!whole.ok()) return whole.refusal();
  std::map<std::string, TrialBalanceLine> lines;
  const std::unique_ptr<FamilyIterator> entry = index_->Iterate(Family::kAccounts);
  for (entry->Seek(prefix); entry->Valid() && entry->key().starts_with(prefix); entry->Next()) {
    const std::string account_id = std::string(entry->key());
    const auto head = HeadState(account_id);
    if (!head.ok()) return head.refusal();
    const domain::AccountState& state = **head;
    if (!asset.empty() && state.asset != asset) continue;
    domain::Balances balances = state.balances;
    // The account may have moved on while the others were read.
    if (state.position > *whole) {
      const domain::Result<std::optional<BalanceAt>> at = BalanceAtPosition(account_id, *whole);
      if (!at.ok()) return at.refusal();
      if (!at->has_value()) continue;
      balances = (*at)->balances;
    }
    TrialBalanceLine& line = lines[state.asset];
    line.asset = state.asset;
    line.scale = state.scale;
    ++line.account_count;
    line.totals.Add(balances);
  }
  if (!entry->status().ok())
    return FromRocks(entry->status(), "reading the accounts", index_->directory());
  std::vector<TrialBalanceLine> sorted;
  sorted.reserve(lines.size());
  for (auto& [code, line] : lines) sorted.push_back(std::move(line));
  return sorted;
}

}  // namespace florin::storage
