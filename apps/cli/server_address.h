#pragma once

#include <string>

namespace florin::cli {

/// "" if `text` says where a server is: HOST:PORT, or one of gRPC's own forms that begin with
/// unix:, dns:, ipv4: or ipv6:. Else what is wrong with it. Asks nobody.
///
/// gRPC would take a host without a port for one at port 443, and "http" for a host.
[[nodiscard]] std::string CheckServerAddress(const std::string& text);

}  // namespace florin::cli
