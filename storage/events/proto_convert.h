#pragma once

#include <cstdint>

#include "domain/account.h"
#include "domain/refusal.h"
#include "domain/transaction.h"
#include "florin/v1/account.pb.h"
#include "florin/v1/refusal.pb.h"
#include "florin/v1/transaction.pb.h"
#include "google/protobuf/timestamp.pb.h"
#include "storage/format/record.h"

namespace florin::storage {

/// From the domain's types to the contract's. `out` is empty before; the forms
/// with `out` build in place (on an arena, in a repeated field), the others are
/// for what is not hot.

/// The two parts of a Timestamp: nanos count forward, also before 1970.
struct SplitTime {
  std::int64_t seconds = 0;
  std::int32_t nanos = 0;
};
[[nodiscard]] SplitTime Split(std::int64_t time);

/// UTC nanoseconds since 1970; also before 1970.
void ToProto(std::int64_t time, google::protobuf::Timestamp* out);
[[nodiscard]] google::protobuf::Timestamp TimestampProto(std::int64_t time);

void ToProto(const domain::StringMap& map, google::protobuf::Map<std::string, std::string>* out);

void ToProto(const domain::Refusal& refusal, florin::v1::Refusal* out);
[[nodiscard]] florin::v1::Refusal ToProto(const domain::Refusal& refusal);

void ToProto(const domain::Asset& asset, florin::v1::Asset* out);
[[nodiscard]] florin::v1::Asset ToProto(const domain::Asset& asset);

/// Amounts with exactly `scale` decimals.
void ToProto(const domain::Balances& balances, int scale, bool debit_normal,
             florin::v1::Balances* out);
[[nodiscard]] florin::v1::Balances ToProto(const domain::Balances& balances, int scale,
                                           bool debit_normal);

/// overdraft_limit stays empty where there is none at all (unlimited).
void ToProto(const domain::Limits& limits, int scale, florin::v1::Limits* out);

void ToProto(const domain::AccountState& account, florin::v1::Account* out);
[[nodiscard]] florin::v1::Account ToProto(const domain::AccountState& account);

void ToProto(const AccountAfter& account, florin::v1::AccountBalance* out);
[[nodiscard]] florin::v1::AccountBalance ToProto(const AccountAfter& account);

void ToProto(const domain::Transaction& transaction, florin::v1::Transaction* out);
[[nodiscard]] florin::v1::Transaction ToProto(const domain::Transaction& transaction);

}  // namespace florin::storage
