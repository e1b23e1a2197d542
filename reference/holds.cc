#include <algorithm>
#include <cstddef>
#include <ctime>
#include <utility>

#include "domain/amount.h"
#include "reference/checks.h"
#include "reference/replay.h"

namespace florin::reference {
namespace {

using domain::Reason;
using domain::Side;
using domain::TransactionStatus;

std::string StreamOf(const std::string& transaction_id) { return "transaction/" + transaction_id; }

std::string StatusName(TransactionStatus status) {
  switch (status) {
    case TransactionStatus::kUnspecified:
      return "UNSPECIFIED";
    case TransactionStatus::kPending:
      return "PENDING";
    case TransactionStatus::kPosted:
      return "POSTED";
    case TransactionStatus::kVoided:
      return "VOIDED";
    case TransactionStatus::kExpired:
      return "EXPIRED";
    case TransactionStatus::kRefused:
      return "REFUSED";
  }
  return "";
}

// UTC, RFC 3339, with as many decimals as the time needs.
std::string TimeText(std::int64_t nanoseconds) {
  constexpr std::int64_t kPerSecond = 1'000'000'000;
  const std::time_t seconds = nanoseconds / kPerSecond;
  std::tm parts{};
  gmtime_r(&seconds, &parts);
  char text[32];
  std::strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%S", &parts);
  std::string fraction;
  if (nanoseconds % kPerSecond != 0) {
    fraction = std::to_string(kPerSecond + nanoseconds % kPerSecond);
    fraction[0] = '.';
    while (fraction.back() == '0') fraction.pop_back();
  }
  return text + fraction + "Z";
}

// A refused hold ended when it was refused.
Refusal HoldNotPending(const Transaction& hold) {
  return {Reason::kHoldNotPending,
          {{"status", StatusName(hold.status)},
           {"end_time", TimeText(hold.end_time.value_or(hold.commit_time))}}};
}

// Which field does not suit the hold's postings; empty if all is well.
std::string UnsuitableField(const SettleTransaction& command, const Transaction& hold) {
  if (!command.amount.empty() && hold.postings.size() != 1) return "amount";
  if (!command.amounts.empty() && command.amounts.size() != hold.postings.size()) return "amounts";
  return "";
}

// One text for each posting; empty: all of it.
std::vector<std::string> WantedAmounts(const SettleTransaction& command, const Transaction& hold) {
  if (!command.amounts.empty()) return command.amounts;
  std::vector<std::string> wanted(hold.postings.size());
  if (!command.amount.empty()) wanted[0] = command.amount;
  return wanted;
}

// What is to be moved for each posting. An amount that does not fit is above
// any hold.
std::vector<Int128> PartsOf(const std::vector<std::string>& wanted, const Transaction& hold) {
  std::vector<Int128> parts;
  for (std::size_t i = 0; i < wanted.size(); ++i) {
    bool fits = true;
    parts.push_back(wanted[i].empty() ? hold.postings[i].amount
                                      : ToMinorUnits(wanted[i], hold.postings[i].scale, &fits));
  }
  return parts;
}

bool SettledSo(const Transaction& hold, const std::vector<Int128>& parts) {
  if (hold.status != TransactionStatus::kPosted) return false;
  for (std::size_t i = 0; i < parts.size(); ++i) {
    if (hold.postings[i].posted.value_or(hold.postings[i].amount) != parts[i]) return false;
  }
  return true;
}

}  // namespace

Answer ReferenceLedger::Dispatch(const SettleTransaction& command, std::int64_t now) {
  const RequestKey key = {StreamOf(command.transaction_id), command.request_id};
  if (auto known = Replay(FindRequestId(key), command)) return *known;
  const TransactionPtr found = FindTransaction(command.transaction_id);
  if (found == nullptr) return Refused(Reason::kTransactionNotFound, {});
  Transaction hold = *found;
  const std::string unsuitable = UnsuitableField(command, hold);
  if (!unsuitable.empty()) return Refused(Reason::kFieldInvalid, {{"field", unsuitable}});
  const std::vector<std::string> wanted = WantedAmounts(command, hold);
  // A refused transaction has no scale to compare with: its accounts need not
  // exist.
  for (std::size_t i = 0; i < wanted.size() && hold.status != TransactionStatus::kRefused; ++i) {
    if (wanted[i].empty() || !ExceedsScale(wanted[i], hold.postings[i].scale)) continue;
    return RefuseHoldEnd(command, {Reason::kAmountScaleExceeded,
                                   {{"scale", std::to_string(hold.postings[i].scale)}}});
  }
  if (!hold.is_hold) return RefuseHoldEnd(command, {Reason::kNotAHold, {}});
  const std::vector<Int128> parts = PartsOf(wanted, hold);
  if (SettledSo(hold, parts)) return AsReplay(*FindEnd(command.transaction_id));
  if (hold.status != TransactionStatus::kPending)
    return RefuseHoldEnd(command, HoldNotPending(hold));
  for (std::size_t i = 0; i < parts.size(); ++i) {
    if (parts[i] > hold.postings[i].amount)
      return RefuseHoldEnd(command, {Reason::kHoldAmountExceeded, {}});
  }

  for (int i = 0; i < static_cast<int>(parts.size()); ++i) {
    const Int128 part = parts[static_cast<std::size_t>(i)];
    const Int128 held = hold.postings[static_cast<std::size_t>(i)].amount;
    for (const Side side : {Side::kDebit, Side::kCredit}) {
      AppendLeg(hold, i, side, LegKind::kSettled, part, now);
      AppendLeg(hold, i, side, LegKind::kMoved, part, now);
      AppendLeg(hold, i, side, LegKind::kReleased, held - part, now);
    }
    if (part != held) hold.postings[static_cast<std::size_t>(i)].posted = part;
  }
  hold.status = TransactionStatus::kPosted;
  hold.end_time = now;
  hold.end_reason = "settled";
  Answer answer = EndHold(hold, "transaction.posted");
  if (!command.request_id.empty())
    request_ids_[key] = std::make_shared<Remembered>(Remembered{command, answer});
  return answer;
}

Answer ReferenceLedger::Dispatch(const VoidTransaction& command, std::int64_t now) {
  const RequestKey key = {StreamOf(command.transaction_id), command.request_id};
  if (auto known = Replay(FindRequestId(key), command)) return *known;
  const TransactionPtr found = FindTransaction(command.transaction_id);
  if (found == nullptr) return Refused(Reason::kTransactionNotFound, {});
  Transaction hold = *found;
  if (!hold.is_hold) return RefuseHoldEnd(command, {Reason::kNotAHold, {}});
  if (hold.status == TransactionStatus::kVoided) return AsReplay(*FindEnd(command.transaction_id));
  if (hold.status != TransactionStatus::kPending)
    return RefuseHoldEnd(command, HoldNotPending(hold));

  for (int i = 0; i < static_cast<int>(hold.postings.size()); ++i) {
    const Int128 held = hold.postings[static_cast<std::size_t>(i)].amount;
    AppendLeg(hold, i, Side::kDebit, LegKind::kReleased, held, now);
    AppendLeg(hold, i, Side::kCredit, LegKind::kReleased, held, now);
  }
  hold.status = TransactionStatus::kVoided;
  hold.end_time = now;
  hold.end_reason = command.reason.empty() ? "voided" : command.reason;
  Answer answer = EndHold(hold, "transaction.voided");
  if (!command.request_id.empty())
    request_ids_[key] = std::make_shared<Remembered>(Remembered{command, answer});
  return answer;
}

Answer ReferenceLedger::EndHold(Transaction transaction, const char* event_type) {
  if (transaction.expire_time)
    timers_.erase({*transaction.expire_time, transaction.transaction_id});
  AppendTransactionEvent(&transaction, event_type);
  Answer answer;
  answer.status = transaction.status;
  answer.position = transaction.position;
  answer.transaction = FindTransaction(transaction.transaction_id);
  answer.account_balances = BalancesOf(transaction);
  ends_[transaction.transaction_id] = answer;
  return answer;
}

template <typename Command>
Answer ReferenceLedger::RefuseHoldEnd(const Command& command, const Refusal& refusal) {
  Answer answer;
  answer.refusal = refusal;
  if (command.request_id.empty() || !domain::InfoOf(refusal.reason).recorded) return answer;
  Event event;
  event.stream = "request/" + StreamOf(command.transaction_id) + "/" + command.request_id;
  event.version = 1;
  event.type = "request.refused";
  event.transaction_id = command.transaction_id;
  answer.status = TransactionStatus::kRefused;
  answer.position = Append(std::move(event));
  const RequestKey key = {StreamOf(command.transaction_id), command.request_id};
  request_ids_[key] = std::make_shared<Remembered>(Remembered{command, answer});
  return answer;
}

template Answer ReferenceLedger::RefuseHoldEnd(const SettleTransaction&, const Refusal&);
template Answer ReferenceLedger::RefuseHoldEnd(const VoidTransaction&, const Refusal&);

}  // namespace florin::reference
