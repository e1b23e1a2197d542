#include "apps/cli/json.h"

#include <google/protobuf/util/json_util.h>

#include <string>

namespace florin::cli {
namespace {

std::string ToJson(const google::protobuf::Message& message, bool indented) {
  google::protobuf::util::JsonPrintOptions options;
  options.add_whitespace = indented;
  options.preserve_proto_field_names = true;
  options.always_print_primitive_fields = true;
  std::string text;
  // Fails only for an Any of an unknown type, and the contract has no Any.
  const auto status = google::protobuf::util::MessageToJsonString(message, &text, options);
  return status.ok() ? text : "{}";
}

}  // namespace

void PrintJson(const Printer& out, const google::protobuf::Message& message) {
  out.Json(ToJson(message, true));
}

void PrintJsonLine(const Printer& out, const google::protobuf::Message& message) {
  out.Json(ToJson(message, false));
  out << '\n';
}

}  // namespace florin::cli
