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

}  // namespace florin::cli
