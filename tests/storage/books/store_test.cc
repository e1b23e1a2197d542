// Goal: the store's first promises, each by a small ledger of its own
// directory.

#include "storage/store.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include "tests/storage/books/ledger_script.h"
#include "tests/support/temporary_directory.h"

namespace florin::storage {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using testing::LedgerScript;
using ::testing::UnorderedElementsAre;

class StoreTest : public ::testing::Test {
 protected:
  void SetUp() override {
    options_.directory = directory_.path() + "/data";
    Open();
  }

  void Open() {
    store_.reset();
    domain::Result<std::unique_ptr<Store>> store = Store::Open(options_);
    ASSERT_TRUE(store.ok()) << store.refusal().message;
    store_ = std::move(store.value());
    script_.Continue(&store_->writer());
  }

  void OpenTwoAccounts() {
    script_.RegisterAsset("INR");
    script_.Open("alice", "a");
    script_.Open("bob", "b");
    ASSERT_TRUE(script_.Commit().ok());
  }

  Reader& reader() { return store_->reader(); }

  test_support::TemporaryDirectory directory_;
  StoreOptions options_;
  std::unique_ptr<Store> store_;
  LedgerScript script_{nullptr};
};

TEST_F(StoreTest, GivesEventsPositionsInOrder) {
  OpenTwoAccounts();
  script_.Post("t1", {LedgerScript::Posting("alice", "bob", 150)});
  ASSERT_TRUE(script_.Commit().ok());
  EXPECT_EQ(reader().VisibleHead().position, 6);
  const auto record = reader().ReadRecord(5);
  ASSERT_TRUE(record.ok());
  EXPECT_EQ((*record)->first_position, 4);
  EXPECT_EQ((*record)->last_position, 6);
  ASSERT_EQ((*record)->accounts.size(), 2u);
  EXPECT_EQ((*record)->accounts[0].account_id, "alice");
  EXPECT_EQ((*record)->accounts[0].position, 4);
  EXPECT_EQ((*record)->accounts[0].previous_position, 2);
  EXPECT_EQ((*record)->accounts[1].version, 2);
  EXPECT_EQ((*record)->change.transaction->create_position, 6);
}

TEST_F(StoreTest, KeepsEverythingOverARestart) {
  OpenTwoAccounts();
  script_.Post("t1", {LedgerScript::Posting("alice", "bob", 150)});
  ASSERT_TRUE(script_.Commit().ok());
  const std::string ledger_id = reader().LedgerId();
  EXPECT_EQ(ledger_id.size(), 32u);
  Open();
  EXPECT_EQ(reader().LedgerId(), ledger_id);
  EXPECT_EQ(reader().VisibleHead().position, 6);
  EXPECT_EQ(reader().AccountCount(), 2);
  const auto head = reader().GetHead("bob", Tier::kDisk);
  ASSERT_TRUE(head.ok());
  EXPECT_EQ(head->value->state->balances.credits_posted, 150);
  EXPECT_EQ(head->value->state->version, 2);
  const auto place = reader().FindTransaction("t1", Tier::kDisk);
  ASSERT_TRUE(place.ok());
  EXPECT_EQ(place->value->create_position, 6);
}

TEST_F(StoreTest, ShowsNothingBeforePublish) {
  OpenTwoAccounts();
  script_.Post("t1", {LedgerScript::Posting("alice", "bob", 150)});
  auto batch = script_.CommitOnly();
  ASSERT_TRUE(batch.ok());
  EXPECT_EQ(reader().VisibleHead().position, 3);
  EXPECT_FALSE(reader().FindTransaction("t1", Tier::kDisk)->value.has_value());
  EXPECT_TRUE(reader().ReadCommitGroups(4, 10, 1 << 20)->empty());
  store_->writer().Publish(std::move(batch.value()));
  EXPECT_EQ(reader().VisibleHead().position, 6);
  EXPECT_TRUE(reader().FindTransaction("t1", Tier::kMemory)->value.has_value());
}

// Bug: 71 MiB were shown where logs that were not yet full occupied 121 MiB.
TEST_F(StoreTest, CountsWhatFilesOccupyNotHowLongTheyAre) {
  const std::int64_t before = store_->reader().DataBytes();
  constexpr std::int64_t kBytes = 8 << 20;
  const int file = open((options_.directory + "/preallocated").c_str(), O_CREAT | O_WRONLY, 0600);
  ASSERT_GE(file, 0);
  ASSERT_EQ(fallocate(file, FALLOC_FL_KEEP_SIZE, 0, kBytes), 0);
  EXPECT_GE(store_->reader().DataBytes(), before + kBytes);
  // A hole is nothing on the disk.
  ASSERT_EQ(ftruncate(file, 1 << 30), 0);
  close(file);
  EXPECT_LT(store_->reader().DataBytes(), before + (64 << 20));
}

TEST_F(StoreTest, FindsIdsInWhateverOrderTheyCame) {
  OpenTwoAccounts();
  for (const char* const id : {"t5", "t9", "t1"}) {
    script_.Post(id, {LedgerScript::Posting("alice", "bob", 1)});
    ASSERT_TRUE(script_.Commit().ok());
  }
  for (const bool opened_again : {false, true}) {
    if (opened_again) Open();
    for (const char* const id : {"t1", "t5", "t9"})
      EXPECT_TRUE(reader().FindTransaction(id, Tier::kDisk)->value.has_value()) << id;
    for (const char* const id : {"t0", "t7", "ta"})
      EXPECT_FALSE(reader().FindTransaction(id, Tier::kDisk)->value.has_value()) << id;
  }
}

TEST_F(StoreTest, AnAccountThatDoesNotExistHasAnEmptyHead) {
  OpenTwoAccounts();
  const auto missing = reader().GetHead("carol", Tier::kDisk);
  ASSERT_TRUE(missing.ok());
  EXPECT_FALSE(missing->value->state->Exists());
  EXPECT_EQ(missing->value->state->account_id, "carol");
}

TEST_F(StoreTest, AppendedHeadIsAheadOfTheReaders) {
  OpenTwoAccounts();
  script_.Post("t1", {LedgerScript::Posting("alice", "bob", 150)});
  const auto before = store_->writer().AppendedHead("alice");
  ASSERT_TRUE(before.ok());
  EXPECT_EQ((*before)->balances.debits_posted, 150);
  script_.Post("t2", {LedgerScript::Posting("alice", "bob", 50)});
  EXPECT_EQ((*before)->balances.debits_posted, 150) << "what was handed out must not change";
  EXPECT_EQ((*store_->writer().AppendedHead("alice"))->balances.debits_posted, 200);
  EXPECT_EQ(reader().GetHead("alice", Tier::kDisk)->value->state->balances.debits_posted, 0);
}

TEST_F(StoreTest, RefusesASecondServerAndNamesTheFirst) {
  const auto second = Store::Open(options_);
  ASSERT_FALSE(second.ok());
  EXPECT_EQ(second.refusal().reason, domain::Reason::kStorageUnavailable);
  EXPECT_THAT(second.refusal().message, HasSubstr("held by process " + std::to_string(::getpid())));
}

TEST_F(StoreTest, RecentCommitGroupsEndWhereTheRingEnds) {
  options_.ring_bytes = 1;
  Open();
  OpenTwoAccounts();
  script_.Post("t1", {LedgerScript::Posting("alice", "bob", 150)});
  ASSERT_TRUE(script_.Commit().ok());
  EXPECT_FALSE(reader().RecentCommitGroups(0, 10).has_value());
  const auto recent = reader().RecentCommitGroups(3, 10);
  ASSERT_TRUE(recent.has_value());
  ASSERT_EQ(recent->size(), 1u);
  EXPECT_EQ(recent->front()->first_position, 4);
  EXPECT_TRUE(reader().RecentCommitGroups(6, 10)->empty());
  EXPECT_EQ(reader().ReadCommitGroups(1, 10, 1 << 20)->size(), 2u);
}

TEST_F(StoreTest, WakesListenersAfterEachPublish) {
  std::int64_t seen = 0;
  const std::uint64_t token = reader().Listen([&] { seen = reader().VisibleHead().position; });
  OpenTwoAccounts();
  EXPECT_EQ(seen, 3);
  reader().Unlisten(token);
  script_.Post("t1", {LedgerScript::Posting("alice", "bob", 150)});
  ASSERT_TRUE(script_.Commit().ok());
  EXPECT_EQ(seen, 3);
}

TEST_F(StoreTest, CutsCommitGroupsBetweenCommands) {
  options_.commit_group_bytes = 200;
  Open();
  OpenTwoAccounts();
  for (int i = 0; i < 50; ++i)
    script_.Post("t" + std::to_string(i), {LedgerScript::Posting("alice", "bob", 150)});
  ASSERT_TRUE(script_.Commit().ok());
  const auto commit_groups = reader().ReadCommitGroups(4, 1000, 1 << 20);
  ASSERT_TRUE(commit_groups.ok());
  EXPECT_GT(commit_groups->size(), 5u);
  for (std::size_t i = 0; i < commit_groups->size(); ++i) {
    EXPECT_EQ((*commit_groups)[i]->first_position % 3, 1)
        << "a commit group begins inside a command";
    if (i == 0) continue;
    EXPECT_EQ((*commit_groups)[i]->previous_hash, (*commit_groups)[i - 1]->hash);
  }
}

TEST_F(StoreTest, LookUpsInMemorySayWhenTheyDoNotKnow) {
  OpenTwoAccounts();
  // Many, so that this one shares no block with what opening reads.
  for (int i = 1000; i < 3000; ++i) {
    script_.Post("t" + std::to_string(i), {LedgerScript::Posting("alice", "bob", 150)});
  }
  ASSERT_TRUE(script_.Commit().ok());
  ASSERT_TRUE(store_->Checkpoint().ok());
  Open();
  const auto unknown = reader().FindTransaction("t2000", Tier::kMemory);
  ASSERT_TRUE(unknown.ok());
  EXPECT_FALSE(unknown->complete);
  EXPECT_TRUE(reader().FindTransaction("t2000", Tier::kDisk)->value.has_value());
  const auto known = reader().FindTransaction("t2000", Tier::kMemory);
  ASSERT_TRUE(known.ok());
  EXPECT_TRUE(known->complete);
  EXPECT_EQ(known->value->create_position, 3 + 3 * 1001);
  // The filter alone says no, without a read.
  EXPECT_TRUE(reader().FindTransaction("unheard-of", Tier::kMemory)->complete);
}

// Bug: the writer kept each id that a command named in vain, and forgot accounts in use for it.
TEST_F(StoreTest, TheWriterKeepsNoAccountThatDoesNotExist) {
  OpenTwoAccounts();
  Writer& writer = store_->writer();
  EXPECT_FALSE((*writer.AppendedHead("nobody"))->Exists());
  WriterAccountPtr nobody;
  writer.Prefetch("nobody", &nobody);
  EXPECT_EQ(nobody, nullptr);
  WriterAccountPtr alice;
  writer.Prefetch("alice", &alice);
  EXPECT_NE(alice, nullptr);
  // It may be opened all the same.
  script_.Open("nobody", "a");
  EXPECT_TRUE((*writer.AppendedHead("nobody"))->Exists());
  ASSERT_TRUE(script_.Commit().ok());
  EXPECT_EQ((*reader().GetHead("nobody", Tier::kDisk)->value).state->version, 1);
}

TEST_F(StoreTest, TransactionsFollowTheirStream) {
  OpenTwoAccounts();
  script_.Hold("h1", {LedgerScript::Posting("alice", "bob", 150)}, 0);
  script_.Settle("h1", {100}, "r1");
  script_.Reverse("v1", "h1");
  ASSERT_TRUE(script_.Commit().ok());
  const auto transaction = reader().GetTransaction("h1");
  ASSERT_TRUE(transaction.ok());
  const domain::Transaction& hold = ***transaction;
  EXPECT_EQ(hold.version, 3);
  EXPECT_EQ(hold.create_position, 6);
  EXPECT_EQ(hold.end_position, 13);
  EXPECT_EQ(hold.position, 17);
  EXPECT_EQ(hold.reversed_by_transaction_id, "v1");
  EXPECT_THAT(*reader().StreamPositions("transaction/h1", 1, 10), ElementsAre(6, 13, 17));
  EXPECT_THAT(*reader().StreamPositions("transaction/v1", 1, 10), ElementsAre(16));
  EXPECT_THAT(*reader().StreamPositions("alice", 2, 4), ElementsAre(4, 7, 8));
  EXPECT_EQ(*reader().StreamVersion("transaction/h1"), 3);
  EXPECT_EQ(*reader().StreamVersion("asset/INR"), 1);
  EXPECT_EQ(*reader().FindRequest(false, "h1", "r1", Tier::kDisk)->value, 13);
}

// Which accounts a hold touches has to be known before it can be read.
TEST_F(StoreTest, OpenHoldsSayWhichAccountsTheyTouch) {
  OpenTwoAccounts();
  script_.Hold("h1", {LedgerScript::Posting("alice", "bob", 150)}, 9'000);
  ASSERT_TRUE(script_.Commit().ok());
  Open();
  const auto holds = reader().OpenHolds();
  ASSERT_TRUE(holds.ok());
  ASSERT_EQ(holds->size(), 1u);
  EXPECT_EQ(holds->front().transaction_id, "h1");
  EXPECT_THAT(holds->front().accounts, UnorderedElementsAre(MarkOf("alice"), MarkOf("bob")));
}

TEST(AccountMarkTest, StaysTheSameInEveryProcess) {
  EXPECT_EQ(MarkOf("alice"), 0x352b13bcu);
  std::string bytes;
  PutMarks(&bytes, {1, 0xfffefdfcu});
  EXPECT_EQ(bytes, std::string("\x01\0\0\0\xfc\xfd\xfe\xff", 8));
  EXPECT_THAT(*ReadMarks(bytes), ElementsAre(1u, 0xfffefdfcu));
  EXPECT_EQ(ReadMarks(bytes.substr(1)), std::nullopt);
}

}  // namespace
}  // namespace florin::storage
