#pragma once

#include <chrono>
#include <condition_variable>
#include <deque>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "florin/v1/group_service.grpc.pb.h"
#include "tests/clients/fake_server.h"

namespace florin::client {

/// One consumer group, "g", in memory: one event of a stream at a time, retries
/// at once, no timeouts. Enough to see what a member does.
class FakeGroups final
    : public v1::GroupService::WithCallbackMethod_ConsumeGroup<v1::GroupService::Service> {
 public:
  FakeGroups() {
    group.set_group_id("g");
    group.mutable_settings()->mutable_ack_timeout()->set_seconds(30);
  }

  /// Events 1 to `count`, on `streams` streams in turn.
  void Fill(int count, int streams) {
    const std::scoped_lock lock(mutex);
    for (int i = 0; i < count; ++i) {
      Waiting waiting;
      waiting.event.set_position(++head);
      waiting.event.set_event_id(std::to_string(head));
      waiting.event.set_type("account.opened");
      waiting.event.set_stream("s" + std::to_string(i % streams));
      waiting_[waiting.event.stream()].push_back(waiting);
    }
    Pump();
  }

  /// Ends every connection that is open with `status`.
  void Break(const grpc::Status& status) {
    const std::scoped_lock lock(mutex);
    for (Member* member : members_) {
      Release(member);
      member->End(status);
    }
  }

  /// True: within the limit everything was acknowledged, skipped or parked.
  bool AwaitEmpty(std::chrono::seconds limit = std::chrono::seconds(20)) {
    std::unique_lock lock(mutex);
    return changed_.wait_for(lock, limit, [this] { return Left() == 0; });
  }

  grpc::Status GetGroup(grpc::ServerContext* /*context*/, const v1::GetGroupRequest* request,
                        v1::GetGroupResponse* response) override {
    const std::scoped_lock lock(mutex);
    if (request->group_id() != group.group_id()) {
      return NotFound(request->group_id());
    }
    *response->mutable_group() = group;
    return grpc::Status::OK;
  }

  grpc::Status CreateGroup(grpc::ServerContext* /*context*/, const v1::CreateGroupRequest* request,
                           v1::CreateGroupResponse* response) override {
    const std::scoped_lock lock(mutex);
    last_create = *request;
    *response->mutable_group() = group;
    return grpc::Status::OK;
  }

  grpc::Status UpdateGroup(grpc::ServerContext* /*context*/, const v1::UpdateGroupRequest* request,
                           v1::UpdateGroupResponse* response) override {
    const std::scoped_lock lock(mutex);
    *group.mutable_settings() = request->settings();
    *response->mutable_group() = group;
    return grpc::Status::OK;
  }

  grpc::Status DeleteGroup(grpc::ServerContext* /*context*/, const v1::DeleteGroupRequest* request,
                           v1::DeleteGroupResponse* /*response*/) override {
    return request->group_id() == "g" ? grpc::Status::OK : NotFound(request->group_id());
  }

  grpc::Status ListGroups(grpc::ServerContext* /*context*/,
                          const v1::ListGroupsRequest* /*request*/,
                          v1::ListGroupsResponse* response) override {
    const std::scoped_lock lock(mutex);
    *response->add_groups() = group;
    return grpc::Status::OK;
  }

  grpc::Status ListParkedEvents(grpc::ServerContext* /*context*/,
                                const v1::ListParkedEventsRequest* /*request*/,
                                v1::ListParkedEventsResponse* response) override {
    const std::scoped_lock lock(mutex);
    *response = parked_events;
    return grpc::Status::OK;
  }

  grpc::Status ReplayParkedEvents(grpc::ServerContext* /*context*/,
                                  const v1::ReplayParkedEventsRequest* request,
                                  v1::ReplayParkedEventsResponse* response) override {
    const std::scoped_lock lock(mutex);
    last_replay = *request;
    response->set_replayed_count(request->event_ids_size());
    return grpc::Status::OK;
  }

  grpc::Status DiscardParkedEvents(grpc::ServerContext* /*context*/,
                                   const v1::DiscardParkedEventsRequest* request,
                                   v1::DiscardParkedEventsResponse* response) override {
    const std::scoped_lock lock(mutex);
    last_discard = *request;
    response->set_discarded_count(request->event_ids_size());
    return grpc::Status::OK;
  }

  grpc::Status ResetGroup(grpc::ServerContext* /*context*/, const v1::ResetGroupRequest* request,
                          v1::ResetGroupResponse* response) override {
    const std::scoped_lock lock(mutex);
    last_reset = *request;
    if (group.parked_count() > 0 && !request->discard_parked()) {
      return LedgerStatus(grpc::StatusCode::FAILED_PRECONDITION, "PARKED_EVENTS_LEFT",
                          "group g has parked events", {{"parked_count", "2"}});
    }
    *response->mutable_group() = group;
    return grpc::Status::OK;
  }

  grpc::Status ListGroupActions(grpc::ServerContext* /*context*/,
                                const v1::ListGroupActionsRequest* /*request*/,
                                v1::ListGroupActionsResponse* response) override {
    const std::scoped_lock lock(mutex);
    *response = actions;
    return grpc::Status::OK;
  }

  grpc::ServerBidiReactor<v1::ConsumeGroupRequest, v1::ConsumeGroupResponse>* ConsumeGroup(
      grpc::CallbackServerContext* /*context*/) override {
    return new Member(*this);
  }

  std::mutex mutex;
  v1::Group group;
  std::int64_t head = 0;
  std::optional<grpc::Status> refuse_join;
  std::vector<v1::JoinGroup> joins;
  std::vector<std::int64_t> done;  // positions, in order of acknowledgement
  std::vector<v1::Nack> nacks;
  std::vector<std::int64_t> parked;
  std::vector<std::string> extended;
  int acknowledge_messages = 0;
  int deliveries = 0;
  v1::CreateGroupRequest last_create;
  v1::ReplayParkedEventsRequest last_replay;
  v1::DiscardParkedEventsRequest last_discard;
  v1::ResetGroupRequest last_reset;
  v1::ListParkedEventsResponse parked_events;
  v1::ListGroupActionsResponse actions;

 private:
  struct Waiting {
    v1::Event event;
    int attempt = 1;
  };

  // One connection. What is not said otherwise is guarded by the group's mutex.
  class Member final
      : public grpc::ServerBidiReactor<v1::ConsumeGroupRequest, v1::ConsumeGroupResponse> {
   public:
    explicit Member(FakeGroups& groups) : groups_(groups) { StartRead(&request_); }

    void OnReadDone(bool ok) override {
      const std::scoped_lock lock(groups_.mutex);
      if (!ok) {
        left_ = true;
        groups_.Release(this);
      } else if (request_.has_join()) {
        groups_.joins.push_back(request_.join());
        if (groups_.refuse_join) {
          End(*groups_.refuse_join);
        } else {
          joined = true;
          groups_.members_.push_back(this);
        }
      } else {
        groups_.Acknowledged(request_.acknowledge(), this);
      }
      if (ok) {
        StartRead(&request_);
      }
      groups_.Pump();
    }

    void OnWriteDone(bool /*ok*/) override {
      const std::scoped_lock lock(groups_.mutex);
      writing_ = false;
      groups_.Pump();
    }

    void OnDone() override {
      {
        const std::scoped_lock lock(groups_.mutex);
        std::erase(groups_.members_, this);
        groups_.Release(this);
        groups_.Pump();
      }
      delete this;
    }

    void Next() {
      if (writing_ || ended_) {
        return;
      }
      response_.Clear();
      groups_.Fill(this, &response_);
      // As florind does: the first response comes at once, and says that the member is in.
      if (response_.ByteSizeLong() > 0 || (joined && !greeted_)) {
        greeted_ = true;
        response_.set_head_position(groups_.head);
        response_.set_durable_acknowledge_count(durable);
        writing_ = true;
        StartWrite(&response_);
      } else if (left_) {
        End(grpc::Status::OK);
      }
    }

    void End(const grpc::Status& status) {
      if (!ended_) {
        ended_ = true;
        Finish(status);
      }
    }

    [[nodiscard]] bool gone() const { return ended_ || left_; }

    std::map<std::string, Waiting> in_flight;  // by delivery id
    std::vector<v1::AcknowledgeRefusal> refusals;
    std::int64_t durable = 0;
    std::int64_t told = 0;
    bool joined = false;

   private:
    FakeGroups& groups_;
    v1::ConsumeGroupRequest request_;
    v1::ConsumeGroupResponse response_;
    bool greeted_ = false;
    bool writing_ = false;
    bool left_ = false;
    bool ended_ = false;
  };

  static grpc::Status NotFound(const std::string& id) {
    return LedgerStatus(grpc::StatusCode::NOT_FOUND, "GROUP_NOT_FOUND", "there is no group " + id,
                        {{"group_id", id}});
  }

  void Acknowledged(const v1::Acknowledge& message, Member* member) {
    ++acknowledge_messages;
    ++member->durable;
    for (const auto& id : message.delivery_ids()) {
      if (const auto waiting = Take(id, member)) {
        done.push_back(waiting->event.position());
      }
    }
    for (const auto& nack : message.nacks()) {
      Nacked(nack, member);
    }
    for (const auto& id : message.extend_delivery_ids()) {
      extended.push_back(id);
    }
  }

  void Nacked(const v1::Nack& nack, Member* member) {
    nacks.push_back(nack);
    auto waiting = Take(nack.delivery_id(), member);
    if (!waiting) {
      return;
    }
    if (nack.action() == v1::NACK_ACTION_RETRY) {
      ++waiting->attempt;
      waiting_[waiting->event.stream()].push_front(*waiting);
    } else if (nack.action() == v1::NACK_ACTION_PARK) {
      parked.push_back(waiting->event.position());
    }
  }

  std::optional<Waiting> Take(const std::string& id, Member* member) {
    const auto found = member->in_flight.find(id);
    if (found == member->in_flight.end()) {
      auto& refusal = member->refusals.emplace_back();
      refusal.set_delivery_id(id);
      refusal.mutable_refusal()->set_code(9);
      refusal.mutable_refusal()->set_reason("DELIVERY_UNKNOWN");
      return std::nullopt;
    }
    Waiting waiting = found->second;
    busy_[waiting.event.stream()] = false;
    member->in_flight.erase(found);
    --in_flight_;
    return waiting;
  }

  // Everybody gets what there is for him.
  void Pump() {
    for (Member* member : members_) {
      member->Next();
    }
    changed_.notify_all();
  }

  void Fill(Member* member, v1::ConsumeGroupResponse* response) {
    for (auto& [stream, queue] : waiting_) {
      if (member->gone() || queue.empty() || busy_[stream]) {
        continue;
      }
      auto* event = response->add_events();
      event->set_delivery_id("d" + std::to_string(++deliveries));
      event->set_attempt(queue.front().attempt);
      *event->mutable_event() = queue.front().event;
      member->in_flight[event->delivery_id()] = queue.front();
      queue.pop_front();
      busy_[stream] = true;
      ++in_flight_;
    }
    for (const auto& refusal : member->refusals) {
      *response->add_refusals() = refusal;
    }
    member->refusals.clear();
    if (std::exchange(member->told, member->durable) != member->durable) {
      response->set_durable_acknowledge_count(member->durable);
    }
  }

  // What a member that is gone had goes to others.
  void Release(Member* member) {
    for (auto& [id, waiting] : member->in_flight) {
      ++waiting.attempt;
      busy_[waiting.event.stream()] = false;
      waiting_[waiting.event.stream()].push_front(waiting);
      --in_flight_;
    }
    member->in_flight.clear();
  }

  [[nodiscard]] std::size_t Left() const {
    std::size_t left = static_cast<std::size_t>(in_flight_);
    for (const auto& [stream, queue] : waiting_) {
      left += queue.size();
    }
    return left;
  }

  std::condition_variable changed_;
  std::map<std::string, std::deque<Waiting>> waiting_;
  std::map<std::string, bool> busy_;
  int in_flight_ = 0;
  std::vector<Member*> members_;
};

}  // namespace florin::client
