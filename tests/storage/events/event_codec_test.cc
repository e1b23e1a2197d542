#include <gmock/gmock.h>
#include <google/protobuf/util/message_differencer.h>
#include <gtest/gtest.h>

#include <set>
#include <string>
#include <vector>

#include "storage/events/codec.h"
#include "storage/events/proto_convert.h"
#include "tests/storage/format/record_samples.h"

namespace florin::storage {
namespace {

namespace v1 = florin::v1;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

std::vector<v1::Event> Expand(const Record& record) {
  std::vector<v1::Event> events;
  events.reserve(static_cast<std::size_t>(record.last_position - record.first_position + 1));
  const domain::Status status = ExpandEvents(
      record, [&](const EventHeader&) -> v1::Event* { return &events.emplace_back(); });
  EXPECT_TRUE(status.ok()) << status.refusal().message;
  return events;
}

std::vector<v1::Event> ExpandSample(ChangeKind kind, std::size_t nth = 0) {
  for (const Record& record : SampleRecords()) {
    if (record.change.kind == kind && nth-- == 0) return Expand(record);
  }
  ADD_FAILURE() << "no such sample";
  return {};
}

/// "type stream@version amount before>after available" of one event.
std::string Line(const v1::Event& event) {
  std::string line = event.type() + " " + event.stream() + "@" + std::to_string(event.version());
  if (event.has_funds_moved()) {
    const v1::FundsMoved& moved = event.funds_moved();
    line += " " + moved.amount() + " " + moved.balance_before() + ">" + moved.balance_after() +
            " available " + moved.available_after();
  } else if (event.has_funds_reserved()) {
    line += " " + event.funds_reserved().amount() + " available " +
            event.funds_reserved().available_after();
  }
  return line;
}

std::vector<std::string> Lines(const std::vector<v1::Event>& events) {
  std::vector<std::string> lines;
  lines.reserve(events.size());
  for (const v1::Event& event : events) lines.push_back(Line(event));
  return lines;
}

TEST(EventCodecTest, ExpandsATransactionPostingByPostingDebitFirst) {
  const auto events = ExpandSample(ChangeKind::kTransactionCreated);
  EXPECT_THAT(Lines(events),
              ElementsAre("account.funds.deposited bank:cash@2 12345.00 0.00>12345.00 "
                          "available 12345.00",
                          "account.funds.deposited customer:1@2 12345.00 0.00>12345.00 "
                          "available 12345.00",
                          "account.funds.withdrawn customer:1@3 0.45 12345.00>12344.55 "
                          "available 12344.55",
                          "account.funds.deposited bank:fees@2 0.45 0.00>0.45 available 0.45",
                          "account.funds.deposited bank:cash@3 0.01 12345.00>12345.01 "
                          "available 12345.01",
                          "account.funds.deposited a@2 0.01 0.00>0.01 available 0.01",
                          "transaction.posted transaction/018f2b1e-7c3a-7def-8a1b-0123456789ab"
                          "@1"));
}

TEST(EventCodecTest, FillsTheEnvelopeAndPayloadOfMovedFunds) {
  const auto events = ExpandSample(ChangeKind::kTransactionCreated);
  const v1::Event& event = events[2];
  EXPECT_EQ(event.position(), 8);
  EXPECT_EQ(event.event_id(), EventId(8));
  EXPECT_EQ(event.partition(), 0);
  EXPECT_EQ(event.time().seconds(), 1'790'000'003);
  EXPECT_EQ(event.transaction_id(), "018f2b1e-7c3a-7def-8a1b-0123456789ab");
  EXPECT_EQ(event.correlation_id(), "11111111-2222-3333-4444-555555555555");
  EXPECT_EQ(event.causation_id(), "evt-9");
  EXPECT_EQ(event.principal(), "operations");
  EXPECT_TRUE(event.metadata().empty());
  const v1::FundsMoved& moved = event.funds_moved();
  EXPECT_EQ(moved.transaction_type(), "deposit");
  EXPECT_EQ(moved.reference(), "REF-1");
  EXPECT_EQ(moved.side(), v1::SIDE_DEBIT);
  EXPECT_EQ(moved.counter_account_id(), "bank:fees");
  EXPECT_EQ(moved.posting_index(), 1);
  EXPECT_EQ(moved.effective_time().seconds(), 1'790'000'000 - 86'400);
  EXPECT_EQ(events[3].funds_moved().side(), v1::SIDE_CREDIT);
  EXPECT_EQ(events[3].funds_moved().counter_account_id(), "customer:1");
}

TEST(EventCodecTest, RecordsTheWholeTransactionLast) {
  const auto events = ExpandSample(ChangeKind::kTransactionCreated);
  const v1::Event& event = events.back();
  EXPECT_EQ(event.metadata().at("channel"), "counter");
  const v1::Transaction& transaction = event.transaction_recorded().transaction();
  EXPECT_EQ(transaction.position(), event.position());
  EXPECT_EQ(transaction.version(), 1);
  EXPECT_EQ(transaction.status(), v1::TRANSACTION_STATUS_POSTED);
  ASSERT_EQ(transaction.postings_size(), 3);
  EXPECT_EQ(transaction.postings(1).amount(), "0.45");
  EXPECT_EQ(transaction.postings(1).posted_amount(), "");
  EXPECT_EQ(transaction.type(), "deposit");
  EXPECT_EQ(transaction.description(), "Opening deposit");
  EXPECT_EQ(transaction.metadata().at("channel"), "counter");
  EXPECT_EQ(transaction.commit_time().seconds(), 1'790'000'003);
  EXPECT_FALSE(transaction.has_expire_time());
  EXPECT_FALSE(transaction.has_refusal());
}

TEST(EventCodecTest, ReservesOnBothSidesOfAHold) {
  const auto events = ExpandSample(ChangeKind::kTransactionCreated, 1);
  EXPECT_THAT(Lines(events),
              ElementsAre("account.funds.reserved customer:1@4 300.00 available 12044.55",
                          "account.funds.reserved bank:cash@4 300.00 available 12045.01",
                          "account.funds.reserved customer:1@5 0.10 available 12044.45",
                          "account.funds.reserved bank:fees@3 0.10 available 0.45",
                          "transaction.pending transaction/hold-1@1"));
  const v1::FundsReserved& reserved = events[1].funds_reserved();
  EXPECT_EQ(reserved.side(), v1::SIDE_CREDIT);
  EXPECT_EQ(reserved.counter_account_id(), "customer:1");
  EXPECT_EQ(reserved.posting_index(), 0);
  EXPECT_EQ(reserved.expire_time().seconds(), 1'790'000'004 + 3600);
}

TEST(EventCodecTest, SettlesInPartAndReleasesTheRest) {
  const auto events = ExpandSample(ChangeKind::kHoldEnded, 0);
  EXPECT_THAT(Lines(events),
              ElementsAre("account.funds.settled customer:1@10 100.00 available 11544.25",
                          "account.funds.withdrawn customer:1@11 100.00 12344.55>12244.55 "
                          "available 11444.25",
                          "account.funds.released customer:1@12 200.00 available 11644.25",
                          "account.funds.settled bank:cash@7 100.00 available 11545.01",
                          "account.funds.withdrawn bank:cash@8 100.00 12345.01>12245.01 "
                          "available 11445.01",
                          "account.funds.released bank:cash@9 200.00 available 11645.01",
                          "account.funds.released customer:1@13 0.10 available 11644.35",
                          "account.funds.released bank:fees@6 0.10 available 0.45",
                          "transaction.posted transaction/hold-1@2"));
  const v1::Transaction& transaction = events.back().transaction_recorded().transaction();
  EXPECT_EQ(transaction.status(), v1::TRANSACTION_STATUS_POSTED);
  EXPECT_EQ(transaction.postings(0).posted_amount(), "100.00");
  EXPECT_EQ(transaction.postings(1).posted_amount(), "0.00");
  EXPECT_EQ(transaction.end_time().seconds(), 1'790'000'007);
  EXPECT_EQ(transaction.commit_time().seconds(), 1'790'000'004);
}

TEST(EventCodecTest, ReleasesBothSidesOfAVoidAndAnExpiry) {
  const auto voided = ExpandSample(ChangeKind::kHoldEnded, 1);
  EXPECT_THAT(Lines(voided),
              ElementsAre("account.funds.released customer:1@14 300.00 available 11944.35",
                          "account.funds.released bank:cash@10 300.00 available 11945.01",
                          "account.funds.released customer:1@15 0.10 available 11944.45",
                          "account.funds.released bank:fees@7 0.10 available 0.45",
                          "transaction.voided transaction/hold-2@2"));
  EXPECT_EQ(voided.back().transaction_recorded().transaction().end_reason(),
            "Cancelled at the counter");
  const auto expired = ExpandSample(ChangeKind::kHoldEnded, 2);
  EXPECT_EQ(expired.back().type(), "transaction.expired");
  EXPECT_EQ(expired.back().principal(), "");
}

TEST(EventCodecTest, EndsAReversalOnTheOriginalsStream) {
  const auto events = ExpandSample(ChangeKind::kTransactionReversed);
  ASSERT_EQ(events.size(), 8u);
  EXPECT_EQ(events[0].type(), "account.funds.withdrawn");
  EXPECT_EQ(events[0].stream(), "customer:1");
  EXPECT_EQ(Line(events[6]), "transaction.posted transaction/reversal-1@1");
  EXPECT_EQ(Line(events[7]),
            "transaction.reversed "
            "transaction/018f2b1e-7c3a-7def-8a1b-0123456789ab@2");
  EXPECT_EQ(events[6].transaction_id(), "reversal-1");
  EXPECT_EQ(events[7].transaction_id(), "018f2b1e-7c3a-7def-8a1b-0123456789ab");
  const v1::Transaction& original = events[7].transaction_recorded().transaction();
  EXPECT_EQ(original.reversed_by_transaction_id(), "reversal-1");
  EXPECT_EQ(original.position(), events[7].position());
}

TEST(EventCodecTest, RecordsARefusedTransactionAsItWasAsked) {
  const auto events = ExpandSample(ChangeKind::kTransactionRefused);
  ASSERT_EQ(events.size(), 1u);
  EXPECT_EQ(Line(events[0]), "transaction.refused transaction/refused-1@1");
  const v1::Transaction& transaction = events[0].transaction_recorded().transaction();
  EXPECT_EQ(transaction.postings(0).amount(), "500");
  EXPECT_EQ(transaction.postings(1).amount(), "0.07");
  EXPECT_EQ(transaction.refusal().reason(), "INSUFFICIENT_FUNDS");
  EXPECT_EQ(transaction.refusal().code(), 9);
  EXPECT_EQ(transaction.refusal().metadata().at("available"), "1.00");
}

TEST(EventCodecTest, ShowsAnAccountAsOpenedAndAsChanged) {
  const auto opened = ExpandSample(ChangeKind::kAccountOpened);
  ASSERT_EQ(opened.size(), 1u);
  EXPECT_EQ(Line(opened[0]), "account.opened bank:cash@1");
  const v1::Account& account = opened[0].account_opened().account();
  EXPECT_EQ(account.type(), v1::ACCOUNT_TYPE_ASSET);
  EXPECT_EQ(account.balances().posted(), "0.00");
  EXPECT_EQ(account.version(), 1);
  EXPECT_EQ(account.position(), 2);
  EXPECT_TRUE(account.limits().unlimited_overdraft());
  EXPECT_EQ(account.limits().overdraft_limit(), "");

  const auto updated = ExpandSample(ChangeKind::kAccountChanged, 0);
  EXPECT_EQ(updated[0].type(), "account.updated");
  const v1::AccountChanged& change = updated[0].account_changed();
  EXPECT_FALSE(change.account().has_balances());
  EXPECT_EQ(change.account().limits().overdraft_limit(), "25.00");
  EXPECT_THAT(change.update_mask().paths(),
              ElementsAre("limits.overdraft_limit", "limits.max_balance"));

  const auto suspended = ExpandSample(ChangeKind::kAccountChanged, 1);
  EXPECT_EQ(suspended[0].type(), "account.suspended");
  EXPECT_EQ(suspended[0].account_changed().reason(), "Court order");
  EXPECT_EQ(suspended[0].account_changed().account().suspend_scope(), v1::SUSPEND_SCOPE_DEBITS);
  EXPECT_THAT(suspended[0].account_changed().update_mask().paths(),
              ElementsAre("status", "suspend_scope"));
}

TEST(EventCodecTest, RecordsAnAsset) {
  const auto events = ExpandSample(ChangeKind::kAssetRegistered);
  ASSERT_EQ(events.size(), 1u);
  EXPECT_EQ(Line(events[0]), "asset.registered asset/EUR@1");
  EXPECT_EQ(events[0].asset_registered().asset().scale(), 2);
}

TEST(EventCodecTest, PutsARefusedRequestOnAStreamOfItsOwn) {
  const auto settle = ExpandSample(ChangeKind::kRequestRefused, 0);
  EXPECT_EQ(Line(settle[0]), "request.refused request/transaction/hold-1/again-1@1");
  EXPECT_EQ(settle[0].transaction_id(), "hold-1");
  EXPECT_EQ(settle[0].request_refused().command(), "settle");
  EXPECT_EQ(settle[0].request_refused().refusal().reason(), "INSUFFICIENT_FUNDS");
  const auto cancel = ExpandSample(ChangeKind::kRequestRefused, 1);
  EXPECT_EQ(cancel[0].request_refused().command(), "void");
  const auto update = ExpandSample(ChangeKind::kRequestRefused, 2);
  EXPECT_EQ(Line(update[0]), "request.refused request/account/customer:1/again-1@1");
  EXPECT_EQ(update[0].transaction_id(), "");
  EXPECT_EQ(update[0].request_refused().target_id(), "customer:1");
  EXPECT_EQ(update[0].request_refused().request_id(), "again-1");
  EXPECT_EQ(update[0].request_refused().command(), "update");
}

TEST(EventCodecTest, BuildsOnlyWhatIsWanted) {
  for (const Record& record : SampleRecords()) {
    const auto all = Expand(record);
    const auto headers = EventHeaders(record);
    ASSERT_TRUE(headers.ok());
    ASSERT_EQ(headers->size(), all.size());
    for (std::size_t i = 0; i < all.size(); ++i) {
      EXPECT_EQ((*headers)[i].position, all[i].position());
      EXPECT_EQ((*headers)[i].version, all[i].version());
      EXPECT_EQ((*headers)[i].stream, all[i].stream());
      EXPECT_EQ((*headers)[i].type, all[i].type());
      v1::Event one;
      ASSERT_TRUE(ExpandEvents(record, [&](const EventHeader& header) {
                    return header.position == all[i].position() ? &one : nullptr;
                  }).ok());
      EXPECT_TRUE(google::protobuf::util::MessageDifferencer::Equals(one, all[i]));
    }
  }
}

TEST(EventCodecTest, RefusesARecordThatContradictsItself) {
  const Record good = TransferRecords(2, 1)[0];
  const auto expect_refused = [&](auto breaking, const std::string& text) {
    Record record = good;
    record.change.transaction = std::make_shared<domain::Transaction>(*good.change.transaction);
    breaking(&record);
    const auto headers = EventHeaders(record);
    ASSERT_FALSE(headers.ok());
    EXPECT_EQ(headers.refusal().reason, domain::Reason::kDataCorrupt);
    EXPECT_THAT(headers.refusal().message, HasSubstr(text));
  };
  expect_refused([](Record* r) { ++r->last_position; }, "fewer events");
  expect_refused([](Record* r) { --r->last_position; }, "more events");
  expect_refused([](Record* r) { r->accounts.pop_back(); }, "not among its accounts");
  expect_refused([](Record* r) { r->accounts[0].version = 0; }, "do not fit");
  expect_refused([](Record* r) { r->accounts[0].balances.debits_posted = 0; }, "do not fit");
  expect_refused(
      [](Record* r) { r->change.transaction->status = domain::TransactionStatus::kVoided; },
      "status");
  expect_refused([](Record* r) { r->change.transaction = nullptr; }, "no transaction");
}

TEST(EventIdTest, IsShortAndUnique) {
  std::set<std::string> seen;
  for (std::int64_t position = 1; position <= 5000; ++position) {
    EXPECT_TRUE(seen.insert(EventId(position)).second);
  }
  EXPECT_EQ(EventId(1), "1");
  EXPECT_EQ(EventId(32), "10");
  EXPECT_EQ(EventId(INT64_MAX).size(), 13u);
}

TEST(EventIdTest, GivesItsPositionBack) {
  for (const std::int64_t position : {std::int64_t{1}, std::int64_t{31}, std::int64_t{32},
                                      std::int64_t{123'456'789}, INT64_MAX - 1, INT64_MAX}) {
    EXPECT_EQ(EventIdPosition(EventId(position)), position);
  }
}

TEST(EventIdTest, KnowsNoOtherText) {
  for (const char* text :
       {"", "0", "01", "u", "A", "1-", "g0000000000000", "80000000000000", "gzzzzzzzzzzzz"}) {
    EXPECT_FALSE(EventIdPosition(text).has_value()) << text;
  }
}

}  // namespace
}  // namespace florin::storage
