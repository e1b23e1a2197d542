#include "server/groups/group_service.h"

#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <utility>

#include "florin/v1/group_service.pb.h"
#include "server/convert/group_views.h"
#include "server/groups/consume_group_call.h"
#include "server/groups/group_requests.h"
#include "server/ledger/as_of.h"

namespace florin::server {
namespace {

using domain::Reason;

// Nobody is asked who they are yet.
constexpr const char* kPrincipal = "";

// What a callback of the groups answers with; it must not throw.
template <typename Response, typename Outcome, typename Fill>
auto Answering(const Responder<Response>& responder, Fill fill) {
  return [responder, fill = std::move(fill)](domain::Result<Outcome> outcome) {
    try {
      if (!outcome.ok()) {
        responder.Refuse(outcome.refusal());
        return;
      }
      ArenaLease arena;
      auto* const response = arena.New<Response>();
      fill(*outcome, response);
      responder.Reply(*response);
    } catch (const std::exception& error) {
      responder.Fail(error.what());
    }
  };
}

template <typename Response>
auto AnsweringGroup(const Responder<Response>& responder, std::string ledger_id) {
  return Answering<Response, actors::GroupView>(
      responder, [ledger_id = std::move(ledger_id)](const actors::GroupView& group, auto* out) {
        ToProto(group, ledger_id, out->mutable_group());
      });
}

domain::Status CheckNotInFuture(ServiceHost& host, std::int64_t time) {
  const std::int64_t now = std::max(host.ledger().Now(), host.reader().VisibleHead().time);
  if (time <= now) return domain::Ok{};
  return domain::Refusal{
      Reason::kTimeInFuture,
      fmt::format("time is {:.3f} s after the log's time; use end to start with what comes next",
                  static_cast<double>(time - now) / 1e9),
      {{"field", "time"}}};
}

// The position after which a group starts. May block where a time is given.
domain::Result<std::int64_t> Resolve(ServiceHost& host, const GroupStart& start) {
  const auto within = CheckWithinLog(start, host.reader().VisibleHead().position);
  if (!within.ok()) return within.refusal();
  if (!start.time) return start.after;
  const auto checked = CheckNotInFuture(host, *start.time);
  if (!checked.ok()) return checked.refusal();
  AsOf before;
  before.time = *start.time - 1;
  auto position = ResolvePosition(host, before);
  if (position.ok() || position.refusal().reason != Reason::kOverloaded) return position;
  return domain::Refusal{Reason::kOverloaded,
                         "commands of that time are still under way; try again",
                         {{"field", "time"}}};
}

// Answers here, or from a reader thread where the log must be asked.
void FindStart(ServiceHost& host, const GroupStart& start, const actors::FoundStart& found) {
  if (!start.time) {
    found(Resolve(host, start));
    return;
  }
  const bool taken = host.ledger().Read([&host, start, found] {
    try {
      found(Resolve(host, start));
    } catch (const std::exception& error) {
      // Whoever waits is told as `found` goes.
      spdlog::error("the start of a consumer group could not be looked up: {}", error.what());
    }
  });
  if (!taken) found(ReadersBusy());
}

actors::StartFinder FinderOf(ServiceHost& host, const GroupStart& start) {
  return [&host, start](const actors::FoundStart& found) { FindStart(host, start, found); };
}

}  // namespace

GroupService::GroupService(ServiceHost* service_host, actors::Groups* groups,
                           const StreamLimits& members)
    : RawService(service_host),
      groups_(groups),
      ledger_id_(service_host->reader().LedgerId()),
      members_(members),
      collector_(std::make_shared<GroupCollector>(groups)),
      shutdown_hook_(std::make_shared<ShutdownHook>([groups] { groups->EndAll(); })) {
  AddGroups();
  AddParked();
  AddLists();
  AddBidiStream("/florin.v1.GroupService/ConsumeGroup",
                [this](grpc::CallbackServerContext* context, MethodMetrics* metrics) {
                  return ConsumeGroupCall::Start(&host(), groups_, &members_, metrics, context);
                });
  host().streams().Add(shutdown_hook_);
}

GroupService::~GroupService() { host().streams().Remove(shutdown_hook_.get()); }

LogEnds GroupService::Log() const { return {ledger_id_, host().reader().VisibleHead().position}; }

void GroupService::AddGroups() {
  AddUnary<v1::CreateGroupRequest, v1::CreateGroupResponse>(
      "/florin.v1.GroupService/CreateGroup",
      [this](const v1::CreateGroupRequest& request, auto responder) {
        auto creation = ToGroupCreation(request, Log());
        if (!creation.ok()) return responder.Refuse(creation.refusal());
        groups_->Create(std::move(creation->group_id), std::move(creation->settings),
                        FinderOf(host(), creation->start), kPrincipal,
                        AnsweringGroup(responder, ledger_id_));
      });
  AddUnary<v1::UpdateGroupRequest, v1::UpdateGroupResponse>(
      "/florin.v1.GroupService/UpdateGroup",
      [this](const v1::UpdateGroupRequest& request, auto responder) {
        auto update = ToGroupUpdate(request);
        if (!update.ok()) return responder.Refuse(update.refusal());
        groups_->Update(std::move(update->group_id), std::move(update->settings), kPrincipal,
                        AnsweringGroup(responder, ledger_id_));
      });
  AddUnary<v1::DeleteGroupRequest, v1::DeleteGroupResponse>(
      "/florin.v1.GroupService/DeleteGroup",
      [this](const v1::DeleteGroupRequest& request, auto responder) {
        auto id = ToGroupId(request.group_id());
        if (!id.ok()) return responder.Refuse(id.refusal());
        groups_->Delete(
            std::move(*id), kPrincipal,
            Answering<v1::DeleteGroupResponse, domain::Ok>(responder, [](auto, auto*) {}));
      });
  AddUnary<v1::GetGroupRequest, v1::GetGroupResponse>(
      "/florin.v1.GroupService/GetGroup",
      [this](const v1::GetGroupRequest& request, auto responder) {
        auto id = ToGroupId(request.group_id());
        if (!id.ok()) return responder.Refuse(id.refusal());
        groups_->Get(std::move(*id), AnsweringGroup(responder, ledger_id_));
      });
}

void GroupService::AddParked() {
  AddUnary<v1::ReplayParkedEventsRequest, v1::ReplayParkedEventsResponse>(
      "/florin.v1.GroupService/ReplayParkedEvents",
      [this](const v1::ReplayParkedEventsRequest& request, auto responder) {
        auto change = ToParkedChange(request);
        if (!change.ok()) return responder.Refuse(change.refusal());
        groups_->Replay(std::move(change->group_id), std::move(change->selection),
                        std::move(change->reason), kPrincipal,
                        Answering<v1::ReplayParkedEventsResponse, std::int64_t>(
                            responder, [](std::int64_t count, auto* response) {
                              response->set_replayed_count(count);
                            }));
      });
  AddUnary<v1::DiscardParkedEventsRequest, v1::DiscardParkedEventsResponse>(
      "/florin.v1.GroupService/DiscardParkedEvents",
      [this](const v1::DiscardParkedEventsRequest& request, auto responder) {
        auto change = ToParkedChange(request);
        if (!change.ok()) return responder.Refuse(change.refusal());
        groups_->Discard(std::move(change->group_id), std::move(change->selection),
                         std::move(change->reason), kPrincipal,
                         Answering<v1::DiscardParkedEventsResponse, std::int64_t>(
                             responder, [](std::int64_t count, auto* response) {
                               response->set_discarded_count(count);
                             }));
      });
  AddUnary<v1::ResetGroupRequest, v1::ResetGroupResponse>(
      "/florin.v1.GroupService/ResetGroup",
      [this](const v1::ResetGroupRequest& request, auto responder) {
        auto reset = ToGroupReset(request, Log());
        if (!reset.ok()) return responder.Refuse(reset.refusal());
        groups_->Reset(std::move(reset->group_id), FinderOf(host(), reset->start),
                       std::move(reset->reason), reset->discard_parked, kPrincipal,
                       AnsweringGroup(responder, ledger_id_));
      });
}

}  // namespace florin::server
