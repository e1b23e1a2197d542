#include "storage/events/event_legs.h"

#include "domain/amount.h"
#include "storage/events/proto_convert.h"

namespace florin::storage {
namespace {

constexpr std::size_t kSearchedAccountsMax = 8;
constexpr std::size_t kNowhere = static_cast<std::size_t>(-1);

domain::LegAction ActionOf(const Change& change) {
  const domain::TransactionStatus status = change.transaction->status;
  if (change.kind == ChangeKind::kHoldEnded) {
    return status == domain::TransactionStatus::kPosted ? domain::LegAction::kSettle
                                                        : domain::LegAction::kRelease;
  }
  return status == domain::TransactionStatus::kPending ? domain::LegAction::kHold
                                                       : domain::LegAction::kPost;
}

/// UndoLeg where the result stays within a balance's bounds; else false.
bool UndoWithinBounds(const domain::Leg& leg, domain::Balances* balances) {
  const bool debit = leg.side == domain::Side::kDebit;
  const domain::Int128 posted = debit ? balances->debits_posted : balances->credits_posted;
  const domain::Int128 pending = debit ? balances->debits_pending : balances->credits_pending;
  switch (leg.kind) {
    case domain::LegKind::kMoved:
      if (posted < leg.amount) return false;
      break;
    case domain::LegKind::kReserved:
      if (pending < leg.amount) return false;
      break;
    case domain::LegKind::kSettled:
    case domain::LegKind::kReleased:
      if (!domain::CheckedAdd(pending, leg.amount)) return false;
      break;
  }
  domain::UndoLeg(leg, balances);
  return true;
}

/// Posted and pending of a side together; with it `Available` cannot overflow
/// either.
bool WithinBounds(const domain::Balances& balances) {
  return domain::CheckedAdd(balances.debits_posted, balances.debits_pending).has_value() &&
         domain::CheckedAdd(balances.credits_posted, balances.credits_pending).has_value();
}

}  // namespace

LegWalk::LegWalk(const Record& record)
    : record_(record), transaction_(*record.change.transaction), action_(ActionOf(record.change)) {
  running_.reserve(record.accounts.size());
  for (const AccountAfter& account : record.accounts)
    running_.push_back({account.balances, account.version});
  if (record.accounts.size() <= kSearchedAccountsMax) return;
  index_.reserve(record.accounts.size());
  for (std::size_t i = 0; i < record.accounts.size(); ++i)
    index_.emplace(record.accounts[i].account_id, i);
}

std::size_t LegWalk::IndexOf(std::string_view account_id) const {
  if (!index_.empty()) {
    const auto found = index_.find(account_id);
    return found == index_.end() ? kNowhere : found->second;
  }
  for (std::size_t i = 0; i < record_.accounts.size(); ++i) {
    if (record_.accounts[i].account_id == account_id) return i;
  }
  return kNowhere;
}

std::string_view LegWalk::Rewind() {
  std::string_view problem;
  domain::ForEachLeg(action_, transaction_.postings, [&](const domain::Leg& leg) {
    const std::size_t index = IndexOf(domain::AccountOf(leg, transaction_.postings));
    if (index == kNowhere) {
      problem = "a posting's account is not among its accounts";
    } else if (!UndoWithinBounds(leg, &running_[index].balances) || --running_[index].version < 0) {
      problem = "its balances or versions do not fit its postings";
    }
  });
  for (const Running& running : running_) {
    if (!WithinBounds(running.balances)) problem = "its balances do not fit its postings";
  }
  return problem;
}

void LegWalk::ForEach(const std::function<void(const LegEvent&)>& visit) {
  LegEvent event;
  domain::ForEachLeg(action_, transaction_.postings, [&](const domain::Leg& leg) {
    const std::size_t index = IndexOf(domain::AccountOf(leg, transaction_.postings));
    Running& running = running_[index];
    event.leg = leg;
    event.account = &record_.accounts[index];
    event.version = ++running.version;
    event.before = running.balances;
    domain::ApplyLeg(leg, &running.balances);
    event.after = running.balances;
    visit(event);
  });
}

std::string_view LegEventType(const LegEvent& event) {
  switch (event.leg.kind) {
    case domain::LegKind::kMoved:
      return (event.leg.side == domain::Side::kDebit) == event.account->debit_normal
                 ? "account.funds.deposited"
                 : "account.funds.withdrawn";
    case domain::LegKind::kReserved:
      return "account.funds.reserved";
    case domain::LegKind::kSettled:
      return "account.funds.settled";
    case domain::LegKind::kReleased:
      return "account.funds.released";
  }
  return {};
}

const std::string& CounterAccount(const domain::Leg& leg, const domain::Transaction& transaction) {
  const auto& posting = transaction.postings[static_cast<std::size_t>(leg.posting_index)];
  return leg.side == domain::Side::kDebit ? posting.credit_account_id : posting.debit_account_id;
}

void FillLegEvent(const domain::Transaction& transaction, const LegEvent& event,
                  florin::v1::Event* out) {
  const domain::Leg& leg = event.leg;
  const std::string& counter = CounterAccount(leg, transaction);
  const auto side = static_cast<florin::v1::Side>(leg.side);
  const int scale = event.account->scale;
  const bool debit_normal = event.account->debit_normal;
  if (leg.kind == domain::LegKind::kMoved) {
    florin::v1::FundsMoved* moved = out->mutable_funds_moved();
    domain::AppendMinor(moved->mutable_amount(), leg.amount, scale);
    domain::AppendMinor(moved->mutable_balance_before(), event.before.Posted(debit_normal), scale);
    domain::AppendMinor(moved->mutable_balance_after(), event.after.Posted(debit_normal), scale);
    domain::AppendMinor(moved->mutable_available_after(), event.after.Available(debit_normal),
                        scale);
    if (!transaction.type.empty()) moved->set_transaction_type(transaction.type);
    if (!transaction.reference.empty()) moved->set_reference(transaction.reference);
    moved->set_side(side);
    moved->set_counter_account_id(counter);
    moved->set_posting_index(leg.posting_index);
    if (transaction.effective_time)
      ToProto(*transaction.effective_time, moved->mutable_effective_time());
    return;
  }
  florin::v1::FundsReserved* reserved = out->mutable_funds_reserved();
  domain::AppendMinor(reserved->mutable_amount(), leg.amount, scale);
  domain::AppendMinor(reserved->mutable_available_after(), event.after.Available(debit_normal),
                      scale);
  if (transaction.expire_time) ToProto(*transaction.expire_time, reserved->mutable_expire_time());
  reserved->set_side(side);
  reserved->set_counter_account_id(counter);
  reserved->set_posting_index(leg.posting_index);
}

}  // namespace florin::storage
