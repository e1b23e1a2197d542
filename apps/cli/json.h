#pragma once

#include <google/protobuf/message.h>

#include "apps/cli/printer.h"

namespace florin::cli {

/// One document, indented, with the contract's own field names
/// ("account_id"); fields that are not set are there with their defaults, so
/// that a script finds every field. 64-bit numbers are strings, as protobuf's
/// JSON has them. No control character stands in it as it is.
void PrintJson(const Printer& out, const google::protobuf::Message& message);

/// The same on one line: one of many (JSON Lines).
void PrintJsonLine(const Printer& out, const google::protobuf::Message& message);

}  // namespace florin::cli
