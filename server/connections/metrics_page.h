#pragma once

#include <microhttpd.h>

#include "server/connections/metrics_server.h"

namespace florin::server {

/// Answers one request: /metrics with the figures, anything else with what there is. Never throws.
MHD_Result AnswerMetricsRequest(const MetricsServer::Sources& sources, MHD_Connection* connection,
                                const char* url, const char* method);

}  // namespace florin::server
