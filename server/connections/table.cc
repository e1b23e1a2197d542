#include "server/connections/table.h"

#include <sys/socket.h>
#include <sys/stat.h>

#include <optional>

namespace florin::server {
namespace {

std::optional<ino_t> SocketNumber(int descriptor) {
  struct stat found {};
  if (fstat(descriptor, &found) != 0 || !S_ISSOCK(found.st_mode)) return std::nullopt;
  return found.st_ino;
}

}  // namespace

void ConnectionTable::Add(int descriptor) {
  // If the descriptor is in the table, the connection that had it has been closed.
  if (const auto number = SocketNumber(descriptor)) open_[descriptor] = *number;
}

void ConnectionTable::Sweep() {
  std::erase_if(open_, [](const auto& entry) { return SocketNumber(entry.first) != entry.second; });
}

void ConnectionTable::Cut() {
  Sweep();
  for (const auto& entry : open_) shutdown(entry.first, SHUT_RDWR);
}

}  // namespace florin::server
