#pragma once

#include <absl/time/time.h>

#include <iosfwd>
#include <string>
#include <vector>

#include "apps/exporter/writer.h"
#include "florin/v1/transaction.pb.h"

namespace florin::exporter {

/// A journal for hledger: what was posted, debits above zero and credits below.
/// It ends with the ledger's own balances as assertions, so that reading it
/// proves it.
class HledgerWriter final : public Writer {
 public:
  /// `snapshot` and `out` outlive the writer. `time_zone`: as for HledgerEffectiveDate.
  HledgerWriter(const Snapshot& snapshot, std::ostream& out, const absl::TimeZone& time_zone);

  [[nodiscard]] std::vector<std::string> types() const override;
  void Begin() override;
  void Take(const v1::Event& event) override;
  void End() override;

 private:
  void WritePosting(const v1::Posting& posting);
  // Of a field; none where it is empty.
  void WriteOwnTag(const char* name, const std::string& value);
  void WriteTag(const std::string& name, const std::string& value);

  const Snapshot& snapshot_;
  std::ostream& out_;
  const absl::TimeZone time_zone_;
  std::string last_date_;
};

}  // namespace florin::exporter
