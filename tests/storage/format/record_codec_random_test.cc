// Random histories and random damage. Each test prints its seed; FLORIN_SEED
// repeats one.

#include <gtest/gtest.h>

#include <cstdlib>
#include <iostream>
#include <random>
#include <string>
#include <vector>

#include "storage/events/codec.h"
#include "storage/format/record_codec.h"
#include "tests/storage/format/record_samples.h"

namespace florin::storage {
namespace {

std::uint64_t Seed() {
  const char* given = std::getenv("FLORIN_SEED");
  const std::uint64_t seed =
      given != nullptr ? std::strtoull(given, nullptr, 10) : std::random_device{}();
  std::cout << "FLORIN_SEED=" << seed << "\n";
  return seed;
}

/// Decodes in every way; whatever decodes is expanded too. What is wrong may be
/// said, not crash.
void ReadAll(const CommitGroup& commit_group, std::uint64_t* decoded_records) {
  const auto count = [](const EventHeader&) { return nullptr; };
  const auto decoded = DecodeRecords(commit_group);
  if (decoded.ok()) {
    florin::v1::Event event;
    for (const RecordPtr& record : *decoded) {
      ++*decoded_records;
      static_cast<void>(ExpandEvents(*record, [&](const EventHeader&) -> florin::v1::Event* {
        event.Clear();
        return &event;
      }));
    }
  } else {
    ASSERT_EQ(decoded.refusal().reason, domain::Reason::kDataCorrupt);
  }
  const auto found = FindRecord(commit_group, commit_group.last_position);
  if (found.ok()) static_cast<void>(ExpandEvents(**found, count));
  static_cast<void>(ScanCommitGroup(commit_group, [](const FrameInfo&) {}));
}

TEST(RecordCodecRandomTest, ReadsBackWhatItWrote) {
  const std::uint64_t seed = Seed();
  RandomRecords source(seed);
  std::mt19937_64 random(seed);
  CommitGroupEncoder encoder;
  for (int commit_group_index = 0; commit_group_index < 60; ++commit_group_index) {
    std::vector<Record> records;
    for (std::uint64_t i = 1 + random() % 100; i > 0; --i) {
      records.push_back(source.Next());
      ASSERT_TRUE(encoder.Add(records.back()).ok()) << Describe(records.back());
    }
    const CommitGroup commit_group = encoder.Finish(Hash{});
    const auto decoded = DecodeRecords(commit_group);
    ASSERT_TRUE(decoded.ok()) << decoded.refusal().message;
    ASSERT_EQ(decoded->size(), records.size());
    for (std::size_t i = 0; i < records.size(); ++i) {
      ASSERT_EQ(Describe(*(*decoded)[i]), Describe(records[i]));
    }
    const Record& one = records[random() % records.size()];
    const auto found = FindRecord(commit_group, one.last_position);
    ASSERT_TRUE(found.ok());
    ASSERT_EQ(Describe(**found), Describe(one));
  }
}

TEST(RecordCodecRandomTest, SurvivesDamagedCommitGroups) {
  const std::uint64_t seed = Seed();
  RandomRecords source(seed);
  std::mt19937_64 random(seed);
  CommitGroupEncoder encoder;
  std::uint64_t decoded_records = 0;
  for (int commit_group_index = 0; commit_group_index < 40; ++commit_group_index) {
    for (std::uint64_t i = 1 + random() % 20; i > 0; --i) {
      ASSERT_TRUE(encoder.Add(source.Next()).ok());
    }
    const CommitGroup good = encoder.Finish(Hash{});
    for (int round = 0; round < 100; ++round) {
      CommitGroup commit_group = good;
      for (std::uint64_t i = 1 + random() % 4; i > 0; --i) {
        const std::size_t at = random() % commit_group.records.size();
        switch (random() % 4) {
          case 0:
            commit_group.records[at] = static_cast<char>(random());
            break;
          case 1:
            commit_group.records.resize(at + 1);
            break;
          case 2:
            commit_group.records.insert(at, 1, static_cast<char>(random()));
            break;
          default:
            commit_group.records[at] = static_cast<char>(0xff);
            break;
        }
      }
      ReadAll(commit_group, &decoded_records);
    }
  }
  // Damage inside a string goes unnoticed here (it is the hash's to notice), so
  // some must have been expanded.
  EXPECT_GT(decoded_records, 0u);
}

TEST(RecordCodecRandomTest, SurvivesRandomBytes) {
  std::mt19937_64 random(Seed());
  std::uint64_t decoded_records = 0;
  for (int round = 0; round < 20'000; ++round) {
    CommitGroup commit_group;
    commit_group.first_position = 1;
    commit_group.last_position = 1 + static_cast<std::int64_t>(random() % 5);
    // A header that passes, so that the bytes behind it are looked at.
    commit_group.records = std::string("\x01\x01\0\0\0\0\0\0\0\0\x01", 11);
    for (std::uint64_t i = random() % 64; i > 0; --i) {
      // Small numbers more often: they are counts, numbers of words and flags.
      commit_group.records += static_cast<char>(random() % 3 == 0 ? random() : random() % 4);
    }
    ReadAll(commit_group, &decoded_records);
  }
}

}  // namespace
}  // namespace florin::storage
