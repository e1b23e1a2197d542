#include "tests/storage/books/store_answers.h"

#include <utility>

#include "storage/format/record_codec.h"
#include "tests/storage/format/record_book.h"

namespace florin::storage::testing {
namespace {

constexpr TransactionPageLimits kWholeList{10'000, 100'000};

std::string ToText(std::int64_t value) { return std::to_string(value); }

std::string ToText(const domain::Balances& balances) {
  std::string text;
  for (const domain::Int128 amount : {balances.debits_posted, balances.credits_posted,
                                      balances.debits_pending, balances.credits_pending})
    text += domain::FormatMinor(amount, 0) + " ";
  return text;
}

std::string ToText(const RecordPtr& record) { return Describe(*record); }

std::string ToText(const std::optional<BalanceAt>& at) {
  if (!at) return "none";
  return ToText(at->balances) + ToText(at->version) + " " + ToText(at->position);
}

std::string ToText(const domain::AccountState& state) {
  return state.account_id + " " + state.owner_id + " " + state.asset + " " +
         ToText(state.balances) + ToText(state.version) + " " + ToText(state.position);
}

std::string ToText(const Lookup<Head>& head) { return ToText(*head.value->state); }

std::string ToText(const Lookup<std::int64_t>& found) {
  return found.value ? ToText(*found.value) : "none";
}

std::string ToText(const domain::TransactionPtr& transaction) {
  return transaction->transaction_id + " " + ToText(static_cast<int>(transaction->status)) + " " +
         ToText(transaction->version) + " " + ToText(transaction->create_position) + " " +
         ToText(transaction->position);
}

std::string ToText(const std::optional<domain::TransactionPtr>& transaction) {
  return transaction ? ToText(*transaction) : "none";
}

std::string ToText(const TrialBalanceLine& line) {
  const domain::BalanceTotals& totals = line.totals;
  return line.asset + " " + totals.debits_posted.Format(0) + " " + totals.credits_posted.Format(0) +
         " " + totals.debits_pending.Format(0) + " " + totals.credits_pending.Format(0) + " " +
         ToText(line.account_count);
}

std::string ToText(const domain::Asset& asset) {
  return asset.code + " " + ToText(asset.scale) + " " + asset.name;
}

std::string ToText(const OpenHold& hold) {
  std::string text = hold.transaction_id + " " + ToText(hold.expire_time) + " on";
  for (const AccountMark mark : hold.accounts) text += " " + std::to_string(mark);
  return text;
}

std::string ToText(const CommitGroupPtr& commit_group) {
  // Its records are asked for one by one.
  return ToText(commit_group->first_position) + " " + ToText(commit_group->last_position) +
         (VerifyHash(*commit_group).ok() ? "" : " with a wrong hash");
}

template <typename T>
std::string ToText(const std::vector<T>& items) {
  std::string text;
  for (const T& item : items) text += ToText(item) + "\n";
  return text;
}

std::string ToText(const Page<domain::AccountState>& page) { return ToText(page.items); }

std::string ToText(const TransactionPage& page) { return ToText(page.items); }

class Questions {
 public:
  template <typename T>
  void Ask(const std::string& question, const domain::Result<T>& answer) {
    if (answer.ok()) {
      answers_.emplace(question, ToText(*answer));
    } else {
      answers_.emplace(question, answer.refusal());
    }
  }

  Answers Take() { return std::move(answers_); }

 private:
  Answers answers_;
};

void AskOfAccounts(const LedgerScript& script, Reader* reader, Questions* questions) {
  for (const auto& [id, events] : script.accounts()) {
    questions->Ask("head of " + id, reader->GetHead(id, Tier::kDisk));
    const std::int64_t last = events.back().version;
    questions->Ask("stream " + id, reader->StreamPositions(id, 1, last));
    for (std::int64_t version = 1; version <= last; version += 3)
      questions->Ask(id + " at version " + ToText(version), reader->BalanceAtVersion(id, version));
    for (std::int64_t position = 1; position <= script.position(); position += 61)
      questions->Ask(id + " at position " + ToText(position),
                     reader->BalanceAtPosition(id, position));
    TransactionQuery query;
    query.account_id = id;
    query.ascending = true;
    questions->Ask("transactions of " + id,
                   reader->ListTransactions(query, script.position(), 0, kWholeList));
  }
}

void AskOfIds(const LedgerScript& script, Reader* reader, Questions* questions) {
  for (const auto& [id, transaction] : script.transactions()) {
    questions->Ask("transaction " + id, reader->GetTransaction(id));
    questions->Ask("stream of " + id, reader->StreamPositions("transaction/" + id, 1, 9));
  }
  for (const auto& [name, position] : script.requests()) {
    const std::size_t first = name.find('/');
    const std::size_t last = name.rfind('/');
    questions->Ask("request " + name,
                   reader->FindRequest(name[0] == 'a', name.substr(first + 1, last - first - 1),
                                       name.substr(last + 1), Tier::kDisk));
  }
}

void AskOfTheLedger(const LedgerScript& script, Reader* reader, Questions* questions) {
  for (const ExpectedCommand& command : script.commands())
    questions->Ask("record " + ToText(command.last_position),
                   reader->ReadRecord(command.last_position));
  for (std::int64_t time = script.commands().front().time; time <= script.time(); time += 17)
    questions->Ask("end at time " + ToText(time), reader->CommandEndAtOrBeforeTime(time));
  questions->Ask("groups", reader->ReadCommitGroups(1, 1'000'000, 1u << 30));
  questions->Ask("transactions", reader->ListTransactions({}, script.position(), 0, kWholeList));
  questions->Ask("accounts", reader->ListAccounts("", "", "", 1000));
  questions->Ask("accounts of owner1", reader->ListAccounts("", "owner1", "", 1000));
  questions->Ask("totals", reader->TrialBalance("", "", script.position()));
  questions->Ask("totals before", reader->TrialBalance("", "", script.position() / 2));
  questions->Ask("assets", reader->Assets());
  questions->Ask("open holds", reader->OpenHolds());
}

}  // namespace

Answers AskEverything(const LedgerScript& script, Reader* reader) {
  Questions questions;
  AskOfAccounts(script, reader, &questions);
  AskOfIds(script, reader, &questions);
  AskOfTheLedger(script, reader, &questions);
  return questions.Take();
}

}  // namespace florin::storage::testing
