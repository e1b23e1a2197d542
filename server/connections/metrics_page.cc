#include "server/connections/metrics_page.h"

#include <prometheus/text_serializer.h>
#include <spdlog/spdlog.h>

#include <exception>
#include <iterator>
#include <string>
#include <string_view>
#include <utility>

namespace florin::server {
namespace {

struct HttpAnswer {
  unsigned int status = MHD_HTTP_OK;
  std::string text;
};

std::string TextOf(const MetricsServer::Sources& sources) {
  std::vector<prometheus::MetricFamily> families;
  for (const auto& source : sources) {
    std::vector<prometheus::MetricFamily> more = source->Collect();
    families.insert(families.end(), std::make_move_iterator(more.begin()),
                    std::make_move_iterator(more.end()));
  }
  return prometheus::TextSerializer().Serialize(families);
}

HttpAnswer AnswerTo(const MetricsServer::Sources& sources, std::string_view url,
                    std::string_view method) {
  if (url != "/metrics") return {MHD_HTTP_NOT_FOUND, "Only /metrics is served.\n"};
  if (method != "GET" && method != "HEAD") {
    return {MHD_HTTP_METHOD_NOT_ALLOWED, "Only GET is served.\n"};
  }
  try {
    return {MHD_HTTP_OK, TextOf(sources)};
  } catch (const std::exception& error) {
    spdlog::error("metrics could not be collected: {}", error.what());
    return {MHD_HTTP_INTERNAL_SERVER_ERROR, "The log says what is wrong.\n"};
  }
}

}  // namespace

MHD_Result AnswerMetricsRequest(const MetricsServer::Sources& sources, MHD_Connection* connection,
                                const char* url, const char* method) {
  const HttpAnswer answer = AnswerTo(sources, url, method);
  MHD_Response* const response = MHD_create_response_from_buffer(
      answer.text.size(), const_cast<char*>(answer.text.data()), MHD_RESPMEM_MUST_COPY);
  if (response == nullptr) return MHD_NO;
  MHD_add_response_header(response, MHD_HTTP_HEADER_CONTENT_TYPE,
                          "text/plain; version=0.0.4; charset=utf-8");
  // One request a connection: then the age of a connection tells a slow client from a busy one.
  MHD_add_response_header(response, MHD_HTTP_HEADER_CONNECTION, "close");
  const MHD_Result queued = MHD_queue_response(connection, answer.status, response);
  MHD_destroy_response(response);
  return queued;
}

}  // namespace florin::server
