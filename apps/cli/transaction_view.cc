#include "apps/cli/transaction_view.h"

#include <ostream>
#include <string>

#include "apps/cli/text.h"

namespace florin::cli {
namespace {

const std::string& Moved(const v1::Posting& posting) {
  return posting.posted_amount().empty() ? posting.amount() : posting.posted_amount();
}

}  // namespace

Table TransactionTable() {
  return Table({{"TIME"},
                {"TRANSACTION"},
                {"STATUS"},
                {"AMOUNT", Table::Align::kRight},
                {"DEBITED"},
                {"CREDITED"},
                {"TYPE"},
                {"REFERENCE"}});
}

void AddTransactionRow(const v1::Transaction& transaction, Table* table) {
  std::string amount;
  std::string debited;
  std::string credited;
  if (transaction.postings_size() > 0) {
    const auto& posting = transaction.postings(0);
    amount = Moved(posting);
    debited = posting.debit_account_id();
    credited = posting.credit_account_id();
  }
  if (transaction.postings_size() > 1) {
    credited += " (+" + std::to_string(transaction.postings_size() - 1) + " postings)";
  }
  table->AddRow({FormatTime(transaction.has_commit_time(), transaction.commit_time()),
                 transaction.transaction_id(), FormatStatus(transaction.status()), amount, debited,
                 credited, transaction.type(), transaction.reference()});
}

void PrintTransaction(const Printer& out, const v1::Transaction& transaction) {
  FieldList fields;
  fields.Add("transaction", transaction.transaction_id());
  fields.Add("status", FormatStatus(transaction.status()));
  if (transaction.has_refusal()) {
    fields.Add("refusal", transaction.refusal().reason() + ": " + transaction.refusal().message());
  }
  fields.Add("type", transaction.type());
  fields.Add("reference", transaction.reference());
  fields.Add("description", transaction.description());
  fields.Add("metadata", FormatMetadata(transaction.metadata()));
  fields.Add("committed", FormatTime(transaction.has_commit_time(), transaction.commit_time()));
  fields.Add("effective",
             FormatTime(transaction.has_effective_time(), transaction.effective_time()));
  fields.Add("expires", FormatTime(transaction.has_expire_time(), transaction.expire_time()));
  fields.Add("ended", FormatTime(transaction.has_end_time(), transaction.end_time()));
  fields.Add("end reason", transaction.end_reason());
  fields.Add("reverses", transaction.reverses_transaction_id());
  fields.Add("reversed by", transaction.reversed_by_transaction_id());
  fields.Add("correlation", transaction.correlation_id());
  fields.Add("causation", transaction.causation_id());
  fields.Add("position", std::to_string(transaction.position()));
  fields.Print(out);
  out << '\n';
  Table postings({{"AMOUNT", Table::Align::kRight},
                  {"POSTED", Table::Align::kRight},
                  {"DEBITED"},
                  {"CREDITED"}});
  for (const auto& posting : transaction.postings()) {
    const bool posted = transaction.status() == v1::TRANSACTION_STATUS_POSTED;
    postings.AddRow({posting.amount(), posted ? Moved(posting) : "", posting.debit_account_id(),
                     posting.credit_account_id()});
  }
  postings.Print(out);
}

}  // namespace florin::cli
