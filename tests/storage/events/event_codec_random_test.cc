// Random histories: what their events say, folded, is what their records say.
// The seed is printed; FLORIN_SEED repeats one.

#include <gtest/gtest.h>

#include <cstdlib>
#include <iostream>
#include <map>
#include <random>
#include <string>

#include "domain/amount.h"
#include "storage/events/codec.h"
#include "tests/storage/format/record_samples.h"

namespace florin::storage {
namespace {

namespace v1 = florin::v1;

/// What a reader of the events alone knows of the ledger.
class Projection {
 public:
  void Apply(const v1::Event& event) {
    ASSERT_EQ(event.position(), ++position_);
    ASSERT_EQ(event.version(), ++versions_[event.stream()]) << event.stream();
    ASSERT_GE(event.time().seconds(), time_);
    time_ = event.time().seconds();
    if (event.has_account_opened()) {
      const v1::Account& account = event.account_opened().account();
      debit_normal_[account.account_id()] =
          domain::IsDebitNormal(static_cast<domain::AccountType>(account.type()));
    }
    if (event.has_funds_moved()) ApplyMoved(event);
    if (event.has_funds_reserved()) ApplyReserved(event);
  }

  void ExpectEquals(const AccountAfter& account) {
    const domain::Balances& own = balances_[account.account_id];
    EXPECT_TRUE(own == account.balances) << account.account_id;
    EXPECT_EQ(versions_[account.account_id], account.version);
  }

 private:
  domain::Int128 Minor(const std::string& text) {
    const auto value = domain::ParseDecimal(text);
    EXPECT_TRUE(value.has_value()) << text;
    EXPECT_EQ(value->decimals, 3);
    return value->digits;
  }

  void ApplyMoved(const v1::Event& event) {
    const v1::FundsMoved& moved = event.funds_moved();
    domain::Balances& own = balances_[event.stream()];
    const bool normal = debit_normal_.at(event.stream());
    const bool debit = moved.side() == v1::SIDE_DEBIT;
    EXPECT_EQ(event.type(),
              debit == normal ? "account.funds.deposited" : "account.funds.withdrawn");
    EXPECT_EQ(moved.balance_before(), domain::FormatMinor(own.Posted(normal), 3));
    (debit ? own.debits_posted : own.credits_posted) += Minor(moved.amount());
    EXPECT_EQ(moved.balance_after(), domain::FormatMinor(own.Posted(normal), 3));
    EXPECT_EQ(moved.available_after(), domain::FormatMinor(own.Available(normal), 3));
  }

  void ApplyReserved(const v1::Event& event) {
    const v1::FundsReserved& reserved = event.funds_reserved();
    domain::Balances& own = balances_[event.stream()];
    const bool debit = reserved.side() == v1::SIDE_DEBIT;
    const domain::Int128 amount = Minor(reserved.amount());
    (debit ? own.debits_pending : own.credits_pending) +=
        event.type() == "account.funds.reserved" ? amount : -amount;
    EXPECT_EQ(reserved.available_after(),
              domain::FormatMinor(own.Available(debit_normal_.at(event.stream())), 3));
  }

  std::int64_t position_ = 0;
  std::int64_t time_ = 0;
  std::map<std::string, std::int64_t> versions_;
  std::map<std::string, bool> debit_normal_;
  std::map<std::string, domain::Balances> balances_;
};

TEST(EventCodecRandomTest, EventsFoldToTheRecordsBalances) {
  const char* given = std::getenv("FLORIN_SEED");
  const std::uint64_t seed =
      given != nullptr ? std::strtoull(given, nullptr, 10) : std::random_device{}();
  std::cout << "FLORIN_SEED=" << seed << "\n";
  RandomRecords source(seed);
  Projection projection;
  for (int i = 0; i < 3000; ++i) {
    const Record record = source.Next();
    if (record.change.kind == ChangeKind::kAssetRegistered) {
      // The random assets repeat codes, which a ledger would refuse: their
      // stream's versions mean nothing.
      v1::Event event;
      ASSERT_TRUE(ExpandEvents(record, [&](const EventHeader&) { return &event; }).ok());
      event.set_stream("asset/" + std::to_string(i));
      projection.Apply(event);
      continue;
    }
    std::vector<v1::Event> events(
        static_cast<std::size_t>(record.last_position - record.first_position + 1));
    std::size_t next = 0;
    const auto status =
        ExpandEvents(record, [&](const EventHeader&) { return &events.at(next++); });
    ASSERT_TRUE(status.ok()) << status.refusal().message << Describe(record);
    for (const v1::Event& event : events) {
      projection.Apply(event);
      if (HasFailure()) FAIL() << Describe(record);
    }
    for (const AccountAfter& account : record.accounts) {
      projection.ExpectEquals(account);
    }
  }
}

}  // namespace
}  // namespace florin::storage
