#include "apps/cli/lost_connection.h"

namespace florin::cli {

void LostConnection::Tell(const client::ClientError& error,
                          std::optional<std::chrono::milliseconds> delay) {
  if (!delay || told_.exchange(true)) {
    return;
  }
  err_ << "connection lost (" << Sentence{error.message} << "), trying again\n";
  err_.Flush();
}

void LostConnection::WorksAgain() {
  // Called for all that comes: nearly always nothing was told.
  if (told_ && told_.exchange(false)) {
    err_ << "connected again\n";
    err_.Flush();
  }
}

}  // namespace florin::cli
