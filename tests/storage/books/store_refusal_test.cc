// Goal: what the store refuses it has not done: the second check below the
// actors, a full disk, a failing one.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <map>

#include "storage/books/embedded_store.h"
#include "tests/storage/books/ledger_checks.h"
#include "tests/storage/books/ledger_script.h"
#include "tests/storage/fault_file_system.h"
#include "tests/support/temporary_directory.h"

namespace florin::storage {
namespace {

using ::testing::HasSubstr;
using testing::LedgerScript;

class StoreRefusalTest : public ::testing::Test {
 protected:
  void SetUp() override {
    file_system_ = std::make_shared<testing::FaultFileSystem>(1);
    options_.file_system = file_system_;
    options_.directory = directory_.path() + "/data";
    auto store = EmbeddedStore::Open(options_);
    ASSERT_TRUE(store.ok()) << store.refusal().message;
    store_ = std::move(store.value());
    script_.Continue(&store_->writer());
    script_.RegisterAsset("INR");
    script_.Open("alice", "a");
    script_.Open("bob", "b");
    script_.Hold("h1", {LedgerScript::Posting("alice", "bob", 500)}, 0);
    ASSERT_TRUE(script_.Commit().ok());
  }

  /// What Stage says to a change that no decision would make; nothing may
  /// change by it.
  domain::Refusal Refused(Change change) {
    change.commit_time = script_.time();
    const auto record = store_->writer().Stage(std::move(change), {});
    EXPECT_FALSE(record.ok());
    EXPECT_EQ(store_->writer().StagedBytes(), 0u);
    auto batch = store_->writer().Commit();
    EXPECT_TRUE(batch.ok());
    testing::CheckHeads(script_, &store_->reader());
    return record.ok() ? domain::Refusal{} : record.refusal();
  }

  static Change Created(const std::string& id,
                        const std::vector<domain::TransactionPosting>& postings) {
    Change change;
    change.kind = ChangeKind::kTransactionCreated;
    change.transaction = std::make_shared<domain::Transaction>();
    change.transaction->transaction_id = id;
    change.transaction->postings = postings;
    change.transaction->status = domain::TransactionStatus::kPosted;
    change.transaction->version = 1;
    return change;
  }

  Change Ended(std::int64_t held) {
    Change change;
    change.kind = ChangeKind::kHoldEnded;
    change.transaction = std::make_shared<domain::Transaction>(script_.transactions().at("h1"));
    change.transaction->status = domain::TransactionStatus::kVoided;
    change.transaction->version = 2;
    change.transaction->postings[0].amount.digits = held;
    return change;
  }

  test_support::TemporaryDirectory directory_;
  StoreOptions options_;
  std::shared_ptr<testing::FaultFileSystem> file_system_;
  std::unique_ptr<EmbeddedStore> store_;
  LedgerScript script_{nullptr};
};

TEST_F(StoreRefusalTest, AnAccountThatIsNotThere) {
  const auto refusal = Refused(Created("t1", {LedgerScript::Posting("alice", "carol", 1)}));
  EXPECT_EQ(refusal.reason, domain::Reason::kVersionConflict);
  EXPECT_THAT(refusal.message, HasSubstr("carol"));
}

TEST_F(StoreRefusalTest, ATransactionThatExists) {
  EXPECT_THAT(Refused(Created("h1", {LedgerScript::Posting("alice", "bob", 1)})).message,
              HasSubstr("h1 is to be created but exists"));
}

TEST_F(StoreRefusalTest, ATransactionThatExistsUnpublished) {
  script_.Post("t1", {LedgerScript::Posting("alice", "bob", 1)});
  Change again = Created("t1", {LedgerScript::Posting("alice", "bob", 1)});
  again.commit_time = script_.time();
  const auto record = store_->writer().Stage(std::move(again), {});
  ASSERT_FALSE(record.ok());
  EXPECT_EQ(record.refusal().reason, domain::Reason::kVersionConflict);
  ASSERT_TRUE(script_.Commit().ok());
  testing::CheckHeads(script_, &store_->reader());
}

TEST_F(StoreRefusalTest, AHoldReleasedBelowZero) {
  EXPECT_THAT(Refused(Ended(501)).message, HasSubstr("less pending"));
}

TEST_F(StoreRefusalTest, AVersionThatDoesNotFollow) {
  Change change = Ended(500);
  change.transaction->version = 3;
  const auto refusal = Refused(std::move(change));
  EXPECT_EQ(refusal.reason, domain::Reason::kVersionConflict);
  EXPECT_THAT(refusal.message, HasSubstr("at version 1"));
}

TEST_F(StoreRefusalTest, AHoldEndedTwice) {
  script_.Void("h1");
  Change again = Ended(500);
  again.commit_time = script_.time();
  EXPECT_FALSE(store_->writer().Stage(std::move(again), {}).ok());
  ASSERT_TRUE(script_.Commit().ok());
  testing::CheckHeads(script_, &store_->reader());
}

TEST_F(StoreRefusalTest, AnAmountThatIsNotAboveZero) {
  EXPECT_THAT(Refused(Created("t1", {LedgerScript::Posting("alice", "bob", 0)})).message,
              HasSubstr("not above zero"));
}

TEST_F(StoreRefusalTest, ABalanceBeyond127Bits) {
  Change change = Created("t1", {LedgerScript::Posting("alice", "bob", 1)});
  change.transaction->postings[0].amount.digits = domain::kAmountMax - 499;
  EXPECT_THAT(Refused(std::move(change)).message, HasSubstr("127 bits"));
}

TEST_F(StoreRefusalTest, ATimeThatGoesBack) {
  Change change = Created("t1", {LedgerScript::Posting("alice", "bob", 1)});
  change.commit_time = script_.time() - 1;
  const auto record = store_->writer().Stage(std::move(change), {});
  ASSERT_FALSE(record.ok());
  EXPECT_THAT(record.refusal().message, HasSubstr("commit time"));
}

TEST_F(StoreRefusalTest, FullDiskDropsWhatIsStagedAndRecovers) {
  const LedgerScript before = script_;
  script_.Post("t1", {LedgerScript::Posting("alice", "bob", 1)});
  script_.Void("h1");
  script_.Open("carol", "c");
  file_system_->SetFull(true, true);
  const auto batch = store_->writer().Commit();
  ASSERT_FALSE(batch.ok());
  EXPECT_EQ(batch.refusal().reason, domain::Reason::kDiskFull);
  EXPECT_THAT(batch.refusal().message, HasSubstr("Free space"));
  EXPECT_EQ(store_->writer().StagedBytes(), 0u);
  testing::CheckHeads(before, &store_->reader());
  for (const auto& [account_id, events] : before.accounts()) {
    const auto head = store_->writer().AppendedHead(account_id);
    ASSERT_TRUE(head.ok());
    EXPECT_EQ((*head)->version, events.back().version);
    EXPECT_TRUE((*head)->balances == events.back().balances);
  }
  EXPECT_FALSE((*store_->writer().AppendedHead("carol"))->Exists());

  file_system_->SetFull(false, false);
  script_ = before;
  script_.Post("t1", {LedgerScript::Posting("alice", "bob", 3)});
  script_.Void("h1");
  script_.Open("carol", "c");
  ASSERT_TRUE(script_.Commit().ok());
  testing::CheckHeads(script_, &store_->reader());
  testing::CheckTransactions(script_, &store_->reader());
}

// Accounts that are posted to and changed in the lost batch, and holds of batches that readers do
// not see yet.
TEST_F(StoreRefusalTest, ALostBatchIsUndoneAmongUnpublishedOnes) {
  script_.Post("t1", {LedgerScript::Posting("alice", "bob", 1)});
  script_.Hold("h2", {LedgerScript::Posting("bob", "alice", 70)}, 0);
  auto first = script_.CommitOnly();
  ASSERT_TRUE(first.ok());
  script_.Settle("h2", {30}, "r1");
  script_.Hold("h3", {LedgerScript::Posting("alice", "bob", 7)}, 0);
  auto second = script_.CommitOnly();
  ASSERT_TRUE(second.ok());

  const auto go_on = [](LedgerScript* script) {
    script->Advance(1'000);
    script->Post("t2", {LedgerScript::Posting("bob", "alice", 5)});
    script->ChangeOwner("alice", "someone else", "r2");
    script->Post("t3", {LedgerScript::Posting("alice", "bob", 9)});
    script->ChangeOwner("bob", "nobody", "r3");
    script->Void("h3");
    script->Reverse("r", "h2");
    script->Open("carol", "c");
    script->Post("t4", {LedgerScript::Posting("carol", "bob", 11)});
  };
  const auto alice = store_->writer().AppendedHead("alice");
  ASSERT_TRUE(alice.ok());
  LedgerScript lost = script_;
  go_on(&lost);
  file_system_->SetFull(true, true);
  ASSERT_FALSE(lost.CommitOnly().ok());
  file_system_->SetFull(false, false);
  const auto again = store_->writer().AppendedHead("alice");
  ASSERT_TRUE(again.ok());
  EXPECT_EQ((*again)->owner_id, "a");
  EXPECT_EQ((*again)->version, (*alice)->version);
  EXPECT_EQ((*again)->position, (*alice)->position);
  EXPECT_EQ((*again)->update_time, (*alice)->update_time);
  EXPECT_TRUE((*again)->balances == (*alice)->balances);

  go_on(&script_);
  auto third = script_.CommitOnly();
  ASSERT_TRUE(third.ok()) << third.refusal().message;
  for (auto* batch : {&first, &second, &third}) store_->writer().Publish(std::move(batch->value()));
  testing::CheckHeads(script_, &store_->reader());
  testing::CheckTransactions(script_, &store_->reader());
  script_.Post("t5", {LedgerScript::Posting("alice", "carol", 2)});
  ASSERT_TRUE(script_.Commit().ok());
  testing::CheckHeads(script_, &store_->reader());
}

TEST_F(StoreRefusalTest, FullDiskThatWasNotForetoldStopsWritesUntilReopened) {
  const LedgerScript before = script_;
  script_.Post("t1", {LedgerScript::Posting("alice", "bob", 1)});
  file_system_->SetFull(true, false);
  auto batch = store_->writer().Commit();
  ASSERT_FALSE(batch.ok());
  EXPECT_EQ(batch.refusal().reason, domain::Reason::kDiskFull);
  file_system_->SetFull(false, false);
  script_ = before;
  script_.Post("t2", {LedgerScript::Posting("alice", "bob", 1)});
  EXPECT_FALSE(store_->writer().Commit().ok()) << "part of t1 may be in the WAL";
  testing::CheckHeads(before, &store_->reader());

  store_.reset();
  auto store = EmbeddedStore::Open(options_);
  ASSERT_TRUE(store.ok()) << store.refusal().message;
  testing::CheckHeads(before, &(*store)->reader());
}

// Bug: RocksDB ended the process where recovery found no room to write.
TEST_F(StoreRefusalTest, FullDiskRefusesAStartAndTouchesNothing) {
  store_.reset();
  const auto files = [this] {
    std::map<std::string, std::filesystem::file_time_type> found;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(options_.directory))
      found[entry.path()] = entry.last_write_time();
    return found;
  };
  const auto before = files();
  file_system_->SetFull(true, true);
  const auto refused = EmbeddedStore::Open(options_);
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(refused.refusal().reason, domain::Reason::kDiskFull);
  EXPECT_THAT(refused.refusal().message,
              AllOf(HasSubstr(options_.directory), HasSubstr(" 0 bytes free"), HasSubstr("needs"),
                    HasSubstr("free space on that disk")));
  EXPECT_EQ(files(), before);
  file_system_->SetFull(false, false);
  auto store = EmbeddedStore::Open(options_);
  ASSERT_TRUE(store.ok()) << store.refusal().message;
  testing::CheckHeads(script_, &(*store)->reader());
}

TEST_F(StoreRefusalTest, AStartNeedsRoomForTheWriteAheadLogTwice) {
  store_.reset();
  std::uintmax_t log = 0;
  for (const char* database : {"/journal", "/groups"}) {
    for (const auto& entry : std::filesystem::directory_iterator(options_.directory + database)) {
      if (entry.path().extension() == ".log") log += entry.file_size();
    }
  }
  ASSERT_GT(log, 0u);
  file_system_->SetFull(true, true);
  const auto refused = EmbeddedStore::Open(options_);
  ASSERT_FALSE(refused.ok());
  EXPECT_THAT(refused.refusal().message,
              HasSubstr("needs " + std::to_string(options_.disk_reserve_bytes + 2 * log) + ":"));
  file_system_->SetFull(false, false);
}

TEST_F(StoreRefusalTest, AFailingDiskIsNotAFullOne) {
  script_.Post("t1", {LedgerScript::Posting("alice", "bob", 1)});
  file_system_->DieAfter(0);
  const auto batch = store_->writer().Commit();
  ASSERT_FALSE(batch.ok());
  EXPECT_EQ(batch.refusal().reason, domain::Reason::kStorageUnavailable);
}

}  // namespace
}  // namespace florin::storage
