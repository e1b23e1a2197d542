#pragma once

#include <google/protobuf/timestamp.pb.h>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "florin/v1/account.pb.h"
#include "florin/v1/ledger_service.pb.h"

// What `florin export --format jsonl` writes and `florin import` reads back;
// docs/export.md describes the lines.
namespace florin::jsonl {

/// Of the lines as this code writes them; a reader refuses others.
constexpr std::int64_t kFormat = 1;

/// Where a document stood in the ledger that was exported. Another ledger gives
/// other positions and times, so nothing of it can be the same there.
struct Origin {
  std::int64_t position = 0;
  std::optional<google::protobuf::Timestamp> commit_time;
  /// When a hold was to expire; absent: never.
  std::optional<google::protobuf::Timestamp> expire_time;
  /// The hold was not voided by a command, but expired.
  bool expired = false;
};

struct AssetDocument {
  v1::Asset asset;
};

/// An account as it was opened, and as it stood at the position of the export
/// (without version, position and times).
struct AccountDocument {
  v1::OpenAccountRequest opened;
  v1::Account account;
  /// A transaction before it was refused because the account was not there.
  bool open_in_place = false;
  Origin origin;
};

using Command = std::variant<v1::CreateTransactionRequest, v1::SettleTransactionRequest,
                             v1::VoidTransactionRequest, v1::ReverseTransactionRequest,
                             v1::UpdateAccountRequest, v1::SuspendAccountRequest,
                             v1::ReactivateAccountRequest, v1::CloseAccountRequest>;

/// What was done, or refused and remembered.
struct CommandDocument {
  Command command;
  /// The Reason ("INSUFFICIENT_FUNDS") of a refusal; empty: it was done.
  std::string refused;
  /// A hold that no later document ends.
  bool open_hold = false;
  Origin origin;
};

/// The last line: without it, the file was cut.
struct EndDocument {
  std::int64_t format = kFormat;
  std::int64_t documents = 0;
  std::string ledger_id;
  Origin origin;
};

using Document = std::variant<AssetDocument, AccountDocument, CommandDocument, EndDocument>;

/// One line of JSON without its end. The same document always gives the same
/// bytes: names are sorted, fields without a value left out, control characters
/// written as JSON's escapes.
[[nodiscard]] std::string ToLine(const Document& document);

/// What a line says, or why it cannot be read: a sentence for people.
[[nodiscard]] std::variant<Document, std::string> ParseLine(std::string_view line);

}  // namespace florin::jsonl
