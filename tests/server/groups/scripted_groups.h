#pragma once

#include <atomic>
#include <condition_variable>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "actors/groups.h"

namespace florin::server {

/// A member as its group sees it; the test is the group.
class ScriptedMember final : public actors::GroupMembership {
 public:
  explicit ScriptedMember(std::shared_ptr<actors::MemberSink> sink) : sink_(std::move(sink)) {}

  [[nodiscard]] actors::MemberSink& sink() { return *sink_; }

  /// The next Acknowledge, waited for.
  actors::AcknowledgeRequest TakeAcknowledge() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return !acknowledged_.empty(); });
    auto taken = std::move(acknowledged_.front());
    acknowledged_.pop_front();
    return taken;
  }
  void WaitForWritten(int batches) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return written_ >= batches; });
  }
  void WaitForWrittenOrLeave(int batches) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return written_ >= batches || left_; });
  }
  void WaitForLeave() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return left_; });
  }
  [[nodiscard]] bool left() {
    const std::lock_guard lock(mutex_);
    return left_;
  }
  [[nodiscard]] std::vector<std::string> unsent() {
    const std::lock_guard lock(mutex_);
    return unsent_;
  }
  /// What Leave's caller waits for; by itself unless `held`.
  void set_leave_held(bool held) { leave_held_ = held; }
  void ReleaseLeave() { leave_done_(); }

  void Acknowledge(actors::AcknowledgeRequest request) override {
    const std::lock_guard lock(mutex_);
    acknowledged_.push_back(std::move(request));
    changed_.notify_all();
  }
  void WriteDone() override {
    const std::lock_guard lock(mutex_);
    ++written_;
    changed_.notify_all();
  }
  void Leave(std::vector<std::string> unsent, std::function<void()> done) override {
    {
      const std::lock_guard lock(mutex_);
      unsent_ = std::move(unsent);
      left_ = true;
      if (leave_held_) leave_done_ = done;
      changed_.notify_all();
    }
    if (!leave_held_) done();
  }

 private:
  const std::shared_ptr<actors::MemberSink> sink_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<actors::AcknowledgeRequest> acknowledged_;
  int written_ = 0;
  bool left_ = false;
  std::vector<std::string> unsent_;
  std::atomic<bool> leave_held_{false};
  std::function<void()> leave_done_;
};

/// Groups whose answers the test gives. What was asked last is kept.
/// Threads: any; what was asked is read after the call was answered.
class ScriptedGroups final : public actors::Groups {
 public:
  /// Answers every call but Join; unset: OK.
  std::optional<domain::Refusal> refusal;
  /// Answers Join.
  std::optional<domain::Refusal> join_refusal;
  actors::GroupView view;
  std::vector<actors::GroupView> groups;
  std::vector<actors::ParkedEventView> parked;
  std::vector<actors::GroupActionView> actions;

  // As asked last.
  std::string group_id;
  domain::GroupSettings settings;
  std::int64_t after = -1;
  std::string reason;
  bool discard_parked = false;
  actors::ParkedSelection selection;
  actors::JoinRequest joined;

  /// The next member to have joined, waited for.
  std::shared_ptr<ScriptedMember> TakeMember() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return !members_.empty(); });
    auto taken = members_.front();
    members_.pop_front();
    return taken;
  }
  [[nodiscard]] int ended() const { return ended_; }

  void Create(std::string id, domain::GroupSettings with, actors::StartFinder start,
              std::string /*who*/, GroupDone done) override {
    Note(std::move(id), after);
    settings = std::move(with);
    AnswerFrom(start, done);
  }
  void Update(std::string id, domain::GroupSettings with, std::string /*who*/,
              GroupDone done) override {
    Note(std::move(id), after);
    settings = std::move(with);
    Answer(done, view);
  }
  void Delete(std::string id, std::string /*who*/,
              std::function<void(domain::Status)> done) override {
    Note(std::move(id), after);
    Answer(done, domain::Ok{});
  }
  void Get(std::string id, GroupDone done) override {
    Note(std::move(id), after);
    Answer(done, view);
  }
  void List(std::string after_id, std::size_t limit, ListDone<actors::GroupView> done) override {
    Answer(done, After(groups, limit, [&](const auto& one) { return one.group_id > after_id; }));
  }
  void Reset(std::string id, actors::StartFinder start, std::string why, bool discard,
             std::string /*who*/, GroupDone done) override {
    Note(std::move(id), after);
    reason = std::move(why);
    discard_parked = discard;
    AnswerFrom(start, done);
  }
  void ListParked(std::string id, std::int64_t after_position, std::size_t limit,
                  ListDone<actors::ParkedEventView> done) override {
    Note(std::move(id), after);
    Answer(done,
           After(parked, limit, [&](const auto& one) { return one.position > after_position; }));
  }
  void Replay(std::string id, actors::ParkedSelection which, std::string why, std::string /*who*/,
              CountDone done) override {
    Note(std::move(id), after);
    selection = std::move(which);
    reason = std::move(why);
    Answer(done, std::int64_t{3});
  }
  void Discard(std::string id, actors::ParkedSelection which, std::string why, std::string who,
               CountDone done) override {
    Replay(std::move(id), std::move(which), std::move(why), std::move(who), std::move(done));
  }
  void ListActions(std::string id, std::int64_t after_number, std::size_t limit,
                   ListDone<actors::GroupActionView> done) override {
    Note(std::move(id), after);
    Answer(done, After(actions, limit, [&](const auto& one) { return one.number > after_number; }));
  }
  void Join(
      std::string id, actors::JoinRequest request, std::shared_ptr<actors::MemberSink> sink,
      std::function<void(domain::Result<std::shared_ptr<actors::GroupMembership>>)> done) override {
    Note(std::move(id), after);
    joined = std::move(request);
    if (join_refusal) {
      done(*join_refusal);
      return;
    }
    const auto member = std::make_shared<ScriptedMember>(std::move(sink));
    done(std::shared_ptr<actors::GroupMembership>(member));
    const std::lock_guard lock(mutex_);
    members_.push_back(member);
    changed_.notify_all();
  }

  [[nodiscard]] actors::GroupsStats Stats() const override { return {}; }
  void EndAll() override { ++ended_; }
  void Stop() override {}

 private:
  void Note(std::string id, std::int64_t from) {
    group_id = std::move(id);
    after = from;
  }
  template <typename Done, typename Value>
  void Answer(const Done& done, Value value) {
    if (refusal) {
      done(*refusal);
    } else {
      done(std::move(value));
    }
  }
  /// A refusal of the groups' comes first: the start is not looked for.
  void AnswerFrom(const actors::StartFinder& start, const GroupDone& done) {
    if (refusal) return Answer(done, view);
    start([this, done](const domain::Result<std::int64_t>& found) {
      if (!found.ok()) return done(found.refusal());
      after = *found;
      Answer(done, view);
    });
  }
  template <typename View, typename IsAfter>
  static std::vector<View> After(const std::vector<View>& all, std::size_t limit,
                                 IsAfter is_after) {
    std::vector<View> found;
    for (const View& one : all) {
      if (is_after(one) && found.size() < limit) found.push_back(one);
    }
    return found;
  }

  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<std::shared_ptr<ScriptedMember>> members_;
  std::atomic<int> ended_{0};
};

}  // namespace florin::server
