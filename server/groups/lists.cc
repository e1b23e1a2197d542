// The lists of GroupService: groups, parked events, actions.

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "florin/v1/group_service.pb.h"
#include "server/convert/group_views.h"
#include "server/groups/group_service.h"
#include "server/rpc/page_token.h"

namespace florin::server {
namespace {

// What the three lists have in common, once the groups have answered.
template <typename Response>
struct List {
  std::uint64_t digest = 0;
  PagePlace place;
  std::size_t size = 0;
  Responder<Response> responder;

  // One more than the page tells whether there is more.
  [[nodiscard]] std::size_t limit() const { return size + 1; }

  // `add(view, response)` gives the bytes added; `pass(view, place)` moves the
  // place behind it.
  template <typename View, typename Add, typename Pass>
  void Answer(const domain::Result<std::vector<View>>& views, Add add, Pass pass) {
    try {
      Fill(views, add, pass);
    } catch (const std::exception& error) {
      responder.Fail(error.what());
    }
  }

 private:
  template <typename View, typename Add, typename Pass>
  void Fill(const domain::Result<std::vector<View>>& views, Add add, Pass pass) {
    if (!views.ok()) return responder.Refuse(views.refusal());
    ArenaLease arena;
    auto* const response = arena.New<Response>();
    std::size_t bytes = 0;
    std::size_t count = 0;
    for (const View& view : *views) {
      if (count == size || bytes > kPageBytesMax) {
        response->set_next_page_token(EncodePageToken(digest, place));
        break;
      }
      const domain::Result<std::size_t> added = add(view, response);
      if (!added.ok()) return responder.Refuse(added.refusal());
      bytes += *added;
      ++count;
      pass(view, &place);
    }
    responder.Reply(*response);
  }
};

// Nothing if the token is refused, and the call with it.
template <typename Response>
std::optional<List<Response>> StartList(std::uint64_t digest, const PageQuery& page,
                                        const Responder<Response>& responder) {
  List<Response> list{digest, {}, static_cast<std::size_t>(page.size), responder};
  if (page.token.empty()) return list;
  auto place = DecodePageToken(digest, page.token);
  if (!place.ok()) {
    responder.Refuse(place.refusal());
    return std::nullopt;
  }
  list.place = std::move(*place);
  return list;
}

void ListGroups(actors::Groups* groups, const std::string& ledger_id,
                const v1::ListGroupsRequest& request,
                const Responder<v1::ListGroupsResponse>& responder) {
  const auto page = ToGroupQuery(request);
  if (!page.ok()) return responder.Refuse(page.refusal());
  auto list = StartList(QueryDigest("ListGroups", ledger_id).value(), *page, responder);
  if (!list) return;
  groups->List(list->place.after_key, list->limit(), [list = *list, ledger_id](auto views) mutable {
    list.Answer(
        views,
        [&ledger_id](const actors::GroupView& view, auto* response) {
          v1::Group* const group = response->add_groups();
          ToProto(view, ledger_id, group);
          return domain::Result<std::size_t>(group->ByteSizeLong());
        },
        [](const actors::GroupView& view, PagePlace* place) { place->after_key = view.group_id; });
  });
}

void ListParked(actors::Groups* groups, const std::string& ledger_id,
                const v1::ListParkedEventsRequest& request,
                const Responder<v1::ListParkedEventsResponse>& responder) {
  auto query = ToGroupQuery(request);
  if (!query.ok()) return responder.Refuse(query.refusal());
  auto list = StartList(QueryDigest("ListParkedEvents", ledger_id).Add(query->group_id).value(),
                        query->page, responder);
  if (!list) return;
  groups->ListParked(std::move(query->group_id), list->place.after, list->limit(),
                     [list = *list](auto views) mutable {
                       list.Answer(
                           views,
                           [](const actors::ParkedEventView& view, auto* response) {
                             v1::ParkedEvent* const event = response->add_events();
                             const auto filled = ToProto(view, event);
                             if (!filled.ok()) return domain::Result<std::size_t>(filled.refusal());
                             return domain::Result<std::size_t>(event->ByteSizeLong());
                           },
                           [](const actors::ParkedEventView& view, PagePlace* place) {
                             place->after = view.position;
                           });
                     });
}

void ListActions(actors::Groups* groups, const std::string& ledger_id,
                 const v1::ListGroupActionsRequest& request,
                 const Responder<v1::ListGroupActionsResponse>& responder) {
  auto query = ToGroupQuery(request);
  if (!query.ok()) return responder.Refuse(query.refusal());
  auto list = StartList(QueryDigest("ListGroupActions", ledger_id).Add(query->group_id).value(),
                        query->page, responder);
  if (!list) return;
  groups->ListActions(std::move(query->group_id), list->place.after, list->limit(),
                      [list = *list](auto views) mutable {
                        list.Answer(
                            views,
                            [](const actors::GroupActionView& view, auto* response) {
                              v1::GroupAction* const action = response->add_actions();
                              ToProto(view, action);
                              return domain::Result<std::size_t>(action->ByteSizeLong());
                            },
                            [](const actors::GroupActionView& view, PagePlace* place) {
                              place->after = view.number;
                            });
                      });
}

}  // namespace

void GroupService::AddLists() {
  AddUnary<v1::ListGroupsRequest, v1::ListGroupsResponse>(
      "/florin.v1.GroupService/ListGroups",
      [this](const v1::ListGroupsRequest& request, auto responder) {
        ListGroups(groups_, ledger_id_, request, responder);
      });
  AddUnary<v1::ListParkedEventsRequest, v1::ListParkedEventsResponse>(
      "/florin.v1.GroupService/ListParkedEvents",
      [this](const v1::ListParkedEventsRequest& request, auto responder) {
        ListParked(groups_, ledger_id_, request, responder);
      });
  AddUnary<v1::ListGroupActionsRequest, v1::ListGroupActionsResponse>(
      "/florin.v1.GroupService/ListGroupActions",
      [this](const v1::ListGroupActionsRequest& request, auto responder) {
        ListActions(groups_, ledger_id_, request, responder);
      });
}

}  // namespace florin::server
