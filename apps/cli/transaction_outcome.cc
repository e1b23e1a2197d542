#include "apps/cli/transaction_outcome.h"

namespace florin::cli {

std::string FormatOutcome(v1::TransactionStatus status, bool replayed, bool validate_only) {
  std::string text = FormatStatus(status);
  if (status == v1::TRANSACTION_STATUS_PENDING) {
    text += " (held)";
  }
  if (validate_only && !replayed) {
    return "would be " + text;
  }
  return text + (replayed ? ", by an earlier call" : "");
}

}  // namespace florin::cli
