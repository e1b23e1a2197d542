// The released bytes: what stands in docs/formats/journal.md and in
// tests/fixtures is what this build reads and writes.

#include <gtest/gtest.h>

#include <fstream>
#include <iterator>
#include <sstream>
#include <string>
#include <vector>

#include "storage/format/record_codec.h"
#include "tests/storage/format/record_samples.h"

namespace florin::storage {
namespace {

std::string ReadFile(const std::string& path) {
  std::ifstream file(std::string(FLORIN_SOURCE_DIR) + "/" + path, std::ios::binary);
  EXPECT_TRUE(file.good()) << path;
  return {std::istreambuf_iterator<char>(file), {}};
}

std::string FromHex(const std::string& hex) {
  std::string bytes;
  for (std::size_t i = 0; i + 1 < hex.size(); i += 2) {
    bytes += static_cast<char>(std::stoi(hex.substr(i, 2), nullptr, 16));
  }
  return bytes;
}

std::string ToHex(std::string_view bytes) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string hex;
  for (const char c : bytes) {
    hex += kDigits[static_cast<std::uint8_t>(c) >> 4];
    hex += kDigits[static_cast<std::uint8_t>(c) & 15];
  }
  return hex;
}

std::string ToHex(const Hash& hash) { return ToHex(std::string(hash.begin(), hash.end())); }

Hash HashFromHex(const std::string& hex) {
  const std::string bytes = FromHex(hex);
  Hash hash{};
  EXPECT_EQ(bytes.size(), hash.size());
  std::copy_n(bytes.begin(), std::min(bytes.size(), hash.size()), hash.begin());
  return hash;
}

/// Commit groups as the fixture keeps them: one word a line in the order of
/// CommitGroup, then an empty line; '#' begins a comment.
std::vector<CommitGroup> ParseFixture(const std::string& text) {
  std::vector<CommitGroup> commit_groups;
  std::istringstream lines(text);
  std::string line;
  std::vector<std::string> words;
  while (std::getline(lines, line)) {
    if (line.empty() || line[0] == '#') continue;
    words.push_back(line.substr(line.find(' ') + 1));
    if (words.size() < 8) continue;
    CommitGroup& commit_group = commit_groups.emplace_back();
    commit_group.first_position = std::stoll(words[0]);
    commit_group.last_position = std::stoll(words[1]);
    commit_group.first_time = std::stoll(words[2]);
    commit_group.last_time = std::stoll(words[3]);
    commit_group.previous_hash = HashFromHex(words[4]);
    commit_group.hash = HashFromHex(words[5]);
    commit_group.format_version = std::stoi(words[6]);
    commit_group.records = FromHex(words[7]);
    words.clear();
  }
  return commit_groups;
}

/// The samples in commit groups of five, as they were when version 1 was released.
std::vector<CommitGroup> SampleCommitGroups() {
  std::vector<CommitGroup> commit_groups;
  CommitGroupEncoder encoder;
  Hash previous{};
  for (const Record& record : SampleRecords()) {
    EXPECT_TRUE(encoder.Add(record).ok());
    if (encoder.record_count() < 5) continue;
    commit_groups.push_back(encoder.Finish(previous));
    previous = commit_groups.back().hash;
  }
  if (!encoder.empty()) commit_groups.push_back(encoder.Finish(previous));
  return commit_groups;
}

std::string FixtureText(const std::vector<CommitGroup>& commit_groups) {
  std::ostringstream text;
  for (const CommitGroup& commit_group : commit_groups) {
    text << "first_position " << commit_group.first_position << "\nlast_position "
         << commit_group.last_position << "\nfirst_time " << commit_group.first_time
         << "\nlast_time " << commit_group.last_time << "\nprevious_hash "
         << ToHex(commit_group.previous_hash) << "\nhash " << ToHex(commit_group.hash)
         << "\nformat_version " << commit_group.format_version << "\nrecords "
         << ToHex(commit_group.records) << "\n\n";
  }
  return text.str();
}

TEST(CodecFormatTest, StillReadsVersionOne) {
  const std::vector<CommitGroup> commit_groups =
      ParseFixture(ReadFile("tests/fixtures/journal_v1.txt"));
  ASSERT_EQ(commit_groups.size(), 4u);
  const std::vector<Record> samples = SampleRecords();
  std::size_t next = 0;
  Hash previous{};
  for (const CommitGroup& commit_group : commit_groups) {
    EXPECT_EQ(commit_group.previous_hash, previous);
    EXPECT_TRUE(VerifyHash(commit_group).ok());
    previous = commit_group.hash;
    const auto decoded = DecodeRecords(commit_group);
    ASSERT_TRUE(decoded.ok()) << decoded.refusal().message;
    for (const RecordPtr& record : *decoded) {
      ASSERT_LT(next, samples.size());
      EXPECT_EQ(Describe(*record), Describe(samples[next++]));
    }
  }
  EXPECT_EQ(next, samples.size());
}

TEST(CodecFormatTest, StillWritesVersionOne) {
  // Another version of the format gets a fixture of its own; this one then only
  // checks reading.
  const std::string now = FixtureText(SampleCommitGroups());
  const std::string released = FixtureText(ParseFixture(ReadFile("tests/fixtures/journal_v1.txt")));
  EXPECT_EQ(now, released);
}

/// The record of the worked example: bank:cash is debited, customer:1 credited
/// 98500.00.
Record Example() {
  Record record;
  record.first_position = 5;
  record.last_position = 7;
  record.change.kind = ChangeKind::kTransactionCreated;
  record.change.commit_time = 1'790'000'000'000'000'000;
  record.change.principal = "teller";
  record.change.transaction = std::make_shared<domain::Transaction>();
  domain::Transaction& transaction = *record.change.transaction;
  transaction.transaction_id = "018f2b1e-7c3a-7def-8a1b-0123456789ab";
  transaction.status = domain::TransactionStatus::kPosted;
  transaction.postings = {{"bank:cash", "customer:1", {98'500'00, 2}, std::nullopt}};
  transaction.type = "deposit";
  transaction.commit_time = record.change.commit_time;
  transaction.version = 1;
  transaction.position = transaction.create_position = 7;
  domain::Balances cash;
  cash.debits_posted = 98'500'00;
  domain::Balances customer;
  customer.credits_posted = 98'500'00;
  record.accounts = {{"bank:cash", 2, cash, 2, true, 2, 5},
                     {"customer:1", 2, customer, 2, false, 3, 6}};
  return record;
}

/// What stands between "```hex" and "```": bytes, then '|' and what they mean.
std::string ExampleHex(const std::string& document) {
  const std::size_t begin = document.find("```hex\n");
  const std::size_t end = document.find("```", begin + 3);
  EXPECT_NE(begin, std::string::npos);
  std::istringstream lines(document.substr(begin + 7, end - begin - 7));
  std::string hex;
  std::string line;
  while (std::getline(lines, line)) {
    for (const char c : line.substr(0, line.find('|'))) {
      if (c != ' ') hex += c;
    }
  }
  return hex;
}

TEST(CodecFormatTest, WritesTheDocumentsExample) {
  const std::string document = ReadFile("docs/formats/journal.md");
  CommitGroupEncoder encoder;
  ASSERT_TRUE(encoder.Add(Example()).ok());
  const CommitGroup commit_group = encoder.Finish(Hash{});
  EXPECT_EQ(ToHex(commit_group.records), ExampleHex(document));
  EXPECT_NE(document.find(ToHex(commit_group.hash)), std::string::npos) << ToHex(commit_group.hash);

  CommitGroup read = commit_group;
  read.records = FromHex(ExampleHex(document));
  const auto decoded = DecodeRecords(read);
  ASSERT_TRUE(decoded.ok()) << decoded.refusal().message;
  EXPECT_EQ(Describe(*(*decoded)[0]), Describe(Example()));
}

}  // namespace
}  // namespace florin::storage
