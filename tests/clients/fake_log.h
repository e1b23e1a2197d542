#pragma once

#include <atomic>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "florin/v1/event_service.grpc.pb.h"
#include "tests/clients/fake_server.h"

namespace florin::client {

/// A log of `head` events whose subscriptions break in every way. Events come
/// `batch` at a time; those of one command are `command` neighbours, and a
/// checkpoint "N" says that the commands up to position N were sent whole. Each
/// connection ends with `end` after `per_connection` responses.
class FakeLog final : public v1::EventService::Service {
 public:
  grpc::Status SubscribeEvents(grpc::ServerContext* context,
                               const v1::SubscribeEventsRequest* request,
                               grpc::ServerWriter<v1::SubscribeEventsResponse>* writer) override {
    int position = 0;
    {
      const std::scoped_lock lock(mutex);
      starts.push_back(request->after_checkpoint());
    }
    if (request->start_case() == v1::SubscribeEventsRequest::kAfterCheckpoint) {
      position = std::stoi("0" + request->after_checkpoint());
    }
    // One response at least: who is at the head is told so.
    int sent = 0;
    do {
      v1::SubscribeEventsResponse response;
      for (int i = 0; i < batch && position < head; ++i) {
        auto* event = response.add_events();
        event->set_position(++position);
        event->set_event_id(std::to_string(position));
        event->set_stream("s");
      }
      response.set_checkpoint(std::to_string(position / command * command));
      response.set_head_position(head);
      response.set_caught_up(position == head);
      writer->Write(response);
    } while (++sent < per_connection && position < head);
    while (position == head && !context->IsCancelled()) {
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
    return end;
  }

  std::atomic<int> head = 10;  // a multiple of `command`
  int command = 1;
  int batch = 1;
  int per_connection = 3;
  grpc::Status end{grpc::StatusCode::UNAVAILABLE, "connection lost"};
  std::mutex mutex;
  std::vector<std::string> starts;  // after_checkpoint of each connection
};

}  // namespace florin::client
