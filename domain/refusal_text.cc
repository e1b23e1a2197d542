#include "domain/refusal_text.h"

#include <algorithm>
#include <ctime>

namespace florin::domain {
namespace {

std::string Money(Int128 minor, const AccountState& account) {
  return FormatMinor(minor, account.scale);
}

/// Metadata sorted by key, as StringMap wants it.
Refusal Make(Reason reason, std::string message, StringMap metadata) {
  std::sort(metadata.begin(), metadata.end());
  return Refusal{reason, std::move(message), std::move(metadata)};
}

/// What the legs of a part change, as far as the amounts fit; for words only.
Balances DeltaOf(const AccountState& account, const AccountPart& part) {
  Balances delta;
  for (const PartLeg& leg : part.legs) {
    Int128 minor = 0;
    if (ToMinor(leg.amount, account.scale, &minor) != ScaleFit::kFits) continue;
    const bool debit = leg.side == Side::kDebit;
    const bool hold = part.action == LegAction::kHold;
    Int128& sum = hold ? (debit ? delta.debits_pending : delta.credits_pending)
                       : (debit ? delta.debits_posted : delta.credits_posted);
    sum = CheckedAdd(sum, minor).value_or(kAmountMax);
  }
  return delta;
}

Refusal DescribeScale(const Finding& finding, const AccountState& account,
                      const AccountPart& part) {
  for (const PartLeg& leg : part.legs) {
    if (leg.posting_index == finding.place && leg.side == finding.side)
      return ScaleExceeded(leg.amount, account.asset, account.scale);
  }
  for (const auto& check : part.balance_checks) {
    if (check.place != finding.place) continue;
    const auto& low = check.check->min_available;
    const bool is_low = low && low->decimals > account.scale;
    return ScaleExceeded(is_low ? *low : check.check->max_posted.value_or(Decimal{}), account.asset,
                         account.scale);
  }
  return ScaleExceeded(Decimal{}, account.asset, account.scale);
}

Refusal DescribeFunds(const AccountState& account, const AccountPart& part) {
  const bool debit_normal = account.DebitNormal();
  const Int128 available = account.balances.Available(debit_normal);
  const Int128 delta = DeltaOf(account, part).Available(debit_normal);
  const auto floor = FloorOf(account.limits);
  const std::string have = Money(available, account);
  const bool own = delta < 0 && floor && available + delta < *floor;
  if (own) {
    std::string message = "account " + account.account_id + " has " + have + " available";
    if (*floor < 0) message += " and an overdraft limit of " + Money(-*floor, account);
    message += ", " + Money(-delta, account) +
               " needed; add funds, lower the amount or raise its overdraft_limit";
    return Make(Reason::kInsufficientFunds, std::move(message),
                {{"account_id", account.account_id},
                 {"available", have},
                 {"amount", Money(-delta, account)}});
  }
  Int128 minimum = 0;
  for (const auto& check : part.balance_checks) {
    Int128 minor = 0;
    if (check.check->min_available &&
        ToMinor(*check.check->min_available, account.scale, &minor) == ScaleFit::kFits &&
        available + delta < minor) {
      minimum = minor;
      break;
    }
  }
  return Make(Reason::kInsufficientFunds,
              "account " + account.account_id + " would have " + Money(available + delta, account) +
                  " available, the balance check asks for at least " + Money(minimum, account),
              {{"account_id", account.account_id},
               {"available", have},
               {"amount", Money(delta < 0 ? -delta : 0, account)},
               {"min_available", Money(minimum, account)}});
}

Refusal DescribeLimit(const AccountState& account, const AccountPart& part) {
  const bool debit_normal = account.DebitNormal();
  const Balances delta = DeltaOf(account, part);
  const Int128 incoming =
      account.balances.PostedAndIncoming(debit_normal) + delta.PostedAndIncoming(debit_normal);
  const auto& limit = account.limits.max_balance;
  const bool own = delta.PostedAndIncoming(debit_normal) > 0 && limit && incoming > *limit;
  Int128 maximum = limit.value_or(0);
  Int128 balance = incoming;
  if (!own) {
    balance = account.balances.Posted(debit_normal) + delta.Posted(debit_normal);
    for (const auto& check : part.balance_checks) {
      Int128 minor = 0;
      if (check.check->max_posted &&
          ToMinor(*check.check->max_posted, account.scale, &minor) == ScaleFit::kFits &&
          balance > minor) {
        maximum = minor;
        break;
      }
    }
  }
  return Make(Reason::kBalanceLimitExceeded,
              "account " + account.account_id + " would hold " + Money(balance, account) + ", " +
                  (own ? "its max_balance is " : "the balance check allows at most ") +
                  Money(maximum, account),
              {{"account_id", account.account_id},
               {"max_balance", Money(maximum, account)},
               {"balance", Money(balance, account)}});
}

}  // namespace

std::string FormatTime(std::int64_t unix_nanoseconds) {
  constexpr std::int64_t kNanosecondsPerSecond = 1'000'000'000;
  std::int64_t seconds = unix_nanoseconds / kNanosecondsPerSecond;
  std::int64_t nanoseconds = unix_nanoseconds % kNanosecondsPerSecond;
  if (nanoseconds < 0) {
    nanoseconds += kNanosecondsPerSecond;
    --seconds;
  }
  const std::time_t time = seconds;
  std::tm parts{};
  gmtime_r(&time, &parts);
  std::string text(32, '\0');
  text.resize(std::strftime(text.data(), text.size(), "%Y-%m-%dT%H:%M:%S", &parts));
  if (nanoseconds != 0) {
    std::string fraction = std::to_string(kNanosecondsPerSecond + nanoseconds).substr(1);
    fraction.erase(fraction.find_last_not_of('0') + 1);
    text += "." + fraction;
  }
  return text + "Z";
}

std::string_view NameOf(TransactionStatus status) {
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
  return "UNSPECIFIED";
}

Refusal AccountNotFound(const std::string& account_id) {
  return Make(Reason::kAccountNotFound, "there is no account " + account_id + "; open it first",
              {{"account_id", account_id}});
}

Refusal AssetExists(const Asset& existing, const std::string& field) {
  return Make(Reason::kAssetExists,
              "asset " + existing.code + " is registered with another " + field + " (scale " +
                  std::to_string(existing.scale) + ", name \"" + existing.name +
                  "\"); an asset never changes, use another code",
              {{"asset", existing.code}, {"field", field}});
}

Refusal AccountExists(const std::string& account_id, const std::string& field) {
  const bool changeable = field == "owner_id" || field == "limits" || field == "metadata";
  return Make(Reason::kAccountExists,
              "account " + account_id + " was opened with another " + field +
                  "; use another account_id" +
                  (changeable ? ", or UpdateAccount to change it" : ""),
              {{"account_id", account_id}, {"field", field}});
}

Refusal AssetNotFound(const std::string& asset) {
  return Make(Reason::kAssetNotFound, "there is no asset " + asset + "; register it first",
              {{"asset", asset}});
}

Refusal TransactionNotFound(const std::string& transaction_id) {
  return Make(Reason::kTransactionNotFound,
              "there is no transaction " + transaction_id + "; check the id",
              {{"transaction_id", transaction_id}});
}

Refusal VersionConflict(const std::string& account_id, std::int64_t expected, std::int64_t actual) {
  return Make(Reason::kVersionConflict,
              "account " + account_id + " is at version " + std::to_string(actual) + ", expected " +
                  std::to_string(expected) + "; read it again and decide again",
              {{"account_id", account_id},
               {"expected", std::to_string(expected)},
               {"actual", std::to_string(actual)}});
}

Refusal AssetMismatch(const AccountState& credited, const AccountState& debited) {
  return Make(Reason::kAssetMismatch,
              "account " + credited.account_id + " counts in " + credited.asset + ", account " +
                  debited.account_id + " in " + debited.asset +
                  "; a posting needs two accounts of one asset",
              {{"account_id", credited.account_id},
               {"asset", credited.asset},
               {"other_account_id", debited.account_id},
               {"other_asset", debited.asset}});
}

Refusal ScaleExceeded(const Decimal& amount, const std::string& asset, int scale) {
  const std::string text = FormatDecimal(amount);
  return Make(Reason::kAmountScaleExceeded,
              "amount " + text + " has " + std::to_string(amount.decimals) + " decimals, " + asset +
                  " has " + std::to_string(scale) + "; round it first",
              {{"amount", text}, {"asset", asset}, {"scale", std::to_string(scale)}});
}

Refusal AmountTooLarge(const std::string& what, const std::string& account_id) {
  return Make(Reason::kAmountOverflow,
              what + " of account " + account_id +
                  " would pass the largest amount, 2^127 - 1 minor units; split or lower it",
              {{"account_id", account_id}});
}

Refusal AccountClosed(const std::string& account_id) {
  return Make(Reason::kAccountClosed, "account " + account_id + " is closed; use another account",
              {{"account_id", account_id}});
}

Refusal AccountSuspended(const AccountState& account) {
  const char* scope = account.suspend_scope == SuspendScope::kDebits    ? "debits"
                      : account.suspend_scope == SuspendScope::kCredits ? "credits"
                                                                        : "postings";
  return Make(
      Reason::kAccountSuspended,
      "account " + account.account_id + " is suspended for " + scope + "; reactivate it first",
      {{"account_id", account.account_id}});
}

Refusal IdReused(const std::string& id, const std::string& field) {
  return Make(Reason::kIdReused,
              "id " + id + " was used before with other content (" + field +
                  " differs); use a new id for a new command",
              {{"field", field}});
}

Refusal BatchRefused(std::size_t index) {
  return Make(Reason::kBatchRefused,
              "command " + std::to_string(index) +
                  " of this atomic batch was refused, so nothing of it was done",
              {{"index", std::to_string(index)}});
}

Refusal FieldInvalid(const std::string& field, const std::string& message) {
  return Make(Reason::kFieldInvalid, message, {{"field", field}});
}

Refusal BalanceNotZero(const AccountState& account) {
  const std::string posted = Money(account.balances.Posted(account.DebitNormal()), account);
  const std::string debits = Money(account.balances.debits_pending, account);
  const std::string credits = Money(account.balances.credits_pending, account);
  return Make(Reason::kBalanceNotZero,
              "account " + account.account_id + " has a balance of " + posted + " with " + debits +
                  " debits and " + credits +
                  " credits pending; bring all to zero before closing it",
              {{"account_id", account.account_id},
               {"balance", posted},
               {"debits_pending", debits},
               {"credits_pending", credits}});
}

Refusal DescribeAccountFinding(const Finding& finding, const AccountState& account,
                               const AccountPart& part) {
  switch (finding.reason) {
    case Reason::kAccountNotFound:
      return AccountNotFound(account.account_id);
    case Reason::kVersionConflict:
      return VersionConflict(account.account_id, part.expected_version.value_or(0),
                             account.version);
    case Reason::kAmountScaleExceeded:
      return DescribeScale(finding, account, part);
    case Reason::kAccountClosed:
      return AccountClosed(account.account_id);
    case Reason::kAccountSuspended:
      return AccountSuspended(account);
    case Reason::kInsufficientFunds:
      return DescribeFunds(account, part);
    case Reason::kBalanceLimitExceeded:
      return DescribeLimit(account, part);
    default:
      return AmountTooLarge("a total", account.account_id);
  }
}

Refusal DescribeTransactionFinding(const Finding& finding, const TransactionCommand& command,
                                   const Transaction* before) {
  const std::string& id = TargetOf(command);
  const auto posting = static_cast<std::size_t>(finding.place);
  const auto* settle = std::get_if<SettleTransaction>(&command);
  const auto asked = [&]() {
    if (settle == nullptr) return Decimal{};
    return settle->amount                     ? *settle->amount
           : posting < settle->amounts.size() ? settle->amounts[posting]
                                              : Decimal{};
  };
  switch (finding.reason) {
    case Reason::kFieldInvalid: {
      const std::string count = std::to_string(before->postings.size());
      if (settle != nullptr && settle->amount) {
        return FieldInvalid("amount", "transaction " + id + " has " + count +
                                          " postings: give amounts, one for each");
      }
      return FieldInvalid("amounts",
                          "transaction " + id + " has " + count + " postings, amounts has " +
                              std::to_string(settle == nullptr ? 0 : settle->amounts.size()) +
                              "; give one for each posting");
    }
    case Reason::kAmountScaleExceeded: {
      const Decimal amount = asked();
      const int scale = before->postings[posting].amount.decimals;
      return Make(Reason::kAmountScaleExceeded,
                  "amount " + FormatDecimal(amount) + " has " + std::to_string(amount.decimals) +
                      " decimals, the hold has " + std::to_string(scale) + "; round it first",
                  {{"amount", FormatDecimal(amount)},
                   {"scale", std::to_string(scale)},
                   {"transaction_id", id}});
    }
    case Reason::kNotAHold:
      return Make(Reason::kNotAHold,
                  "transaction " + id + " was not made as a hold; only holds are settled or voided",
                  {{"transaction_id", id}});
    case Reason::kHoldNotPending: {
      const std::string status(NameOf(before->status));
      const std::string end = before->end_time ? FormatTime(*before->end_time)
                              : before->status == TransactionStatus::kRefused
                                  ? FormatTime(before->commit_time)
                                  : "";
      return Make(Reason::kHoldNotPending,
                  "hold " + id + " is " + status + (end.empty() ? "" : " since " + end) +
                      ", it cannot end again",
                  {{"end_time", end}, {"status", status}, {"transaction_id", id}});
    }
    case Reason::kHoldAmountExceeded: {
      const Decimal& of_hold = before->postings[posting].amount;
      const std::string held = FormatDecimal(of_hold);
      Int128 minor = 0;
      // At the asset's scale, unless it does not fit.
      const std::string amount = ToMinor(asked(), of_hold.decimals, &minor) == ScaleFit::kFits
                                     ? FormatMinor(minor, of_hold.decimals)
                                     : FormatDecimal(asked());
      return Make(
          Reason::kHoldAmountExceeded,
          "hold " + id + " holds " + held + ", " + amount + " asked; settle at most what is held",
          {{"amount", amount}, {"held", held}, {"transaction_id", id}});
    }
    case Reason::kNotReversible: {
      const std::string what = !before->reverses_transaction_id.empty()
                                   ? "a reversal itself"
                                   : std::string(NameOf(before->status));
      return Make(Reason::kNotReversible,
                  "transaction " + id + " is " + what + "; only posted transactions are reversed",
                  {{"status", std::string(NameOf(before->status))}, {"transaction_id", id}});
    }
    case Reason::kAlreadyReversed:
      return Make(Reason::kAlreadyReversed,
                  "transaction " + id + " was reversed by " + *before->reversed_by_transaction_id +
                      ", and is reversed only once",
                  {{"reversed_by_transaction_id", before->reversed_by_transaction_id},
                   {"transaction_id", id}});
    default:
      return TransactionNotFound(id);
  }
}

}  // namespace florin::domain
