#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "domain/account.h"
#include "domain/command.h"
#include "domain/transaction.h"
#include "storage/format/codec_dictionary.h"
#include "storage/format/codec_wire.h"
#include "storage/format/record.h"

namespace florin::storage::codec {

/// The parts of a record and their bytes; docs/formats/journal.md says them one
/// by one. The encoders and decoders of a part stand in the same order, the
/// encoder first.

/// What a record's parts are told relative to.
struct FrameContext {
  std::int64_t first_position = 0;
  std::int64_t last_position = 0;
  std::int64_t commit_time = 0;
};

/// Whether `change` has the parts that its kind cannot do without. Anything
/// else is not stored and not read.
[[nodiscard]] bool HasNeededParts(const Change& change);

/// Stands before the account id of a balance check whose min_available is below
/// zero; no id contains it. An amount of format 1 has no sign.
inline constexpr std::string_view kBelowZero = "<";

/// Writes parts. What has no form in the format spoils `out`.
class FieldEncoder {
 public:
  FieldEncoder(const FrameContext& context, Dictionary* dictionary, WireWriter* out)
      : context_(context), dictionary_(*dictionary), out_(*out) {}

  /// A string that is likely to come again.
  void Word(std::string_view word);
  /// An id that is not: UUIDs take 17 bytes.
  void Id(std::string_view id);

  void Account(const AccountAfter& account);
  void Transaction(const domain::Transaction& transaction);
  void State(const domain::AccountState& account);
  void Request(const domain::ChangeAccount& request);
  void Request(const domain::SettleTransaction& request);
  void Request(const domain::VoidTransaction& request);
  void Refusal(const domain::Refusal& refusal);
  void Asset(const domain::Asset& asset);

 private:
  void Postings(std::span<const domain::TransactionPosting> postings, bool mixed);
  void TransactionOptions(const domain::Transaction& transaction, std::uint64_t flags);
  void Places(const domain::Transaction& transaction);
  void Map(const domain::StringMap& map);
  void Decimal(const domain::Decimal& value);
  void Decimal(const std::optional<domain::Decimal>& value);
  void Decimals(int decimals);
  void Checks(std::span<const domain::BalanceCheck> checks);
  void Limits(const domain::Limits& limits);
  void Limits(const domain::LimitsRequest& limits);
  void Time(std::int64_t time);

  const FrameContext& context_;
  Dictionary& dictionary_;
  WireWriter& out_;
};

/// Reads parts; look at the reader's ok() afterwards.
class FieldDecoder {
 public:
  FieldDecoder(const FrameContext& context, std::span<const std::string_view> words, WireReader* in)
      : context_(context), words_(words), in_(*in) {}

  std::string_view Word();
  std::string Id();

  /// `bytes_min` of an account in a record.
  static constexpr std::size_t kAccountBytesMin = 6;
  /// Without copying the id and without the balances.
  std::string_view AccountHead(AccountAfter* account);
  AccountAfter Account();
  /// `transaction` is new.
  void Transaction(domain::Transaction* transaction);
  domain::AccountState State();
  domain::ChangeAccount AccountRequest();
  domain::SettleTransaction SettleRequest();
  domain::VoidTransaction VoidRequest();
  domain::Refusal Refusal();
  domain::Asset Asset();

 private:
  void Postings(bool mixed, std::vector<domain::TransactionPosting>* postings);
  void TransactionOptions(std::uint64_t flags, domain::Transaction* transaction);
  void Places(bool stored, domain::Transaction* transaction);
  void Map(domain::StringMap* map);
  domain::Decimal Decimal();
  std::optional<domain::Decimal> OptionalDecimal();
  void Checks(std::vector<domain::BalanceCheck>* checks);
  domain::Limits Limits();
  domain::LimitsRequest LimitsRequest();
  std::int64_t Time();

  const FrameContext& context_;
  std::span<const std::string_view> words_;
  WireReader& in_;
};

}  // namespace florin::storage::codec
