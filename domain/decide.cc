#include "domain/decide.h"

#include <utility>
#include <vector>

#include "domain/refusal_text.h"

namespace florin::domain {
namespace {

struct NamedPart {
  const std::string* account_id = nullptr;
  AccountPart part;
};

/// The parts of a command, accounts in order of first mention.
std::vector<NamedPart> PartsOf(const TransactionCommand& command, const Transaction* before) {
  std::vector<NamedPart> parts;
  std::map<std::string_view, std::size_t> places;
  ForEachMention(command, before, 0, [&](const std::string& account_id, Mention mention) {
    const auto [found, added] = places.try_emplace(account_id, parts.size());
    if (added) parts.push_back({&account_id, {}});
    AddMention(command, before, mention, &parts[found->second].part);
  });
  return parts;
}

struct Best {
  Finding finding;
  std::function<Refusal()> describe;

  void Offer(const Finding& candidate, std::function<Refusal()> text) {
    if (!candidate.Any() || !ComesBefore(candidate, finding)) return;
    finding = candidate;
    describe = std::move(text);
  }
};

void FindMismatches(const TransactionCommand& command, Scratch* scratch, Best* best) {
  const auto* create = std::get_if<CreateTransaction>(&command);
  if (create == nullptr) return;
  for (std::size_t i = 0; i < create->transaction.postings.size(); ++i) {
    const TransactionPosting& posting = create->transaction.postings[i];
    const AccountState& debited = scratch->Account(posting.debit_account_id);
    const AccountState& credited = scratch->Account(posting.credit_account_id);
    if (!debited.Exists() || !credited.Exists() || debited.asset == credited.asset) continue;
    best->Offer(Finding{Reason::kAssetMismatch, static_cast<int>(i), Side::kCredit},
                [&] { return AssetMismatch(credited, debited); });
    return;
  }
}

void Apply(const TransactionCommand& command, const std::vector<NamedPart>& parts,
           const std::vector<PartEffect>& effects, const Transaction* before,
           std::int64_t commit_time, Scratch* scratch, CommandDecision* decision) {
  for (std::size_t i = 0; i < parts.size(); ++i) {
    AccountState& account = scratch->Account(*parts[i].account_id);
    const Balances& delta = effects[i].delta;
    account.balances.debits_posted += delta.debits_posted;
    account.balances.credits_posted += delta.credits_posted;
    account.balances.debits_pending += delta.debits_pending;
    account.balances.credits_pending += delta.credits_pending;
    account.version += effects[i].events;
  }
  const auto* create = std::get_if<CreateTransaction>(&command);
  decision->effect = ApplyCommand(command, before, commit_time, [&](int posting) {
    return scratch
        ->Account(create->transaction.postings[static_cast<std::size_t>(posting)].debit_account_id)
        .scale;
  });
  scratch->Put(decision->effect.after);
  if (decision->effect.original_after != nullptr) scratch->Put(decision->effect.original_after);
}

}  // namespace

AccountState& Scratch::Account(const std::string& account_id) {
  const auto found = accounts_.find(account_id);
  if (found != accounts_.end()) return found->second;
  AccountState state = load_account_(account_id);
  state.account_id = account_id;
  return accounts_.emplace(account_id, std::move(state)).first->second;
}

TransactionPtr Scratch::Find(const std::string& transaction_id) {
  const auto found = transactions_.find(transaction_id);
  return found != transactions_.end() ? found->second : load_transaction_(transaction_id);
}

void Scratch::Put(TransactionPtr transaction) {
  transactions_[transaction->transaction_id] = std::move(transaction);
}

CommandDecision DecideAndApply(const TransactionCommand& command, std::int64_t commit_time,
                               Scratch* scratch) {
  CommandDecision decision;
  const bool creates = std::holds_alternative<CreateTransaction>(command);
  const TransactionPtr before = creates ? nullptr : scratch->Find(TargetOf(command));
  const TransactionFinding on_transaction = CheckTransaction(command, before.get());
  if (on_transaction.replays_end) {
    decision.replays_end = true;
    return decision;
  }
  Best best;
  best.Offer(on_transaction.finding, [&] {
    return DescribeTransactionFinding(on_transaction.finding, command, before.get());
  });
  const std::vector<NamedPart> parts = PartsOf(command, before.get());
  std::vector<PartEffect> effects;
  for (const NamedPart& named : parts) {
    const AccountState& account = scratch->Account(*named.account_id);
    const PartVerdict verdict = CheckPart(account, AccountBounds::Of(account), named.part);
    effects.push_back(verdict.effect);
    best.Offer(verdict.finding, [&named, &account, finding = verdict.finding] {
      return DescribeAccountFinding(finding, account, named.part);
    });
  }
  FindMismatches(command, scratch, &best);
  if (best.finding.Any()) {
    decision.refusal = best.describe();
    return decision;
  }
  Apply(command, parts, effects, before.get(), commit_time, scratch, &decision);
  return decision;
}

}  // namespace florin::domain
