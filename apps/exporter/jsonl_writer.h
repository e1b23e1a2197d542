#pragma once

#include <cstdint>
#include <iosfwd>
#include <string>
#include <vector>

#include "apps/exporter/writer.h"

namespace florin::exporter {

/// The whole ledger as documents of clients/jsonl: assets, accounts, then every
/// command in the order in which it took effect, as `florin import` repeats it.
class JsonlWriter final : public Writer {
 public:
  /// Both outlive the writer.
  JsonlWriter(const Snapshot& snapshot, std::ostream& out);

  [[nodiscard]] std::vector<std::string> types() const override;
  void Begin() override;
  void Take(const v1::Event& event) override;
  void End() override;

 private:
  const Snapshot& snapshot_;
  std::ostream& out_;
  std::int64_t documents_ = 0;
};

}  // namespace florin::exporter
