#include "tests/storage/format/record_samples.h"

#include <utility>

namespace florin::storage {
namespace {

constexpr std::int64_t kStart = 1'790'000'000'000'000'000;
constexpr std::int64_t kSecond = 1'000'000'000;

domain::Int128 Units(std::int64_t value) { return value; }

Change At(std::int64_t seconds, ChangeKind kind) {
  Change change;
  change.kind = kind;
  change.commit_time = kStart + seconds * kSecond;
  change.principal = "operations";
  return change;
}

Change Opened(std::int64_t seconds, const std::string& account_id, domain::AccountType type) {
  Change change = At(seconds, ChangeKind::kAccountOpened);
  change.account = std::make_shared<domain::AccountState>();
  domain::AccountState& account = *change.account;
  account.account_id = account_id;
  account.owner_id = "owner-7";
  account.asset = "EUR";
  account.scale = 2;
  account.type = type;
  account.status = domain::AccountStatus::kActive;
  account.open_time = account.update_time = change.commit_time;
  account.metadata = {{"branch", "north"}, {"product", "current"}};
  return change;
}

domain::TransactionPosting Posting(std::string debit, std::string credit, std::int64_t amount) {
  return {std::move(debit), std::move(credit), {Units(amount), 2}, std::nullopt};
}

Change Created(std::int64_t seconds, const std::string& id, domain::TransactionStatus status,
               std::vector<domain::TransactionPosting> postings) {
  Change change = At(seconds, ChangeKind::kTransactionCreated);
  change.transaction = std::make_shared<domain::Transaction>();
  change.transaction->transaction_id = id;
  change.transaction->status = status;
  change.transaction->postings = std::move(postings);
  change.transaction->commit_time = change.commit_time;
  return change;
}

/// With every optional field.
Change CreatedInFull(std::int64_t seconds) {
  Change change =
      Created(seconds, "018f2b1e-7c3a-7def-8a1b-0123456789ab", domain::TransactionStatus::kPosted,
              {Posting("bank:cash", "customer:1", 12'345'00),
               Posting("customer:1", "bank:fees", 45), Posting("bank:cash", "a", 1)});
  domain::Transaction& transaction = *change.transaction;
  transaction.type = "deposit";
  transaction.reference = "REF-1";
  transaction.description = "Opening deposit";
  transaction.metadata = {{"channel", "counter"}, {"note", "\xC3\xA9t\xC3\xA9"}};
  transaction.effective_time = kStart - 86'400 * kSecond;
  transaction.correlation_id = "11111111-2222-3333-4444-555555555555";
  transaction.causation_id = "evt-9";
  transaction.balance_checks = {
      {"bank:fees", domain::Decimal{0, 0}, std::nullopt},
      {"customer:1", std::nullopt, domain::Decimal{Units(99'999'999), 2}}};
  return change;
}

Change Held(std::int64_t seconds, const std::string& id) {
  Change change =
      Created(seconds, id, domain::TransactionStatus::kPending,
              {Posting("customer:1", "bank:cash", 300'00), Posting("customer:1", "bank:fees", 10)});
  change.transaction->is_hold = true;
  change.transaction->hold_timeout_ns = 3600 * kSecond;
  change.transaction->expire_time = change.commit_time + 3600 * kSecond;
  return change;
}

/// The end of the hold that `held` made.
Change Ended(std::int64_t seconds, const Record& held, domain::TransactionStatus status) {
  Change change = At(seconds, ChangeKind::kHoldEnded);
  change.transaction = std::make_shared<domain::Transaction>(*held.change.transaction);
  change.transaction->status = status;
  change.transaction->end_time = change.commit_time;
  change.request_id = "end-1";
  return change;
}

Change Reversal(std::int64_t seconds, const Record& original) {
  Change change = Created(seconds, "reversal-1", domain::TransactionStatus::kPosted, {});
  change.kind = ChangeKind::kTransactionReversed;
  for (const auto& posting : original.change.transaction->postings) {
    change.transaction->postings.push_back(
        {posting.credit_account_id, posting.debit_account_id, posting.amount, std::nullopt});
  }
  change.transaction->type = "reversal";
  change.transaction->description = "Entered twice";
  change.transaction->reverses_transaction_id = original.change.transaction->transaction_id;
  change.original = std::make_shared<domain::Transaction>(*original.change.transaction);
  change.original->reversed_by_transaction_id = "reversal-1";
  return change;
}

domain::Refusal NoFunds() {
  return {domain::Reason::kInsufficientFunds,
          "Account customer:1 has 1.00 available, 500.00 is needed.",
          {{"account_id", "customer:1"}, {"available", "1.00"}}};
}

Change Refused(std::int64_t seconds) {
  Change change =
      Created(seconds, "refused-1", domain::TransactionStatus::kRefused,
              {Posting("customer:1", "nobody:1", 500), Posting("customer:1", "bank:cash", 7)});
  change.kind = ChangeKind::kTransactionRefused;
  change.transaction->postings[0].amount.decimals = 0;
  change.transaction->refusal = NoFunds();
  return change;
}

domain::ChangeAccount UpdateRequest(const std::string& account_id) {
  domain::ChangeAccount request;
  request.kind = domain::AccountChangeKind::kUpdate;
  request.account_id = account_id;
  request.request_id = "0190aaaa-bbbb-7ccc-8ddd-eeeeffff0000";
  request.expected_version = 4;
  request.update_mask = domain::kUpdateOverdraftLimit | domain::kUpdateMaxBalance;
  request.limits.overdraft_limit = domain::Decimal{Units(250), 1};
  request.limits.max_balance = domain::Decimal{domain::kAmountMax, 0};
  request.metadata = {{"branch", "south"}};
  request.owner_id = "owner-8";
  return request;
}

Change Updated(std::int64_t seconds, const domain::AccountState& before) {
  Change change = At(seconds, ChangeKind::kAccountChanged);
  change.request_id = "0190aaaa-bbbb-7ccc-8ddd-eeeeffff0000";
  change.account_request =
      std::make_shared<const domain::ChangeAccount>(UpdateRequest(before.account_id));
  change.account = std::make_shared<domain::AccountState>(before);
  change.account->limits.overdraft_limit = Units(25'00);
  change.account->limits.max_balance = domain::kAmountMax;
  change.account->update_time = change.commit_time;
  change.changed_fields = domain::kUpdateOverdraftLimit | domain::kUpdateMaxBalance;
  return change;
}

Change Suspended(std::int64_t seconds, const domain::AccountState& before) {
  Change change = At(seconds, ChangeKind::kAccountChanged);
  domain::ChangeAccount request;
  request.kind = domain::AccountChangeKind::kSuspend;
  request.account_id = before.account_id;
  request.reason = "Court order";
  request.scope = domain::SuspendScope::kDebits;
  change.account_request = std::make_shared<const domain::ChangeAccount>(request);
  change.account = std::make_shared<domain::AccountState>(before);
  change.account->status = domain::AccountStatus::kSuspended;
  change.account->suspend_scope = domain::SuspendScope::kDebits;
  change.account->update_time = change.commit_time;
  return change;
}

Change RequestRefused(std::int64_t seconds, const std::string& target, bool is_account) {
  Change change = At(seconds, ChangeKind::kRequestRefused);
  change.request_id = "again-1";
  change.target_id = target;
  change.target_is_account = is_account;
  change.refusal = NoFunds();
  return change;
}

void AddRefusedRequests(std::int64_t seconds, RecordBook* book, std::vector<Record>* records) {
  Change settle = RequestRefused(seconds, "hold-1", false);
  settle
      .settle_request = std::make_shared<const domain::SettleTransaction>(domain::SettleTransaction{
      "hold-1", std::nullopt, {domain::Decimal{Units(1), 2}, domain::Decimal{0, 0}}, "again-1"});
  records->push_back(book->Place(settle));
  Change cancel = RequestRefused(seconds, "hold-2", false);
  cancel.void_request = std::make_shared<const domain::VoidTransaction>(
      domain::VoidTransaction{"hold-2", "Changed my mind", "again-1"});
  records->push_back(book->Place(cancel));
  Change update = RequestRefused(seconds, "customer:1", true);
  update.account_request =
      std::make_shared<const domain::ChangeAccount>(UpdateRequest("customer:1"));
  records->push_back(book->Place(update));
}

}  // namespace

std::vector<Record> SampleRecords() {
  RecordBook book;
  std::vector<Record> records;
  const auto add = [&](const Change& change) -> const Record& {
    return records.emplace_back(book.Place(change));
  };
  Change asset = At(0, ChangeKind::kAssetRegistered);
  asset.asset = {"EUR", 2, "Euro"};
  add(asset);
  Change cash = Opened(1, "bank:cash", domain::AccountType::kAsset);
  cash.account->limits.unlimited_overdraft = true;
  add(cash);
  add(Opened(2, "customer:1", domain::AccountType::kLiability));
  add(Opened(2, "bank:fees", domain::AccountType::kRevenue));
  add(Opened(2, "a", domain::AccountType::kEquity));
  const Record deposit = add(CreatedInFull(3));
  const Record first = add(Held(4, "hold-1"));
  const Record second = add(Held(5, "hold-2"));
  const Record third = add(Held(6, "hold-3"));
  Change settled = Ended(7, first, domain::TransactionStatus::kPosted);
  settled.transaction->postings[0].posted = Units(100'00);
  settled.transaction->postings[1].posted = Units(0);
  add(settled);
  Change voided = Ended(8, second, domain::TransactionStatus::kVoided);
  voided.transaction->end_reason = "Cancelled at the counter";
  add(voided);
  Change expired = Ended(9, third, domain::TransactionStatus::kExpired);
  expired.request_id.clear();
  expired.principal.clear();
  add(expired);
  add(Reversal(10, deposit));
  add(Refused(11));
  add(Updated(12, book.accounts().at("customer:1")));
  add(Suspended(13, book.accounts().at("customer:1")));
  AddRefusedRequests(14, &book, &records);
  return records;
}

std::vector<Record> TransferRecords(std::size_t accounts, std::size_t transfers) {
  RecordBook book;
  std::vector<std::string> ids;
  for (std::size_t i = 0; i < accounts; ++i) {
    ids.push_back("customer:" + std::to_string(1'000'000'000 + i * 7919));
    book.Place(Opened(0, ids.back(), domain::AccountType::kLiability));
  }
  std::mt19937_64 random(7);
  std::vector<Record> records;
  for (std::size_t i = 0; i < transfers; ++i) {
    std::string uuid =
        "018f2b1e-7c3a-7def-8a1b-" + std::to_string(100'000'000'000 + random() % 899'999'999'999);
    const std::size_t from = random() % accounts;
    const std::size_t to = (from + 1 + random() % (accounts - 1)) % accounts;
    Change change =
        Created(static_cast<std::int64_t>(i / 100), uuid, domain::TransactionStatus::kPosted,
                {Posting(ids[from], ids[to], static_cast<std::int64_t>(random() % 1'000'000))});
    change.transaction->type = "transfer";
    records.push_back(book.Place(std::move(change)));
  }
  return records;
}

}  // namespace florin::storage
