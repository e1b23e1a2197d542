#include "apps/cli/statement_view.h"

#include <string>

#include "apps/cli/text.h"

namespace florin::cli {
namespace {

// Of a movement: the normal balance grew or shrank. Of a hold: it took or gave
// back. The last word of the type says which.
std::string Signed(const v1::Event& event, const std::string& amount) {
  const std::string& type = event.type();
  const bool grows = type.ends_with(".deposited") || type.ends_with(".reserved");
  return (grows ? "+" : "-") + amount;
}

}  // namespace

Table StatementTable() {
  return Table({{"POSITION", Table::Align::kRight},
                {"VERSION", Table::Align::kRight},
                {"TIME"},
                {"TYPE"},
                {"AMOUNT", Table::Align::kRight},
                {"HELD", Table::Align::kRight},
                {"BALANCE", Table::Align::kRight},
                {"AVAILABLE", Table::Align::kRight},
                {"TRANSACTION"}});
}

void AddStatementRow(const v1::Event& event, Table* table) {
  std::string amount;
  std::string held;
  std::string balance;
  std::string available;
  if (event.has_funds_moved()) {
    amount = Signed(event, event.funds_moved().amount());
    balance = event.funds_moved().balance_after();
    available = event.funds_moved().available_after();
  } else if (event.has_funds_reserved()) {
    held = Signed(event, event.funds_reserved().amount());
    available = event.funds_reserved().available_after();
  }
  table->AddRow({std::to_string(event.position()), std::to_string(event.version()),
                 FormatTime(event.has_time(), event.time()), event.type(), amount, held, balance,
                 available, event.transaction_id()});
}

}  // namespace florin::cli
