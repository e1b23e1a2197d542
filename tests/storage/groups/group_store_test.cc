// Goal: what was written of consumer groups is there after a restart and after a power loss, whole
// batches only; other formats and other ledgers are refused; the twin in memory is the same.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <random>

#include "storage/groups/rocks_group_store.h"
#include "storage/store.h"
#include "tests/storage/fault_file_system.h"
#include "tests/support/temporary_directory.h"

namespace florin::storage {
namespace {

using domain::Reason;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

GroupState StateOf(std::int64_t cursor) {
  GroupState state;
  state.settings.filter.stream_prefixes = {"acc", ""};
  state.settings.filter.type_patterns = {"account.#"};
  state.settings.filter.streams = {"x"};
  state.settings.max_attempts = -1;
  state.settings.event_ttl_ns = 5;
  state.settings.order = domain::GroupOrder::kNone;
  state.created_time = 11;
  state.base_time = 12;
  state.cursor = cursor;
  state.last_action = 3;
  return state;
}

/// A change that puts something of every kind.
GroupChange FullChange(const std::string& id) {
  GroupChange change;
  change.group_id = id;
  change.state = StateOf(7);
  change.parked = {{8, "a", 1, 2, "poison", 3, "m", "who", true, false},
                   {300, "b", 1, 0, "expired after 5 s", 3, "", "", false, true}};
  change.waiting = {{9, "a", 1, 2}};
  change.attempts = {{10, 2, "busy"}};
  change.finished = {{0, {{11, 3}, {4'000, 96}}}, {2, {{0, 1}}}};
  change.actions = {{1, 1, 5, "op", "", "", 0, 0}, {2, 3, 6, "who", "m", "poison", 8, 1}};
  return change;
}

std::string TextOf(const GroupImage& image) {
  std::string text = image.group_id + "\n" + EncodeState(image.state) + "\n";
  const auto line = [&text](char kind, std::int64_t number, const std::string& value) {
    text += kind + std::to_string(number) + " " + value + "\n";
  };
  for (const auto& record : image.parked) line('p', record.position, EncodeParked(record));
  for (const auto& record : image.waiting) line('w', record.position, EncodeWaiting(record));
  for (const auto& record : image.attempts) line('t', record.position, EncodeAttempts(record));
  for (const auto& record : image.finished) line('f', record.number, EncodeFinished(record));
  return text;
}

std::string TextOf(GroupStore* store) {
  const auto images = store->Load();
  if (!images.ok()) return images.refusal().message;
  std::string text;
  for (const GroupImage& image : *images) text += TextOf(image);
  return text;
}

class GroupStoreTest : public ::testing::Test {
 protected:
  void SetUp() override {
    options_.directory = directory_.path() + "/groups";
    options_.ledger_id = "ledger-one";
  }
  domain::Result<std::unique_ptr<RocksGroupStore>> TryOpen() {
    store_.reset();
    return RocksGroupStore::Open(MakeRocksShared(file_system_, 1 << 20), options_);
  }
  void Open() {
    auto store = TryOpen();
    ASSERT_TRUE(store.ok()) << store.refusal().message;
    store_ = std::move(*store);
  }
  void Write(const std::vector<GroupChange>& changes) {
    ASSERT_TRUE(store_->Write(changes).ok());
    ASSERT_TRUE(twin_.Write(changes).ok());
  }

  test_support::TemporaryDirectory directory_;
  std::shared_ptr<testing::FaultFileSystem> file_system_;
  RocksGroupStoreOptions options_;
  std::unique_ptr<RocksGroupStore> store_;
  MemoryGroupStore twin_;
};

TEST_F(GroupStoreTest, BringsBackEverythingAfterARestart) {
  Open();
  Write({FullChange("g"), FullChange("gg"), FullChange("z")});
  Open();
  EXPECT_EQ(TextOf(store_.get()), TextOf(&twin_));
  const auto one = store_->LoadOne("gg");
  ASSERT_TRUE(one.ok() && one->has_value());
  const GroupImage& image = **one;
  EXPECT_EQ(EncodeState(image.state), EncodeState(StateOf(7)));
  EXPECT_EQ(image.state.settings.max_attempts, -1);
  EXPECT_EQ(image.state.settings.event_ttl_ns, 5);
  EXPECT_EQ(image.parked[0].last_reason, "poison");
  EXPECT_TRUE(image.parked[0].holds);
  EXPECT_TRUE(image.parked[1].expired);
  EXPECT_EQ(image.finished[0].runs.size(), 2U);
  EXPECT_FALSE(store_->LoadOne("ggg")->has_value());
}

TEST_F(GroupStoreTest, ActionsComeInOrderAndInPages) {
  Open();
  Write({FullChange("g"), FullChange("h")});
  const auto all = store_->ReadActions("g", 0, 10);
  ASSERT_TRUE(all.ok());
  ASSERT_EQ(all->size(), 2U);
  EXPECT_EQ((*all)[1].reason, "poison");
  EXPECT_EQ((*all)[1].member_name, "m");
  EXPECT_EQ(store_->ReadActions("g", 0, 1)->size(), 1U);
  EXPECT_EQ(store_->ReadActions("g", 1, 10)->front().number, 2);
  EXPECT_THAT(*store_->ReadActions("g", 2, 10), IsEmpty());
}

TEST_F(GroupStoreTest, ClearsAndDeletes) {
  Open();
  Write({FullChange("g"), FullChange("gg")});
  GroupChange reset;
  reset.group_id = "g";
  reset.clear = GroupChange::Clear::kEvents;
  reset.state = StateOf(1);
  reset.waiting = {{50, "c", 1, 1}};
  GroupChange gone;
  gone.group_id = "gg";
  gone.parked_gone = {8};
  gone.waiting_gone = {9};
  gone.attempts_gone = {10};
  gone.finished_gone = {2};
  Write({reset, gone});
  EXPECT_EQ(TextOf(store_.get()), TextOf(&twin_));
  EXPECT_EQ(store_->ReadActions("g", 0, 10)->size(), 2U);
  GroupChange deleted;
  deleted.group_id = "g";
  deleted.clear = GroupChange::Clear::kAll;
  Write({deleted});
  EXPECT_EQ(TextOf(store_.get()), TextOf(&twin_));
  EXPECT_EQ(store_->Load()->size(), 1U);
  EXPECT_THAT(*store_->ReadActions("g", 0, 10), IsEmpty());
  Write({FullChange("g")});
  Open();
  EXPECT_EQ(TextOf(store_.get()), TextOf(&twin_));
}

TEST_F(GroupStoreTest, RefusesAnotherFormatAndAnotherLedger) {
  Open();
  Write({FullChange("g")});
  options_.ledger_id = "ledger-two";
  const auto other = TryOpen();
  ASSERT_FALSE(other.ok());
  EXPECT_EQ(other.refusal().reason, Reason::kDataCorrupt);
  EXPECT_THAT(other.refusal().message, HasSubstr("ledger-one"));
  options_.ledger_id = "ledger-one";
  {
    rocksdb::DB* db = nullptr;
    ASSERT_TRUE(rocksdb::DB::Open(rocksdb::Options(), options_.directory, &db).ok());
    ASSERT_TRUE(db->Put(rocksdb::WriteOptions(), "m/format", "2").ok());
    delete db;
  }
  const auto newer = TryOpen();
  ASSERT_FALSE(newer.ok());
  EXPECT_EQ(newer.refusal().reason, Reason::kDataCorrupt);
  EXPECT_THAT(newer.refusal().message, HasSubstr("format version 2"));
}

TEST_F(GroupStoreTest, RefusesWhatIsMalformed) {
  const std::vector<std::pair<std::string, std::string>> broken = {
      {"s", ""},
      {"s", "\x01"},
      {std::string("p\0\0\0\0\0\0\0\x01", 9), "\x05"},
      {std::string("w\0\0\0\0\0\0\0\x01", 9), "\x01"},
      {std::string("f\0\0\0\0\0\0\0\x01", 9), std::string("\x01\0", 2)},
      {std::string("t\0\0\0\0\0\0\0\x01", 9), "\x01"},
      {"q", "x"}};
  for (const auto& [key, value] : broken) {
    Open();
    Write({FullChange("g")});
    store_.reset();
    {
      rocksdb::DB* db = nullptr;
      ASSERT_TRUE(rocksdb::DB::Open(rocksdb::Options(), options_.directory, &db).ok());
      ASSERT_TRUE(db->Put(rocksdb::WriteOptions(), std::string("g\x01g") + key, value).ok());
      delete db;
    }
    Open();
    const auto images = store_->Load();
    ASSERT_FALSE(images.ok()) << key;
    EXPECT_EQ(images.refusal().reason, Reason::kDataCorrupt);
    EXPECT_THAT(images.refusal().message, HasSubstr("groups"));
    store_.reset();
    std::filesystem::remove_all(options_.directory);
  }
}

TEST_F(GroupStoreTest, AfterAFailedWriteNothingIsWritten) {
  file_system_ = std::make_shared<testing::FaultFileSystem>(1);
  Open();
  Write({FullChange("g")});
  file_system_->SetFull(true, true);
  const std::vector<GroupChange> change{FullChange("h")};
  EXPECT_EQ(store_->Write(change).refusal().reason, Reason::kDiskFull);
  file_system_->SetFull(false, false);
  EXPECT_EQ(store_->Write(change).refusal().reason, Reason::kDiskFull);
  Open();
  EXPECT_TRUE(store_->Write(change).ok());
}

TEST_F(GroupStoreTest, LosesNoWriteThatWasAcknowledgedWhenThePowerFails) {
  for (std::uint64_t seed = 1; seed <= 30; ++seed) {
    std::mt19937_64 random(seed);
    options_.directory = directory_.path() + "/groups" + std::to_string(seed);
    file_system_ = std::make_shared<testing::FaultFileSystem>(seed);
    Open();
    file_system_->DieAfter(static_cast<std::int64_t>(1 + random() % 60));
    std::int64_t acknowledged = 0;
    std::int64_t attempted = 0;
    while (!file_system_->dead() && attempted < 1'000) {
      ++attempted;
      // Two groups in one write: both or none.
      std::vector<GroupChange> changes;
      for (const char* id : {"a", "b"}) {
        GroupChange change;
        change.group_id = id;
        change.state = StateOf(attempted);
        changes.push_back(change);
      }
      if (!store_->Write(changes).ok()) break;
      acknowledged = attempted;
    }
    store_.reset();
    file_system_->Revive();
    Open();
    const auto images = store_->Load();
    ASSERT_TRUE(images.ok()) << images.refusal().message;
    if (images->empty()) {
      EXPECT_EQ(acknowledged, 0) << "seed " << seed;
      continue;
    }
    ASSERT_EQ(images->size(), 2U) << "seed " << seed;
    EXPECT_EQ((*images)[0].state.cursor, (*images)[1].state.cursor) << "seed " << seed;
    EXPECT_GE((*images)[0].state.cursor, acknowledged) << "seed " << seed;
    EXPECT_LE((*images)[0].state.cursor, attempted) << "seed " << seed;
  }
}

TEST_F(GroupStoreTest, IsPartOfTheEmbeddedStore) {
  StoreOptions options;
  options.directory = directory_.path() + "/data";
  {
    auto store = Store::Open(options);
    ASSERT_TRUE(store.ok()) << store.refusal().message;
    const std::vector<GroupChange> change{FullChange("g")};
    ASSERT_TRUE((*store)->groups().Write(change).ok());
  }
  // The index is derived and may go; the groups stay.
  std::filesystem::remove_all(options.directory + "/index");
  auto store = Store::Open(options);
  ASSERT_TRUE(store.ok()) << store.refusal().message;
  EXPECT_EQ((*store)->groups().Load()->size(), 1U);
}

}  // namespace
}  // namespace florin::storage
