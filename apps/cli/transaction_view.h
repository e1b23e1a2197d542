#pragma once

#include <iosfwd>

#include "apps/cli/table.h"
#include "florin/v1/transaction.pb.h"

namespace florin::cli {

/// The columns of `transaction list`.
[[nodiscard]] Table TransactionTable();
/// One line, whose postings beyond the first are only counted.
void AddTransactionRow(const v1::Transaction& transaction, Table* table);

/// All of one transaction, for people.
void PrintTransaction(const Printer& out, const v1::Transaction& transaction);

}  // namespace florin::cli
