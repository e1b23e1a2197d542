#include "clients/cli/lost_connection.h"

#include <ostream>

namespace florin::cli {

void LostConnection::Tell(const client::ClientError& error,
                          std::optional<std::chrono::milliseconds> delay) {
  if (!delay || told_.exchange(true)) {
    return;
  }
  err_ << "connection lost (" << error.message << "), trying again\n" << std::flush;
}

void LostConnection::WorksAgain() {
  // Called for all that comes: nearly always nothing was told.
  if (told_ && told_.exchange(false)) {
    err_ << "connected again\n" << std::flush;
  }
}

}  // namespace florin::cli
