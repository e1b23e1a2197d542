#pragma once

#include <cstdint>
#include <map>
#include <string>

#include "storage/format/record.h"

namespace florin::storage {

/// A ledger in miniature that gives changes their positions, versions and
/// balances as the store does, without checking any rule: tests of the codec
/// need records that hold together.
class RecordBook {
 public:
  /// Places `change` after everything before it.
  Record Place(Change change);

  [[nodiscard]] std::int64_t head() const { return head_; }
  [[nodiscard]] const std::map<std::string, domain::AccountState>& accounts() const {
    return accounts_;
  }

 private:
  void PlaceAccount(Record* record);
  void PlaceTransaction(Record* record);
  AccountAfter& Touch(const std::string& account_id, Record* record);

  std::int64_t head_ = 0;
  std::map<std::string, domain::AccountState> accounts_;
};

/// Every field of a record, one a line: two records are equal if their texts
/// are.
[[nodiscard]] std::string Describe(const Record& record);

}  // namespace florin::storage
