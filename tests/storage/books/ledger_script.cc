#include "tests/storage/books/ledger_script.h"

#include <gtest/gtest.h>

#include <utility>

namespace florin::storage::testing {
namespace {

using domain::Int128;
using domain::Side;
using domain::TransactionStatus;

constexpr int kScale = 2;
constexpr int kRandomAccounts = 12;

std::string RandomAccount(std::mt19937_64* random) {
  return "bank:customer:" + std::to_string((*random)() % kRandomAccounts);
}

bool IsOpenHold(const domain::Transaction& transaction) {
  return transaction.status == TransactionStatus::kPending;
}

bool IsReversible(const domain::Transaction& transaction) {
  return transaction.status == TransactionStatus::kPosted &&
         transaction.reversed_by_transaction_id.empty() &&
         transaction.reverses_transaction_id.empty();
}

}  // namespace

domain::TransactionPosting LedgerScript::Posting(const std::string& debit,
                                                 const std::string& credit, std::int64_t amount) {
  domain::TransactionPosting posting;
  posting.debit_account_id = debit;
  posting.credit_account_id = credit;
  posting.amount = domain::Decimal{amount, kScale};
  return posting;
}

Change LedgerScript::New(ChangeKind kind) const {
  Change change;
  change.kind = kind;
  change.commit_time = time_;
  change.principal = "tester";
  return change;
}

RecordPtr LedgerScript::Stage(Change change) {
  std::vector<WriterAccountPtr*> known;
  const auto expect = [this, &known](const std::string& account_id) {
    known.push_back(&known_[account_id]);
    writer_->Prefetch(account_id, known.back());
  };
  if (change.account != nullptr) expect(change.account->account_id);
  if (change.transaction != nullptr) {
    for (const domain::TransactionPosting& posting : change.transaction->postings) {
      expect(posting.debit_account_id);
      expect(posting.credit_account_id);
    }
  }
  domain::Result<RecordPtr> record = writer_->Stage(std::move(change), known);
  if (!record.ok()) {
    ADD_FAILURE() << "Stage: " << record.refusal().message;
    return nullptr;
  }
  return record.value();
}

void LedgerScript::Expect(const std::vector<Bump>& bumps, int own_events) {
  ExpectedCommand command{position_ + 1, 0, time_};
  for (const Bump& bump : bumps) {
    std::vector<ExpectedEvent>& events = accounts_[bump.account_id];
    ExpectedEvent event = events.empty() ? ExpectedEvent{} : events.back();
    ++event.version;
    event.position = ++position_;
    Int128& posted =
        bump.side == Side::kDebit ? event.balances.debits_posted : event.balances.credits_posted;
    Int128& pending =
        bump.side == Side::kDebit ? event.balances.debits_pending : event.balances.credits_pending;
    posted += bump.posted;
    pending += bump.pending;
    events.push_back(event);
  }
  position_ += own_events;
  command.last_position = position_;
  commands_.push_back(command);
}

void LedgerScript::RegisterAsset(const std::string& code) {
  Change change = New(ChangeKind::kAssetRegistered);
  change.asset = domain::Asset{code, kScale, "Asset " + code};
  Stage(std::move(change));
  Expect({}, 1);
}

void LedgerScript::Open(const std::string& account_id, const std::string& owner_id) {
  Change change = New(ChangeKind::kAccountOpened);
  auto account = std::make_shared<domain::AccountState>();
  account->account_id = account_id;
  account->owner_id = owner_id;
  account->asset = "INR";
  account->scale = kScale;
  account->type = domain::AccountType::kLiability;
  account->status = domain::AccountStatus::kActive;
  account->limits.unlimited_overdraft = true;
  account->open_time = time_;
  account->update_time = time_;
  change.account = std::move(account);
  Stage(std::move(change));
  Expect({Bump{account_id, Side::kDebit, 0, 0}}, 0);
  owners_[account_id] = owner_id;
}

void LedgerScript::ChangeOwner(const std::string& account_id, const std::string& owner_id,
                               const std::string& request_id) {
  const auto head = writer_->AppendedHead(account_id);
  ASSERT_TRUE(head.ok()) << head.refusal().message;
  Change change = New(ChangeKind::kAccountChanged);
  change.request_id = request_id;
  change.account = std::make_shared<domain::AccountState>(**head);
  change.account->owner_id = owner_id;
  change.changed_fields = domain::kUpdateOwner;
  auto request = std::make_shared<domain::ChangeAccount>();
  request->account_id = account_id;
  request->request_id = request_id;
  request->owner_id = owner_id;
  request->update_mask = domain::kUpdateOwner;
  change.account_request = std::move(request);
  Stage(std::move(change));
  Expect({Bump{account_id, Side::kDebit, 0, 0}}, 0);
  owners_[account_id] = owner_id;
  if (!request_id.empty()) requests_["a/" + account_id + "/" + request_id] = position_;
}

std::shared_ptr<domain::Transaction> LedgerScript::NewTransaction(
    const std::string& id, const std::vector<domain::TransactionPosting>& postings,
    TransactionStatus status) const {
  auto transaction = std::make_shared<domain::Transaction>();
  transaction->transaction_id = id;
  transaction->postings = postings;
  transaction->status = status;
  transaction->type = "transfer";
  transaction->commit_time = time_;
  transaction->version = 1;
  return transaction;
}

void LedgerScript::Post(const std::string& id,
                        const std::vector<domain::TransactionPosting>& postings) {
  Change change = New(ChangeKind::kTransactionCreated);
  change.transaction = NewTransaction(id, postings, TransactionStatus::kPosted);
  const auto transaction = change.transaction;
  Stage(std::move(change));
  std::vector<Bump> bumps;
  for (const auto& posting : postings) {
    bumps.push_back({posting.debit_account_id, Side::kDebit, posting.amount.digits, 0});
    bumps.push_back({posting.credit_account_id, Side::kCredit, posting.amount.digits, 0});
  }
  Expect(bumps, 1);
  transactions_[id] = *transaction;
  transaction_events_[id].push_back(position_);
}

void LedgerScript::Hold(const std::string& id,
                        const std::vector<domain::TransactionPosting>& postings,
                        std::int64_t expire_time) {
  Change change = New(ChangeKind::kTransactionCreated);
  change.transaction = NewTransaction(id, postings, TransactionStatus::kPending);
  change.transaction->is_hold = true;
  if (expire_time > 0) {
    change.transaction->hold_timeout_ns = expire_time - time_;
    change.transaction->expire_time = expire_time;
  }
  const auto transaction = change.transaction;
  Stage(std::move(change));
  std::vector<Bump> bumps;
  for (const auto& posting : postings) {
    bumps.push_back({posting.debit_account_id, Side::kDebit, 0, posting.amount.digits});
    bumps.push_back({posting.credit_account_id, Side::kCredit, 0, posting.amount.digits});
  }
  Expect(bumps, 1);
  transactions_[id] = *transaction;
  transaction_events_[id].push_back(position_);
}

void LedgerScript::End(const std::string& id, TransactionStatus status,
                       const std::vector<Int128>& amounts, const std::string& request_id) {
  Change change = New(ChangeKind::kHoldEnded);
  change.request_id = request_id;
  change.transaction = std::make_shared<domain::Transaction>(transactions_.at(id));
  domain::Transaction& ended = *change.transaction;
  ended.status = status;
  ended.end_time = time_;
  ++ended.version;
  std::vector<Bump> bumps;
  for (std::size_t i = 0; i < ended.postings.size(); ++i) {
    domain::TransactionPosting& posting = ended.postings[i];
    const Int128 held = posting.amount.digits;
    const Int128 moved = status == TransactionStatus::kPosted ? amounts[i] : 0;
    if (status == TransactionStatus::kPosted && moved != held) posting.posted = moved;
    for (const Side side : {Side::kDebit, Side::kCredit}) {
      const std::string& account_id =
          side == Side::kDebit ? posting.debit_account_id : posting.credit_account_id;
      if (moved > 0) bumps.push_back({account_id, side, 0, -moved});
      if (moved > 0) bumps.push_back({account_id, side, moved, 0});
      if (held > moved) bumps.push_back({account_id, side, 0, moved - held});
    }
  }
  const auto transaction = change.transaction;
  Stage(std::move(change));
  Expect(bumps, 1);
  transactions_[id] = *transaction;
  transaction_events_[id].push_back(position_);
  if (!request_id.empty()) requests_["t/" + id + "/" + request_id] = position_;
}

void LedgerScript::Settle(const std::string& id, const std::vector<Int128>& amounts,
                          const std::string& request_id) {
  End(id, TransactionStatus::kPosted, amounts, request_id);
}

void LedgerScript::Void(const std::string& id) { End(id, TransactionStatus::kVoided, {}, ""); }

void LedgerScript::Reverse(const std::string& id, const std::string& original_id) {
  std::vector<domain::TransactionPosting> postings;
  std::vector<Bump> bumps;
  for (const auto& posting : transactions_.at(original_id).postings) {
    if (posting.Moved() == 0) continue;
    postings.push_back(Posting(posting.credit_account_id, posting.debit_account_id,
                               static_cast<std::int64_t>(posting.Moved())));
    bumps.push_back({posting.credit_account_id, Side::kDebit, posting.Moved(), 0});
    bumps.push_back({posting.debit_account_id, Side::kCredit, posting.Moved(), 0});
  }
  Change change = New(ChangeKind::kTransactionReversed);
  change.transaction = NewTransaction(id, postings, TransactionStatus::kPosted);
  change.transaction->type = "reversal";
  change.transaction->reverses_transaction_id = original_id;
  change.original = std::make_shared<domain::Transaction>(transactions_.at(original_id));
  change.original->reversed_by_transaction_id = id;
  ++change.original->version;
  const auto transaction = change.transaction;
  const auto original = change.original;
  Stage(std::move(change));
  Expect(bumps, 2);
  transactions_[id] = *transaction;
  transactions_[original_id] = *original;
  transaction_events_[id].push_back(position_ - 1);
  transaction_events_[original_id].push_back(position_);
}

void LedgerScript::Refuse(const std::string& id,
                          const std::vector<domain::TransactionPosting>& postings) {
  Change change = New(ChangeKind::kTransactionRefused);
  change.transaction = NewTransaction(id, postings, TransactionStatus::kRefused);
  domain::Refusal refusal;
  refusal.reason = domain::Reason::kInsufficientFunds;
  refusal.message = "Not enough.";
  change.transaction->refusal = refusal;
  const auto transaction = change.transaction;
  Stage(std::move(change));
  Expect({}, 1);
  transactions_[id] = *transaction;
  transaction_events_[id].push_back(position_);
}

void LedgerScript::RefuseRequest(const std::string& account_id, const std::string& request_id) {
  Change change = New(ChangeKind::kRequestRefused);
  change.request_id = request_id;
  change.target_id = account_id;
  change.target_is_account = true;
  change.refusal = domain::Refusal{domain::Reason::kBalanceNotZero, "There is money left.", {}};
  auto request = std::make_shared<domain::ChangeAccount>();
  request->kind = domain::AccountChangeKind::kClose;
  request->account_id = account_id;
  request->request_id = request_id;
  change.account_request = std::move(request);
  Stage(std::move(change));
  Expect({}, 1);
  requests_["a/" + account_id + "/" + request_id] = position_;
}

domain::Status LedgerScript::Commit() {
  domain::Result<CommittedBatchPtr> batch = writer_->Commit();
  if (!batch.ok()) return batch.refusal();
  writer_->Publish(std::move(batch.value()));
  return domain::Ok{};
}

std::vector<domain::TransactionPosting> LedgerScript::RandomPostings(
    std::mt19937_64* random) const {
  std::vector<domain::TransactionPosting> postings;
  // Mostly one, now and then so many that an account is named often.
  const std::uint64_t count = (*random)() % 10 < 7 ? 1 : 1 + (*random)() % 15;
  for (std::uint64_t i = 0; i < count; ++i) {
    const std::string debit = RandomAccount(random);
    std::string credit = RandomAccount(random);
    while (credit == debit) credit = RandomAccount(random);
    postings.push_back(Posting(debit, credit, static_cast<std::int64_t>(1 + (*random)() % 10'000)));
  }
  return postings;
}

const domain::Transaction* LedgerScript::RandomTransaction(
    std::mt19937_64* random, bool (*fits)(const domain::Transaction&)) const {
  std::vector<const domain::Transaction*> found;
  for (const auto& [id, transaction] : transactions_) {
    if (fits(transaction)) found.push_back(&transaction);
  }
  return found.empty() ? nullptr : found[(*random)() % found.size()];
}

void LedgerScript::Random(std::mt19937_64* random) {
  if (commands_.empty()) return RegisterAsset("INR");
  if (commands_.size() <= kRandomAccounts) {
    const std::size_t number = commands_.size() - 1;
    return Open("bank:customer:" + std::to_string(number), "owner" + std::to_string(number % 3));
  }
  Advance(static_cast<std::int64_t>((*random)() % 3));
  const std::string id = "tx-" + std::to_string(next_id_++);
  const std::uint64_t choice = (*random)() % 100;
  const domain::Transaction* hold =
      choice >= 60 && choice < 80 ? RandomTransaction(random, IsOpenHold) : nullptr;
  const domain::Transaction* posted =
      choice >= 80 && choice < 88 ? RandomTransaction(random, IsReversible) : nullptr;
  if (choice >= 40 && choice < 60) {
    Hold(id, RandomPostings(random), (*random)() % 2 == 0 ? 0 : time_ + 1'000'000);
  } else if (hold != nullptr && choice < 70) {
    std::vector<Int128> amounts;
    for (const auto& posting : hold->postings)
      amounts.push_back(static_cast<std::int64_t>(
          (*random)() % 2 == 0 ? posting.amount.digits : posting.amount.digits / 2));
    Settle(hold->transaction_id, amounts, (*random)() % 2 == 0 ? "" : "r-" + id);
  } else if (hold != nullptr) {
    Void(hold->transaction_id);
  } else if (posted != nullptr) {
    Reverse(id, posted->transaction_id);
  } else if (choice >= 88 && choice < 92) {
    Refuse(id, RandomPostings(random));
  } else if (choice >= 92 && choice < 95) {
    RefuseRequest(RandomAccount(random), "r-" + id);
  } else if (choice >= 95) {
    ChangeOwner(RandomAccount(random), "owner" + std::to_string((*random)() % 4),
                (*random)() % 2 == 0 ? "" : "r-" + id);
  } else {
    Post(id, RandomPostings(random));
  }
}

}  // namespace florin::storage::testing
