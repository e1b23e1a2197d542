#include "apps/exporter/csv_writer.h"

#include <google/protobuf/util/time_util.h>

#include <algorithm>
#include <initializer_list>
#include <nlohmann/json.hpp>
#include <ostream>

namespace florin::exporter {
namespace {

constexpr char kAccountColumns[] =
    "account_id,owner_id,asset,type,status,suspend_scope,overdraft_limit,unlimited_overdraft,"
    "max_balance,debits_posted,credits_posted,debits_pending,credits_pending,posted,available,"
    "version,open_time,metadata\r\n";
constexpr char kTransactionColumns[] =
    "transaction_id,status,posting_index,debit_account_id,credit_account_id,asset,amount,"
    "posted_amount,type,reference,description,effective_time,commit_time,expire_time,end_time,"
    "end_reason,reverses_transaction_id,refusal_reason,correlation_id,causation_id,position,"
    "metadata\r\n";

// "" where there is none. 1970 began with a time like any other.
std::string Time(bool present, const google::protobuf::Timestamp& time) {
  return present ? google::protobuf::util::TimeUtil::ToString(time) : "";
}

// "ACCOUNT_TYPE_ASSET" -> "ASSET"; "" for UNSPECIFIED.
std::string Name(const std::string& full, std::size_t prefix) {
  const std::string name = full.substr(std::min(prefix, full.size()));
  return name == "UNSPECIFIED" ? "" : name;
}

std::string StatusName(v1::TransactionStatus status) {
  return Name(v1::TransactionStatus_Name(status), sizeof("TRANSACTION_STATUS_") - 1);
}

// One column for any number of entries: a JSON object, sorted by key.
std::string Metadata(const google::protobuf::Map<std::string, std::string>& metadata) {
  if (metadata.empty()) {
    return "";
  }
  nlohmann::json object;
  for (const auto& [key, value] : metadata) {
    object[key] = value;
  }
  return object.dump();
}

void WriteRow(std::ostream& out, std::initializer_list<std::string> fields) {
  const char* separator = "";
  for (const auto& field : fields) {
    out << separator << CsvField(field);
    separator = ",";
  }
  out << "\r\n";
}

void WriteAccount(std::ostream& out, const SnapshotAccount& both) {
  const v1::Account& account = both.now;
  const v1::Balances& balances = account.balances();
  const v1::Limits& limits = account.limits();
  const bool suspended = account.status() == v1::ACCOUNT_STATUS_SUSPENDED;
  WriteRow(out, {account.account_id(), account.owner_id(), account.asset(),
                 Name(v1::AccountType_Name(account.type()), sizeof("ACCOUNT_TYPE_") - 1),
                 Name(v1::AccountStatus_Name(account.status()), sizeof("ACCOUNT_STATUS_") - 1),
                 suspended ? Name(v1::SuspendScope_Name(account.suspend_scope()),
                                  sizeof("SUSPEND_SCOPE_") - 1)
                           : "",
                 limits.overdraft_limit(), limits.unlimited_overdraft() ? "true" : "false",
                 limits.max_balance(), balances.debits_posted(), balances.credits_posted(),
                 balances.debits_pending(), balances.credits_pending(), balances.posted(),
                 balances.available(), std::to_string(account.version()),
                 Time(both.opened.has_open_time(), both.opened.open_time()),
                 Metadata(account.metadata())});
}

}  // namespace

std::string CsvField(const std::string& text) {
  if (text.find_first_of(",\"\r\n") == std::string::npos) {
    return text;
  }
  std::string quoted = "\"";
  for (const char c : text) {
    quoted += c == '"' ? "\"\"" : std::string(1, c);
  }
  return quoted + '"';
}

CsvWriter::CsvWriter(const Snapshot& snapshot, std::ostream& accounts, std::ostream& transactions)
    : snapshot_(snapshot), accounts_(accounts), transactions_(transactions) {}

std::vector<std::string> CsvWriter::types() const {
  return {"transaction.posted", "transaction.pending", "transaction.voided", "transaction.expired",
          "transaction.refused"};
}

void CsvWriter::Begin() {
  accounts_ << kAccountColumns;
  for (const auto& [id, account] : snapshot_.accounts) {
    WriteAccount(accounts_, account);
  }
  transactions_ << kTransactionColumns;
}

void CsvWriter::Take(const v1::Event& event) {
  const v1::Transaction& transaction = event.transaction_recorded().transaction();
  if (transaction.status() == v1::TRANSACTION_STATUS_PENDING) {
    pending_[transaction.transaction_id()] = transaction;
    return;
  }
  pending_.erase(transaction.transaction_id());
  WriteTransaction(transaction);
}

void CsvWriter::End() {
  for (const auto& [id, transaction] : pending_) {
    WriteTransaction(transaction);
  }
}

void CsvWriter::WriteTransaction(const v1::Transaction& transaction) {
  const bool posted = transaction.status() == v1::TRANSACTION_STATUS_POSTED;
  for (int i = 0; i < transaction.postings_size(); ++i) {
    const v1::Posting& posting = transaction.postings(i);
    const auto account = snapshot_.accounts.find(posting.debit_account_id());
    const std::string& moved =
        posting.posted_amount().empty() ? posting.amount() : posting.posted_amount();
    WriteRow(transactions_, {transaction.transaction_id(),
                             StatusName(transaction.status()),
                             std::to_string(i),
                             posting.debit_account_id(),
                             posting.credit_account_id(),
                             account == snapshot_.accounts.end() ? "" : account->second.now.asset(),
                             posting.amount(),
                             posted ? moved : "",
                             transaction.type(),
                             transaction.reference(),
                             transaction.description(),
                             Time(transaction.has_effective_time(), transaction.effective_time()),
                             Time(transaction.has_commit_time(), transaction.commit_time()),
                             Time(transaction.has_expire_time(), transaction.expire_time()),
                             Time(transaction.has_end_time(), transaction.end_time()),
                             transaction.end_reason(),
                             transaction.reverses_transaction_id(),
                             transaction.refusal().reason(),
                             transaction.correlation_id(),
                             transaction.causation_id(),
                             std::to_string(transaction.position()),
                             Metadata(transaction.metadata())});
  }
}

}  // namespace florin::exporter
