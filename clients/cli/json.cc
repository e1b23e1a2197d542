#include "clients/cli/json.h"

#include <google/protobuf/util/json_util.h>

#include <ostream>
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

void PrintJson(std::ostream& out, const google::protobuf::Message& message) {
  out << ToJson(message, true);
}

void PrintJsonLine(std::ostream& out, const google::protobuf::Message& message) {
  out << ToJson(message, false) << '\n';
}

}  // namespace florin::cli
