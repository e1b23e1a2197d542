#include "apps/cli/server_address.h"

#include <algorithm>
#include <string_view>

namespace florin::cli {
namespace {

constexpr std::string_view kSchemes[] = {"unix:", "unix-abstract:", "dns:", "ipv4:", "ipv6:"};

bool IsPort(std::string_view text) {
  return !text.empty() && text.size() <= 5 &&
         std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; }) &&
         std::stoi(std::string(text)) <= 65535;
}

// An IPv6 address stands in brackets, or nobody knows where its port begins.
bool IsHost(std::string_view text) {
  if (text.starts_with('[') && text.ends_with(']')) return text.size() > 2;
  return !text.empty() && text.find_first_of("[]:/ ") == std::string_view::npos;
}

}  // namespace

std::string CheckServerAddress(const std::string& text) {
  const std::string_view all = text;
  for (const std::string_view scheme : kSchemes) {
    if (all.starts_with(scheme) && all.size() > scheme.size()) return "";
  }
  const auto colon = all.rfind(':');
  if (colon != std::string_view::npos && IsHost(all.substr(0, colon)) &&
      IsPort(all.substr(colon + 1))) {
    return "";
  }
  return "'" + text +
         "' is not the address of a server; write HOST:PORT, such as 127.0.0.1:50051 or "
         "[::1]:50051";
}

}  // namespace florin::cli
