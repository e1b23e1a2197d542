#pragma once

#include "apps/cli/table.h"
#include "florin/v1/event_service.pb.h"

namespace florin::cli {

/// The columns of `account history`.
[[nodiscard]] Table StatementTable();
/// One event of an account's stream: amounts signed by what they did to it.
void AddStatementRow(const v1::Event& event, Table* table);

}  // namespace florin::cli
