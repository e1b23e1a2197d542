#pragma once

#include <cstdint>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include "tests/storage/format/record_book.h"

namespace florin::storage {

/// A fixed history with every kind of record and every field in use. What
/// stands in tests/fixtures was written from it: never change it, add another
/// one.
[[nodiscard]] std::vector<Record> SampleRecords();

/// A transfer as most are: one posting, 16 to 20 character account ids, a UUID.
[[nodiscard]] std::vector<Record> TransferRecords(std::size_t accounts, std::size_t transfers);

/// A random history that holds together: equal seeds, equal histories.
class RandomRecords {
 public:
  explicit RandomRecords(std::uint64_t seed);

  Record Next();

 private:
  std::uint64_t Below(std::uint64_t bound);
  bool OneIn(std::uint64_t odds) { return Below(odds) == 0; }
  std::string Text(std::size_t size_max);
  std::string Id();
  domain::Int128 Amount();
  domain::Decimal AnyDecimal();
  domain::StringMap Map();
  domain::Refusal Refusal();
  std::string AccountId();

  Change Base(ChangeKind kind);
  Change Asset();
  Change Open();
  Change ChangeState();
  Change Create();
  Change EndHold();
  Change Reverse();
  Change RefuseTransaction();
  Change RefuseRequest();
  domain::ChangeAccount Request(const std::string& account_id);
  std::shared_ptr<domain::Transaction> NewTransaction();

  std::mt19937_64 random_;
  RecordBook book_;
  std::int64_t time_ = 1'700'000'000'000'000'000;
  std::vector<std::string> account_ids_;
  std::vector<domain::TransactionPtr> holds_;
  std::vector<domain::TransactionPtr> posted_;
};

}  // namespace florin::storage
