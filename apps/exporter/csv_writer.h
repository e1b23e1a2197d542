#pragma once

#include <iosfwd>
#include <map>
#include <string>
#include <vector>

#include "apps/exporter/writer.h"
#include "florin/v1/transaction.pb.h"

namespace florin::exporter {

/// Two files after RFC 4180: the accounts, and the transactions with a row for
/// each posting. Transactions stand in the order in which they came to their
/// end; open holds are last. Memory: the holds that are pending at a time.
class CsvWriter final : public Writer {
 public:
  /// All outlive the writer.
  CsvWriter(const Snapshot& snapshot, std::ostream& accounts, std::ostream& transactions);

  [[nodiscard]] std::vector<std::string> types() const override;
  void Begin() override;
  void Take(const v1::Event& event) override;
  void End() override;

 private:
  void WriteTransaction(const v1::Transaction& transaction);

  const Snapshot& snapshot_;
  std::ostream& accounts_;
  std::ostream& transactions_;
  std::map<std::string, v1::Transaction> pending_;
};

/// A field as RFC 4180 has it: in quotes where it needs them.
[[nodiscard]] std::string CsvField(const std::string& text);

}  // namespace florin::exporter
