// Goal: committer, publisher and readers work at once, and no reader sees half
// of a published batch, an older state than one that was reported, or an older
// state than it saw before. Method: transfers between accounts that are always
// equal in sum; readers check the sums as of what is visible.

#include <gtest/gtest.h>

#include <atomic>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <random>
#include <thread>

#include "storage/books/embedded_store.h"
#include "tests/storage/books/ledger_script.h"
#include "tests/storage/fault_file_system.h"
#include "tests/support/temporary_directory.h"

namespace florin::storage {
namespace {

using testing::LedgerScript;

constexpr int kAccounts = 20;
constexpr int kBatches = 60;
constexpr int kTransfersPerBatch = 30;

std::string AccountOf(std::uint64_t number) {
  return "account:" + std::to_string(number % kAccounts);
}

/// Hands batches from the committer to the publisher.
class Handover {
 public:
  void Push(CommittedBatchPtr batch) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return batches_.size() < 4; });
    batches_.push_back(std::move(batch));
    changed_.notify_all();
  }
  void Close() {
    const std::lock_guard lock(mutex_);
    closed_ = true;
    changed_.notify_all();
  }
  CommittedBatchPtr Pop() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return closed_ || !batches_.empty(); });
    if (batches_.empty()) return nullptr;
    CommittedBatchPtr batch = std::move(batches_.front());
    batches_.pop_front();
    changed_.notify_all();
    return batch;
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<CommittedBatchPtr> batches_;
  bool closed_ = false;
};

/// Checks until told to stop.
void ReadAlong(Reader* reader, const std::atomic<bool>* done, std::uint64_t seed) {
  std::mt19937_64 random(seed);
  std::map<std::string, std::int64_t> versions;
  while (!done->load()) {
    const JournalHead head = reader->VisibleHead();
    const auto lines = reader->TrialBalance("", "", head.position);
    ASSERT_TRUE(lines.ok()) << lines.refusal().message;
    for (const TrialBalanceLine& line : *lines) {
      EXPECT_TRUE(line.totals.debits_posted == line.totals.credits_posted)
          << "at position " << head.position;
    }
    const std::string account_id = AccountOf(random());
    const auto before = reader->BalanceAtPosition(account_id, head.position);
    const auto state = reader->GetHead(account_id, Tier::kDisk);
    ASSERT_TRUE(before.ok() && state.ok());
    const std::int64_t version = state->value->state->version;
    const domain::Balances& balances = state->value->state->balances;
    if (version > 0) {
      EXPECT_TRUE(balances.debits_posted + balances.credits_posted == 5 * (version - 1))
          << "figures of two states";
    }
    const std::int64_t reported = before->has_value() ? (*before)->version : 0;
    EXPECT_GE(version, reported) << "older than what was reported";
    EXPECT_GE(version, versions[account_id]) << "older than what was seen";
    versions[account_id] = version;
    const auto commit_groups =
        reader->RecentCommitGroups(std::max<std::int64_t>(head.position - 50, 0), 100);
    const std::int64_t reached = commit_groups && !commit_groups->empty()
                                     ? commit_groups->back()->last_position
                                     : head.position;
    EXPECT_GE(reached, head.position);
  }
}

TEST(StoreThreadsTest, ReadersSeeWholeBatchesAndNeverGoBack) {
  const test_support::TemporaryDirectory directory;
  StoreOptions options;
  options.file_system = std::make_shared<testing::FaultFileSystem>(1);
  options.directory = directory.path() + "/data";
  options.history_interval = 8;
  // Fewer than there are accounts a shard, so that heads come and go.
  options.head_cache_accounts = 16;
  options.commit_group_bytes = 2'000;
  options.checkpoint_commands = 200;
  auto opened = EmbeddedStore::Open(options);
  ASSERT_TRUE(opened.ok()) << opened.refusal().message;
  EmbeddedStore& store = **opened;

  Handover handover;
  std::atomic<bool> done = false;
  std::thread publisher([&] {
    while (CommittedBatchPtr batch = handover.Pop()) store.writer().Publish(std::move(batch));
  });
  std::vector<std::thread> readers;
  for (std::uint64_t seed = 1; seed <= 2; ++seed)
    readers.emplace_back(ReadAlong, &store.reader(), &done, seed);

  LedgerScript script(&store.writer());
  std::mt19937_64 random(7);
  script.RegisterAsset("INR");
  for (int i = 0; i < kAccounts; ++i)
    script.Open(AccountOf(static_cast<std::uint64_t>(i)), "owner");
  for (int batch = 0; batch < kBatches; ++batch) {
    for (int i = 0; i < kTransfersPerBatch; ++i) {
      const std::uint64_t debit = random();
      script.Advance(1);
      script.Post("t-" + std::to_string(batch) + "-" + std::to_string(i),
                  {LedgerScript::Posting(AccountOf(debit),
                                         AccountOf(debit + 1 + random() % (kAccounts - 1)), 5)});
    }
    auto committed = script.CommitOnly();
    ASSERT_TRUE(committed.ok()) << committed.refusal().message;
    handover.Push(std::move(committed.value()));
  }
  handover.Close();
  publisher.join();
  done = true;
  for (std::thread& reader : readers) reader.join();
  EXPECT_EQ(store.reader().VisibleHead().position, script.position());
  ASSERT_TRUE(store.Checkpoint().ok());
}

}  // namespace
}  // namespace florin::storage
