#include "storage/format/record_codec.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "tests/storage/format/record_book.h"
#include "tests/storage/format/record_samples.h"

namespace florin::storage {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

CommitGroup Encode(const std::vector<Record>& records) {
  CommitGroupEncoder encoder;
  for (const Record& record : records) {
    const domain::Status status = encoder.Add(record);
    EXPECT_TRUE(status.ok()) << Describe(record);
  }
  return encoder.Finish(Hash{});
}

void ExpectCorrupt(const CommitGroup& commit_group, const std::string& text) {
  const auto decoded = DecodeRecords(commit_group);
  ASSERT_FALSE(decoded.ok());
  EXPECT_EQ(decoded.refusal().reason, domain::Reason::kDataCorrupt);
  EXPECT_THAT(decoded.refusal().message, HasSubstr(text));
}

TEST(RecordCodecTest, ReadsBackEveryKindAndField) {
  const std::vector<Record> samples = SampleRecords();
  const auto decoded = DecodeRecords(Encode(samples));
  ASSERT_TRUE(decoded.ok()) << decoded.refusal().message;
  ASSERT_EQ(decoded->size(), samples.size());
  for (std::size_t i = 0; i < samples.size(); ++i) {
    EXPECT_EQ(Describe(*(*decoded)[i]), Describe(samples[i])) << i;
  }
}

TEST(RecordCodecTest, FillsTheCommitGroupsHeader) {
  const std::vector<Record> samples = SampleRecords();
  Hash previous{};
  previous[0] = 7;
  CommitGroupEncoder encoder;
  EXPECT_TRUE(encoder.empty());
  EXPECT_EQ(encoder.size(), 0u);
  for (const Record& record : samples) ASSERT_TRUE(encoder.Add(record).ok());
  EXPECT_EQ(encoder.record_count(), samples.size());
  EXPECT_EQ(encoder.last_position(), samples.back().last_position);
  const std::size_t announced = encoder.size();
  const CommitGroup commit_group = encoder.Finish(previous);
  EXPECT_TRUE(encoder.empty());
  EXPECT_EQ(commit_group.first_position, 1);
  EXPECT_EQ(commit_group.last_position, samples.back().last_position);
  EXPECT_EQ(commit_group.first_time, samples.front().change.commit_time);
  EXPECT_EQ(commit_group.last_time, samples.back().change.commit_time);
  EXPECT_EQ(commit_group.format_version, 1);
  EXPECT_EQ(commit_group.previous_hash, previous);
  EXPECT_EQ(commit_group.hash, ChainHash(previous, commit_group.records));
  EXPECT_GE(announced, commit_group.records.size());
  EXPECT_LE(announced, commit_group.records.size() + 50);
  EXPECT_TRUE(VerifyHash(commit_group).ok());
}

TEST(RecordCodecTest, KeepsNothingFromTheCommitGroupBefore) {
  const std::vector<Record> samples = SampleRecords();
  CommitGroupEncoder encoder;
  for (const Record& record : samples) ASSERT_TRUE(encoder.Add(record).ok());
  const std::string first = encoder.Finish(Hash{}).records;
  ASSERT_TRUE(encoder.Add(samples[0]).ok());
  encoder.Clear();
  for (const Record& record : samples) ASSERT_TRUE(encoder.Add(record).ok());
  EXPECT_EQ(encoder.Finish(Hash{}).records, first);
}

TEST(RecordCodecTest, FindsTheRecordOfEachPosition) {
  const std::vector<Record> samples = SampleRecords();
  const CommitGroup commit_group = Encode(samples);
  for (const Record& sample : samples) {
    for (auto at = sample.first_position; at <= sample.last_position; ++at) {
      const auto found = FindRecord(commit_group, at);
      ASSERT_TRUE(found.ok());
      EXPECT_EQ(Describe(**found), Describe(sample));
    }
  }
  EXPECT_FALSE(FindRecord(commit_group, 0).ok());
  EXPECT_FALSE(FindRecord(commit_group, commit_group.last_position + 1).ok());
}

TEST(RecordCodecTest, ScansWhatAnIndexNeeds) {
  const std::vector<Record> samples = SampleRecords();
  const CommitGroup commit_group = Encode(samples);
  std::size_t i = 0;
  const auto status = ScanCommitGroup(commit_group, [&](const FrameInfo& frame) {
    ASSERT_LT(i, samples.size());
    const Record& sample = samples[i++];
    EXPECT_EQ(frame.kind, sample.change.kind);
    EXPECT_EQ(frame.first_position, sample.first_position);
    EXPECT_EQ(frame.last_position, sample.last_position);
    EXPECT_EQ(frame.commit_time, sample.change.commit_time);
    EXPECT_EQ(frame.request_id, sample.change.request_id);
    EXPECT_EQ(frame.transaction_id, sample.change.transaction == nullptr
                                        ? ""
                                        : sample.change.transaction->transaction_id);
    ASSERT_EQ(frame.accounts.size(), sample.accounts.size());
    for (std::size_t a = 0; a < frame.accounts.size(); ++a) {
      EXPECT_EQ(frame.accounts[a].account_id, sample.accounts[a].account_id);
      EXPECT_EQ(frame.accounts[a].version, sample.accounts[a].version);
      EXPECT_EQ(frame.accounts[a].position, sample.accounts[a].position);
      EXPECT_EQ(frame.accounts[a].previous_position, sample.accounts[a].previous_position);
    }
  });
  EXPECT_TRUE(status.ok());
  EXPECT_EQ(i, samples.size());
}

TEST(RecordCodecTest, KeepsATransferSmall) {
  // Ten thousand accounts: nearly every transfer brings two new words.
  const std::vector<Record> spread = TransferRecords(10'000, 500);
  EXPECT_LE(Encode(spread).records.size(), 500u * 110);
  const std::vector<Record> narrow = TransferRecords(20, 500);
  EXPECT_LE(Encode(narrow).records.size(), 500u * 75);
  EXPECT_LE(Encode({spread[0]}).records.size(), 140u);
}

TEST(RecordCodecTest, RefusesARecordThatDoesNotFollow) {
  const std::vector<Record> samples = SampleRecords();
  CommitGroupEncoder encoder;
  ASSERT_TRUE(encoder.Add(samples[0]).ok());
  const std::size_t size = encoder.size();
  const auto status = encoder.Add(samples[2]);
  ASSERT_FALSE(status.ok());
  EXPECT_EQ(status.refusal().reason, domain::Reason::kDataCorrupt);
  EXPECT_EQ(encoder.size(), size);
  EXPECT_TRUE(encoder.Add(samples[1]).ok());
}

TEST(RecordCodecTest, RefusesWhatWouldNotReadBackAndKeepsTheCommitGroup) {
  const Record good = TransferRecords(2, 1)[0];
  const auto broken = [&](auto breaking) {
    Record record = good;
    record.change.transaction = std::make_shared<domain::Transaction>(*good.change.transaction);
    breaking(&record);
    return record;
  };
  using domain::Transaction;
  const std::vector<Record> records = {
      broken([](Record* r) { r->change.transaction = nullptr; }),
      broken([](Record* r) { r->change.transaction->postings[0].amount.digits = -1; }),
      broken([](Record* r) { r->change.transaction->postings[0].amount.decimals = 19; }),
      broken([](Record* r) { r->accounts[0].balances.debits_posted = -1; }),
      broken([](Record* r) {
        r->accounts[0].balances.debits_posted = domain::kAmountMax;
        r->accounts[0].balances.debits_pending = 1;
      }),
      broken([](Record* r) { r->accounts[0].scale = 19; }),
      broken([](Record* r) { r->accounts[1].position = r->last_position + 1; }),
      broken([](Record* r) { r->accounts[1].previous_position = r->first_position; }),
      broken([](Record* r) { r->change.kind = static_cast<ChangeKind>(99); }),
      broken([](Record* r) {
        r->change.transaction->status = static_cast<domain::TransactionStatus>(6);
      }),
      broken([](Record* r) { r->last_position = r->first_position - 1; }),
  };
  CommitGroupEncoder clean;
  ASSERT_TRUE(clean.Add(good).ok());
  const std::string expected = clean.Finish(Hash{}).records;
  for (std::size_t i = 0; i < records.size(); ++i) {
    CommitGroupEncoder encoder;
    EXPECT_FALSE(encoder.Add(records[i]).ok()) << i;
    EXPECT_TRUE(encoder.empty());
    ASSERT_TRUE(encoder.Add(good).ok());
    EXPECT_EQ(encoder.Finish(Hash{}).records, expected) << i;
  }
}

TEST(RecordCodecTest, RefusesAHeaderThatDoesNotFitTheRecords) {
  const CommitGroup good = Encode(SampleRecords());
  const auto changed = [&](auto change) {
    CommitGroup commit_group = good;
    change(&commit_group);
    return commit_group;
  };
  ExpectCorrupt(changed([](CommitGroup* g) { g->format_version = 2; }), "not version 1");
  ExpectCorrupt(changed([](CommitGroup* g) { g->records[0] = 2; }), "not version 1");
  ExpectCorrupt(changed([](CommitGroup* g) { ++g->first_position; }), "position 2 is damaged");
  ExpectCorrupt(changed([](CommitGroup* g) { ++g->last_position; }), "end at another position");
  ExpectCorrupt(changed([](CommitGroup* g) { --g->last_position; }), "malformed");
  ExpectCorrupt(changed([](CommitGroup* g) { ++g->first_time; }), "header");
  ExpectCorrupt(changed([](CommitGroup* g) { ++g->last_time; }), "last time");
  ExpectCorrupt(changed([](CommitGroup* g) { g->records += 'x'; }), "bytes follow");
  ExpectCorrupt(changed([](CommitGroup* g) { g->records.pop_back(); }), "malformed");
  ExpectCorrupt(
      changed([](CommitGroup* g) { g->last_position = std::numeric_limits<std::int64_t>::max(); }),
      "header");
}

TEST(RecordCodecTest, NoticesAnyChangedByteByItsHash) {
  const CommitGroup good = Encode(TransferRecords(4, 3));
  for (std::size_t i = 0; i < good.records.size(); ++i) {
    CommitGroup commit_group = good;
    commit_group.records[i] = static_cast<char>(commit_group.records[i] ^ 1);
    const auto status = VerifyHash(commit_group);
    ASSERT_FALSE(status.ok());
    EXPECT_THAT(status.refusal().metadata,
                ElementsAre(testing::Pair("position", std::to_string(good.first_position))));
  }
  CommitGroup commit_group = good;
  commit_group.previous_hash[31] ^= 0x80;
  EXPECT_FALSE(VerifyHash(commit_group).ok());
}

TEST(ChainHashTest, IsSha256OfBothParts) {
  // SHA-256 of 32 zero bytes and "abc", as sha256sum prints it.
  const Hash hash = ChainHash(Hash{}, "abc");
  std::string hex;
  for (const std::uint8_t byte : hash) {
    constexpr std::string_view kDigits = "0123456789abcdef";
    hex += kDigits[byte >> 4];
    hex += kDigits[byte & 15];
  }
  EXPECT_EQ(hex, "365aa7d8f7f9402c4b9434502b4cc89ddb09fe50d7cd95b493b834c62d5a5370");
}

}  // namespace
}  // namespace florin::storage
