#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace florin::storage {

/// What filters look at.
struct EventHeader {
  std::int64_t position = 0;
  /// Within the stream, from 1.
  std::int64_t version = 0;
  /// "ACCOUNT_ID", "transaction/ID", "asset/CODE",
  /// "request/account/ID/REQUEST_ID", "request/transaction/ID/REQUEST_ID".
  std::string stream;
  /// Of static storage: "account.funds.deposited".
  std::string_view type;
};

}  // namespace florin::storage
