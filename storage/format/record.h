#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "domain/account.h"
#include "domain/command.h"
#include "domain/refusal.h"
#include "domain/transaction.h"

namespace florin::storage {

/// What a decided command writes. Stored numbers: do not renumber.
enum class ChangeKind : std::uint8_t {
  kAssetRegistered = 1,
  kAccountOpened = 2,
  kAccountChanged = 3,
  /// Posted or pending (a hold), by `transaction->status`.
  kTransactionCreated = 4,
  /// The new transaction is posted, the original marked as reversed.
  kTransactionReversed = 5,
  /// Settled, voided or expired, by `transaction->status`.
  kHoldEnded = 6,
  kTransactionRefused = 7,
  kRequestRefused = 8,
};

/// One decided command, before it has positions and versions.
///
/// `transaction`, `original` and `account` are as they stand after the command.
/// Of transactions the committer fills in `version` (1 when created, +1 for
/// each later event) and what earlier commands set (`create_position`,
/// `end_position`); Stage fills in what this command sets: `position`, and
/// `create_position` of a created (or refused) or `end_position` of an ended
/// one. Of accounts Stage fills in version and position. Fields of other kinds
/// stay empty.
struct Change {
  ChangeKind kind = ChangeKind::kTransactionCreated;
  /// UTC nanoseconds since 1970; never below that of the change before.
  std::int64_t commit_time = 0;
  std::string principal;
  /// Of settle, void, update, suspend, reactivate, close; empty: none.
  std::string request_id;

  std::shared_ptr<domain::Transaction> transaction;
  /// Of a reversal: what it reverses.
  std::shared_ptr<domain::Transaction> original;

  /// Opened or changed; balances are not looked at.
  std::shared_ptr<domain::AccountState> account;
  /// Of kAccountChanged and of kRequestRefused on an account: the request as it
  /// came (it is what a repeated request_id is compared with; its limits, mask,
  /// reason and scope).
  std::shared_ptr<const domain::ChangeAccount> account_request;
  /// Fields that an update really changed (domain::UpdateField bits).
  std::uint8_t changed_fields = 0;

  domain::MostlyEmpty<domain::Asset> asset;

  /// Of kRequestRefused: what was addressed and asked. For settle and void the
  /// request itself.
  domain::MostlyEmpty<std::string> target_id;
  bool target_is_account = false;
  domain::MostlyEmpty<domain::Refusal> refusal;
  std::shared_ptr<const domain::SettleTransaction> settle_request;
  std::shared_ptr<const domain::VoidTransaction> void_request;
};

/// An account as a command left it.
struct AccountAfter {
  std::string account_id;
  std::int64_t version = 0;
  domain::Balances balances;
  /// How to print and sign the balances.
  int scale = 0;
  bool debit_normal = false;
  /// Last position of the account before this command (0: none), the back
  /// chain.
  std::int64_t previous_position = 0;
  /// Last event of this command on the account.
  std::int64_t position = 0;
};

/// A change with its place in the log: what the journal keeps, one a command.
///
/// Events are expanded from it alone: no other state is needed
/// (storage/events/codec.h).
struct Record {
  Change change;
  /// Half open in neither direction: the events are
  /// first_position..last_position.
  std::int64_t first_position = 0;
  std::int64_t last_position = 0;
  /// Every account with an event in this command, in order of first mention.
  std::vector<AccountAfter> accounts;
};

using RecordPtr = std::shared_ptr<const Record>;

}  // namespace florin::storage
