#include "server/events/event_service.h"

#include <utility>

#include "florin/v1/event_service.pb.h"
#include "server/events/event_requests.h"
#include "server/events/event_stream.h"

namespace florin::server {
namespace {

using florin::v1::ReadCommitGroupsRequest;
using florin::v1::ReadCommitGroupsResponse;
using florin::v1::ReadEventsRequest;
using florin::v1::ReadEventsResponse;

/// Parses on the calling thread, reads a page on a reader's.
template <typename Response, typename Query, typename ReadPage>
void AnswerPage(ServiceHost& host, const PageLimits& limits, domain::Result<Query> query,
                const Responder<Response>& responder, ReadPage read_page) {
  if (!query.ok()) {
    responder.Refuse(query.refusal());
    return;
  }
  auto shared = std::make_shared<const Query>(std::move(*query));
  RunOnReader(host, responder, [&host, &limits, shared, responder, read_page] {
    ArenaLease arena;
    auto* const response = arena.New<Response>();
    const auto refusal = read_page(&host.reader(), *shared, limits, response);
    if (refusal) {
      responder.Refuse(*refusal);
    } else {
      responder.Reply(*response);
    }
  });
}

}  // namespace

EventService::EventService(ServiceHost* service_host, EventServiceOptions options)
    : RawService(service_host),
      options_(std::move(options)),
      hub_(
          &service_host->reader(),
          [service_host](std::function<void()> job) {
            return service_host->ledger().Read(std::move(job));
          },
          options_.hub),
      collector_(std::make_shared<EventCollector>(&hub_)),
      shutdown_hook_(std::make_shared<ShutdownHook>([this] { hub_.EndAll(); })) {
  AddUnary<ReadEventsRequest, ReadEventsResponse>(
      "/florin.v1.EventService/ReadEvents",
      [this](const ReadEventsRequest& request, const Responder<ReadEventsResponse>& responder) {
        AnswerPage(host(), options_.pages, ParseEventQuery(request, hub_.tail().ledger_id()),
                   responder, ReadEventsPage);
      });
  AddServerStream("/florin.v1.EventService/SubscribeEvents",
                  [this](grpc::CallbackServerContext* context, const grpc::ByteBuffer& request,
                         MethodMetrics* metrics) {
                    return OpenEventStream(&host(), &hub_, metrics, context, request);
                  });
  AddUnary<ReadCommitGroupsRequest, ReadCommitGroupsResponse>(
      "/florin.v1.EventService/ReadCommitGroups",
      [this](const ReadCommitGroupsRequest& request,
             const Responder<ReadCommitGroupsResponse>& responder) {
        AnswerPage(host(), options_.pages, ParseCommitGroupQuery(request, hub_.tail().ledger_id()),
                   responder, ReadCommitGroupsPage);
      });
  host().streams().Add(shutdown_hook_);
}

EventService::~EventService() { host().streams().Remove(shutdown_hook_.get()); }

}  // namespace florin::server
