#include "tests/support/group_team.h"

#include <chrono>
#include <utility>

namespace florin::test_support {
namespace {

using std::chrono::milliseconds;

std::string NameOf(int index) { return "m" + std::to_string(index); }

}  // namespace

GroupTeam::GroupTeam(std::string group_id, int members, std::uint64_t seed, GroupRecord* record)
    : group_id_(std::move(group_id)), record_(record) {
  for (int i = 0; i < members; ++i) {
    threads_.emplace_back([this, i, seed] { Work(i, seed + static_cast<std::uint64_t>(i)); });
  }
}

void GroupTeam::Use(std::shared_ptr<grpc::Channel> channel) {
  const std::lock_guard lock(mutex_);
  channel_ = std::move(channel);
}

std::shared_ptr<grpc::Channel> GroupTeam::channel() const {
  const std::lock_guard lock(mutex_);
  return channel_;
}

void GroupTeam::Stop() {
  stopping_ = true;
  for (std::thread& thread : std::exchange(threads_, {})) thread.join();
}

void GroupTeam::Work(int index, std::uint64_t seed) {
  RandomSource random(seed);
  while (!stopping_) {
    const auto channel = this->channel();
    if (channel == nullptr) {
      std::this_thread::sleep_for(milliseconds(2));
      continue;
    }
    v1::JoinGroup join = GroupMember::JoinOf(group_id_, NameOf(index));
    // The server may not have noticed that the last connection broke off.
    join.set_take_over(true);
    join.set_max_in_flight(static_cast<int>(random.Between(0, 20)));
    GroupMember member(channel, join);
    Session session{&member, &random, {}, {}, {}, 0};
    Serve(&session, random.Between(1, 40));
    if (random.Percent(50)) {
      Flush(&session);
      member.Leave();
      NoteDurable(&session);
    } else {
      member.Crash();
    }
  }
}

void GroupTeam::Serve(Session* session, std::int64_t responses) {
  while (!stopping_ && responses > 0) {
    const auto delivered = session->member->NextOrCaughtUp();
    NoteDurable(session);
    if (delivered) {
      Answer(session, *delivered);
    } else {
      // Nothing now, or the stream has ended.
      Flush(session);
      --responses;
      if (!session->member->Read()) return;
    }
    if (session->random->Percent(20)) {
      Flush(session);
      --responses;
    }
  }
}

void GroupTeam::Answer(Session* session, const v1::DeliveredEvent& delivered) {
  record_->Delivered(delivered.event());
  const std::string& id = delivered.delivery_id();
  const auto nack = [&](v1::NackAction action) {
    v1::Nack* const one = session->next.add_nacks();
    one->set_delivery_id(id);
    one->set_action(action);
    one->set_reason("random");
  };
  switch (session->random->Weighted({84, 6, 3, 2, 2, 3})) {
    case 0:
      Done(session, delivered);
      session->next.add_delivery_ids(id);
      break;
    case 1:
      nack(v1::NACK_ACTION_RETRY);
      break;
    case 2:
      nack(v1::NACK_ACTION_PARK);
      break;
    case 3:
      Done(session, delivered);
      nack(v1::NACK_ACTION_SKIP);
      break;
    case 4:
      session->next.add_extend_delivery_ids(id);
      break;
    default:
      break;  // forgotten
  }
}

void GroupTeam::Done(Session* session, const v1::DeliveredEvent& delivered) {
  const GroupRecord::Key key = GroupRecord::KeyOf(delivered.event());
  record_->Done(key);
  session->next_sent.done.emplace_back(delivered.delivery_id(), key);
}

void GroupTeam::Flush(Session* session) {
  const v1::Acknowledge next = std::exchange(session->next, {});
  session->sent.push_back(std::exchange(session->next_sent, {}));
  session->member->Send(next);
}

void GroupTeam::NoteDurable(Session* session) {
  const auto& refusals = session->member->refusals();
  const auto durable = static_cast<std::size_t>(session->member->durable());
  for (; session->durable < durable; ++session->durable) {
    for (const auto& [id, key] : session->sent[session->durable].done) {
      if (!refusals.contains(id)) record_->Durable(key);
    }
  }
}

bool GroupTeam::Drain(const std::shared_ptr<grpc::Channel>& channel) {
  const auto groups = v1::GroupService::NewStub(channel);
  const auto limit = std::chrono::steady_clock::now() + std::chrono::seconds(50);
  RandomSource random(1);
  GroupMember member(channel, group_id_, "last");
  Session session{&member, &random, {}, {}, {}, 0};
  while (std::chrono::steady_clock::now() < limit) {
    if (const auto delivered = member.NextOrCaughtUp()) {
      record_->Delivered(delivered->event());
      Done(&session, *delivered);
      session.next.add_delivery_ids(delivered->delivery_id());
      Flush(&session);
      continue;
    }
    v1::GetGroupRequest get;
    get.set_group_id(group_id_);
    v1::GetGroupResponse got;
    grpc::ClientContext get_context;
    if (!groups->GetGroup(&get_context, get, &got).ok()) return false;
    const v1::Group& group = got.group();
    if (group.parked_count() == 0 && group.waiting_count() == 0 && group.lag_count() == 0 &&
        !group.has_oldest_unacked_time()) {
      return true;
    }
    v1::ReplayParkedEventsRequest replay;
    replay.set_group_id(group_id_);
    replay.set_all(true);
    v1::ReplayParkedEventsResponse replayed;
    grpc::ClientContext replay_context;
    if (!groups->ReplayParkedEvents(&replay_context, replay, &replayed).ok()) return false;
    if (!member.Read()) return false;
  }
  return false;
}

}  // namespace florin::test_support
