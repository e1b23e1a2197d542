#include "apps/exporter/hledger_writer.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <ostream>

#include "apps/exporter/hledger_text.h"

namespace florin::exporter {

HledgerWriter::HledgerWriter(const Snapshot& snapshot, std::ostream& out,
                             const absl::TimeZone& time_zone)
    : snapshot_(snapshot), out_(out), time_zone_(time_zone) {}

// Holds are left out by themselves: one that settles is posted then, and one
// that does not is never.
std::vector<std::string> HledgerWriter::types() const { return {"transaction.posted"}; }

void HledgerWriter::Begin() {
  out_ << fmt::format("; ledger {}, position {}\ndecimal-mark .\n\n", snapshot_.ledger_id,
                      snapshot_.position);
  for (const auto& asset : snapshot_.assets) {
    // hledger wants the point even where nothing follows it.
    const std::string digits =
        fmt::format("1000.{}", std::string(static_cast<std::size_t>(asset.scale()), '0'));
    out_ << "commodity " << HledgerAmount(digits, asset.code()) << '\n';
  }
  out_ << '\n';
  for (const auto& [id, account] : snapshot_.accounts) {
    out_ << fmt::format("account {}  ; type: {}\n", HledgerAccount(id),
                        HledgerType(account.now.type()));
  }
}

void HledgerWriter::Take(const v1::Event& event) {
  const v1::Transaction& transaction = event.transaction_recorded().transaction();
  const std::string date = transaction.has_effective_time()
                               ? HledgerEffectiveDate(transaction.effective_time(), time_zone_)
                               : HledgerDate(event.time(), time_zone_);
  last_date_ = std::max(last_date_, date);
  const std::string& text =
      transaction.description().empty() ? transaction.type() : transaction.description();
  const std::string shown = HledgerDescription(text);
  out_ << fmt::format("\n{} ({}){}{}\n", date, transaction.transaction_id(),
                      shown.empty() ? "" : " ", shown);
  WriteOwnTag("type", transaction.type());
  WriteOwnTag("reference", transaction.reference());
  WriteOwnTag("reverses", transaction.reverses_transaction_id());
  if (HledgerDescription(transaction.description()) != transaction.description()) {
    WriteOwnTag("description", transaction.description());
  }
  const std::map<std::string, std::string> sorted(transaction.metadata().begin(),
                                                  transaction.metadata().end());
  for (const auto& [key, value] : sorted) {
    WriteTag(HledgerTagName(key), value);
  }
  for (const auto& posting : transaction.postings()) {
    WritePosting(posting);
  }
}

void HledgerWriter::End() {
  if (last_date_.empty()) {
    return;
  }
  out_ << fmt::format("\n{} * the ledger's balances at position {}\n", last_date_,
                      snapshot_.position);
  for (const auto& [id, account] : snapshot_.accounts) {
    out_ << fmt::format("    {}  {} = {}\n", HledgerAccount(id),
                        HledgerAmount("0", account.now.asset()),
                        HledgerAmount(HledgerBalance(account.now), account.now.asset()));
  }
}

void HledgerWriter::WritePosting(const v1::Posting& posting) {
  const std::string& moved =
      posting.posted_amount().empty() ? posting.amount() : posting.posted_amount();
  const auto account = snapshot_.accounts.find(posting.debit_account_id());
  if (account == snapshot_.accounts.end()) {
    return;
  }
  const std::string& asset = account->second.now.asset();
  out_ << fmt::format("    {}  {}\n    {}  {}\n", HledgerAccount(posting.debit_account_id()),
                      HledgerAmount(moved, asset), HledgerAccount(posting.credit_account_id()),
                      HledgerAmount(Negated(moved), asset));
}

void HledgerWriter::WriteOwnTag(const char* name, const std::string& value) {
  if (!value.empty()) {
    WriteTag(name, value);
  }
}

void HledgerWriter::WriteTag(const std::string& name, const std::string& value) {
  const std::string written = HledgerTagValue(value);
  out_ << "    ; " << name << ':' << (written.empty() ? "" : " ") << written << '\n';
}

}  // namespace florin::exporter
