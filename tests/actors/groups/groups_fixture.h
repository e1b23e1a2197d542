#pragma once

#include <gtest/gtest.h>

#include <chrono>
#include <condition_variable>
#include <future>
#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "actors/groups/groups_core.h"
#include "actors/ledger.h"
#include "storage/store.h"
#include "tests/actors/groups/scripted_log.h"
#include "tests/support/temporary_directory.h"

namespace florin::actors {

constexpr std::chrono::seconds kPatience(30);

/// A member that acknowledges nothing by itself.
class Inbox final : public MemberSink {
 public:
  void Write(DeliveryBatch batch) override {
    std::shared_ptr<GroupMembership> membership;
    {
      const std::lock_guard lock(mutex_);
      for (Delivery& delivery : batch.deliveries) deliveries_.push_back(std::move(delivery));
      for (AcknowledgeRefusal& refusal : batch.refusals) refusals_.push_back(std::move(refusal));
      durable_ = batch.durable_acknowledge_count;
      membership = membership_;
      changed_.notify_all();
      if (membership == nullptr) ++writes_open_;
    }
    if (membership != nullptr) membership->WriteDone();
  }
  void End(const domain::Refusal& refusal) override {
    const std::lock_guard lock(mutex_);
    ended_ = refusal.reason;
    changed_.notify_all();
  }
  void Joined(const std::shared_ptr<GroupMembership>& membership) {
    int open = 0;
    {
      const std::lock_guard lock(mutex_);
      membership_ = membership;
      open = std::exchange(writes_open_, 0);
    }
    for (; open > 0; --open) membership->WriteDone();
  }
  /// The next one; without a delivery_id if none comes.
  Delivery Next() {
    std::unique_lock lock(mutex_);
    if (!changed_.wait_for(lock, kPatience, [this] { return taken_ < deliveries_.size(); }))
      return {};
    return deliveries_[taken_++];
  }
  bool AwaitDurable(std::int64_t count) {
    std::unique_lock lock(mutex_);
    return changed_.wait_for(lock, kPatience, [this, count] { return durable_ >= count; });
  }
  domain::Reason AwaitEnd() {
    std::unique_lock lock(mutex_);
    changed_.wait_for(lock, kPatience, [this] { return ended_ != domain::Reason::kNone; });
    return ended_;
  }
  domain::Reason AwaitRefusal() {
    std::unique_lock lock(mutex_);
    changed_.wait_for(lock, kPatience, [this] { return !refusals_.empty(); });
    return refusals_.empty() ? domain::Reason::kNone : refusals_[0].refusal.reason;
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  // Guarded by mutex_.
  std::shared_ptr<GroupMembership> membership_;
  std::vector<Delivery> deliveries_;
  std::size_t taken_ = 0;
  std::vector<AcknowledgeRefusal> refusals_;
  std::int64_t durable_ = 0;
  int writes_open_ = 0;
  domain::Reason ended_ = domain::Reason::kNone;
};

inline StartFinder From(std::int64_t after) {
  return [after](const FoundStart& found) { found(after); };
}

/// Of a start that is not in the log.
inline StartFinder Nowhere() {
  return [](const FoundStart& found) {
    found(domain::Refusal{domain::Reason::kPositionBeyondHead, "the log is shorter", {}});
  };
}

/// Groups with the ledger's real actor system, a log in memory, a store on disk unless `memory_`
/// is set, and real time.
class GroupsTest : public ::testing::Test {
 protected:
  GroupsTest() { Start(); }
  ~GroupsTest() override { Stop(); }

  void Start() {
    storage::StoreOptions store_options;
    store_options.directory = directory_.path();
    auto store = storage::Store::Open(store_options);
    ASSERT_TRUE(store.ok()) << store.refusal().message;
    store_ = std::move(*store);
    ledger_ = Ledger::Start(store_.get(), {});
    storage::GroupStore* group_store = memory_ ? memory_.get() : &store_->groups();
    auto groups = Groups::Start(ledger_.get(), group_store, &log_, options_);
    ASSERT_TRUE(groups.ok()) << groups.refusal().message;
    groups_ = std::move(*groups);
  }
  void Stop() {
    if (groups_ != nullptr) groups_->Stop();
    groups_.reset();
    if (ledger_ != nullptr) ledger_->Stop();
    ledger_.reset();
    store_.reset();
  }

  /// Waits for what `call` hands to its callback.
  template <typename T, typename Call>
  domain::Result<T> Await(const Call& call) {
    auto promise = std::make_shared<std::promise<domain::Result<T>>>();
    auto future = promise->get_future();
    call([promise](domain::Result<T> result) { promise->set_value(std::move(result)); });
    if (future.wait_for(kPatience) != std::future_status::ready)
      return domain::Refusal{domain::Reason::kNone, "no answer", {}};
    return future.get();
  }
  domain::Result<GroupView> Create(const std::string& id,
                                   const domain::GroupSettings& settings = {}) {
    return Await<GroupView>([&](auto done) { groups_->Create(id, settings, From(0), "op", done); });
  }
  domain::Result<GroupView> Get(const std::string& id) {
    return Await<GroupView>([&](auto done) { groups_->Get(id, done); });
  }
  domain::Status Delete(const std::string& id) {
    return Await<domain::Ok>([&](auto done) { groups_->Delete(id, "op", done); });
  }
  std::vector<std::string> List(const std::string& after, std::size_t limit) {
    auto views =
        Await<std::vector<GroupView>>([&](auto done) { groups_->List(after, limit, done); });
    std::vector<std::string> ids;
    for (const GroupView& view : *views) ids.push_back(view.group_id);
    return ids;
  }
  std::shared_ptr<GroupMembership> Join(const std::string& id, const std::string& name,
                                        const std::shared_ptr<Inbox>& inbox,
                                        bool take_over = false) {
    JoinRequest request;
    request.member_name = name;
    request.principal = "who";
    request.take_over = take_over;
    auto joined = Await<std::shared_ptr<GroupMembership>>(
        [&](auto done) { groups_->Join(id, request, inbox, done); });
    if (!joined.ok()) {
      refused_ = joined.refusal().reason;
      return nullptr;
    }
    inbox->Joined(*joined);
    return *joined;
  }
  void Leave(const std::shared_ptr<GroupMembership>& membership) {
    std::promise<void> left;
    membership->Leave({}, [&left] { left.set_value(); });
    ASSERT_EQ(left.get_future().wait_for(kPatience), std::future_status::ready);
  }

  test_support::TemporaryDirectory directory_;
  std::shared_ptr<storage::MemoryGroupStore> memory_;
  ScriptedLog log_;
  GroupsOptions options_;
  std::unique_ptr<storage::Store> store_;
  std::unique_ptr<Ledger> ledger_;
  std::unique_ptr<Groups> groups_;
  domain::Reason refused_ = domain::Reason::kNone;
};

}  // namespace florin::actors
