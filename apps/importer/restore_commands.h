#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "apps/importer/restore_run.h"
#include "clients/cpp/client.h"
#include "clients/jsonl/document.h"

namespace florin::importer {

/// Repeats the commands of an export one after another, those of transactions
/// many to a message.
class RestoreCommands {
 public:
  /// Both outlive it.
  RestoreCommands(client::Client& client, const RestoreOptions& options, RestoreOutcome* outcome)
      : client_(client), options_(options), outcome_(outcome) {}

  /// Takes the document of `line`; it has taken effect by the next Flush.
  [[nodiscard]] std::optional<ImportFailure> Take(jsonl::CommandDocument document,
                                                  std::int64_t line);
  /// Sends what is waiting, and counts and checks the answers.
  [[nodiscard]] std::optional<ImportFailure> Flush();

 private:
  struct Item {
    std::int64_t line = 0;
    std::string refused;
    bool open_hold = false;
  };

  // Tries a command that was refused in the exported ledger: false if it would
  // be done here.
  client::Result<bool> IsRefusedHere(const v1::TransactionCommand& command);
  [[nodiscard]] std::optional<ImportFailure> Check(const Item& item,
                                                   const v1::TransactionResult& result);
  void Count(const v1::TransactionResult& result);
  [[nodiscard]] std::optional<ImportFailure> ChangeAccount(const jsonl::CommandDocument& document,
                                                           std::int64_t line);
  void SetTimeout(const jsonl::Origin& origin, v1::Hold* hold) const;

  client::Client& client_;
  const RestoreOptions& options_;
  RestoreOutcome* const outcome_;
  v1::ExecuteBatchRequest batch_;
  std::vector<Item> items_;
  std::int64_t postings_ = 0;
  std::size_t bytes_ = 0;
};

}  // namespace florin::importer
