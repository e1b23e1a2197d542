#pragma once

#include <google/protobuf/util/time_util.h>
#include <gtest/gtest.h>

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "clients/cpp/group_consumer.h"
#include "tests/clients/fake_groups.h"

namespace florin::client {

inline ClientOptions Impatient() {
  ClientOptions options;
  options.retry.initial_backoff = std::chrono::milliseconds(1);
  options.retry.max_backoff = std::chrono::milliseconds(5);
  return options;
}

/// What handlers did, and whether two were ever at one stream.
class Diary {
 public:
  void Enter(const v1::Event& event) {
    const std::scoped_lock lock(mutex_);
    EXPECT_TRUE(busy_.insert(event.stream()).second) << "two at " << event.stream();
  }
  void Leave(const v1::Event& event) {
    const std::scoped_lock lock(mutex_);
    busy_.erase(event.stream());
    seen_[event.stream()].push_back(event.position());
  }
  [[nodiscard]] std::map<std::string, std::vector<std::int64_t>> seen() const {
    const std::scoped_lock lock(mutex_);
    return seen_;
  }

 private:
  mutable std::mutex mutex_;
  std::set<std::string> busy_;
  std::map<std::string, std::vector<std::int64_t>> seen_;
};

/// Handlers stop here until it is opened.
class Gate {
 public:
  void Pass() {
    std::unique_lock lock(mutex_);
    ++waiting_;
    changed_.notify_all();
    changed_.wait(lock, [this] { return open_; });
  }
  void AwaitWaiting(int count) {
    std::unique_lock lock(mutex_);
    EXPECT_TRUE(
        changed_.wait_for(lock, std::chrono::seconds(20), [&] { return waiting_ >= count; }));
  }
  void Open() {
    const std::scoped_lock lock(mutex_);
    open_ = true;
    changed_.notify_all();
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  int waiting_ = 0;
  bool open_ = false;
};

class GroupConsumerTest : public testing::Test {
 protected:
  GroupConsumerOptions Options() {
    GroupConsumerOptions options;
    options.group_id = "g";
    options.member_name = "m";
    return options;
  }

  void SetAckTimeout(std::chrono::milliseconds timeout) {
    const std::scoped_lock lock(groups_.mutex);
    *groups_.group.mutable_settings()->mutable_ack_timeout() =
        google::protobuf::util::TimeUtil::MillisecondsToDuration(timeout.count());
  }

  // Calls `holds` with the group locked.
  bool Eventually(const std::function<bool()>& holds) {
    const auto limit = std::chrono::steady_clock::now() + std::chrono::seconds(10);
    while (std::chrono::steady_clock::now() < limit) {
      {
        const std::scoped_lock lock(groups_.mutex);
        if (holds()) {
          return true;
        }
      }
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
    return false;
  }

  FakeGroups groups_;
  const FakeServer server_{{&groups_}};
  const std::unique_ptr<Client> client_ = Client::Connect(server_.target(), Impatient());
};

}  // namespace florin::client
