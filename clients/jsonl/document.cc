#include "clients/jsonl/document.h"

#include <google/protobuf/util/json_util.h>
#include <google/protobuf/util/time_util.h>

#include <array>
#include <nlohmann/json.hpp>
#include <optional>
#include <stdexcept>
#include <type_traits>
#include <utility>

#include "text/visible.h"

namespace florin::jsonl {
namespace {

using google::protobuf::Timestamp;
using google::protobuf::util::TimeUtil;
// Sorts the names of an object, which is what makes lines comparable.
using nlohmann::json;

// In the order of Command's alternatives.
constexpr std::array<const char*, std::variant_size_v<Command>> kCommandNames = {
    "create_transaction", "settle_transaction", "void_transaction",   "reverse_transaction",
    "update_account",     "suspend_account",    "reactivate_account", "close_account"};

json ToJson(const google::protobuf::Message& message) {
  google::protobuf::util::JsonPrintOptions options;
  options.preserve_proto_field_names = true;
  std::string text;
  // Fails only for an Any of an unknown type, and the contract has no Any.
  (void)google::protobuf::util::MessageToJsonString(message, &text, options);
  return json::parse(text);
}

void FromJson(const json& value, google::protobuf::Message* message) {
  const auto status = google::protobuf::util::JsonStringToMessage(value.dump(), message);
  if (!status.ok()) {
    throw std::invalid_argument(status.ToString());
  }
}

json ToJson(const Origin& origin) {
  json value = {{"position", origin.position}};
  if (origin.commit_time) {
    value["commit_time"] = TimeUtil::ToString(*origin.commit_time);
  }
  if (origin.expire_time) {
    value["expire_time"] = TimeUtil::ToString(*origin.expire_time);
  }
  if (origin.expired) {
    value["expired"] = true;
  }
  return value;
}

std::optional<Timestamp> TimeOf(const json& value, const char* name) {
  const auto found = value.find(name);
  if (found == value.end()) {
    return std::nullopt;
  }
  Timestamp time;
  if (!TimeUtil::FromString(found->get<std::string>(), &time)) {
    throw std::invalid_argument(std::string(name) + " is not a time");
  }
  return time;
}

Origin OriginOf(const json& line) {
  const json& value = line.at("origin");
  Origin origin;
  origin.position = value.at("position").get<std::int64_t>();
  origin.commit_time = TimeOf(value, "commit_time");
  origin.expire_time = TimeOf(value, "expire_time");
  origin.expired = value.value("expired", false);
  return origin;
}

json Line(const AssetDocument& document) { return {{"asset", ToJson(document.asset)}}; }

json Line(const AccountDocument& document) {
  json line = {{"account", ToJson(document.account)},
               {"open_account", ToJson(document.opened)},
               {"origin", ToJson(document.origin)}};
  if (document.open_in_place) {
    line["open_in_place"] = true;
  }
  return line;
}

json Line(const CommandDocument& document) {
  json line = {{"origin", ToJson(document.origin)}};
  line[kCommandNames.at(document.command.index())] =
      std::visit([](const auto& request) { return ToJson(request); }, document.command);
  if (!document.refused.empty()) {
    line["refused"] = document.refused;
  }
  if (document.open_hold) {
    line["open_hold"] = true;
  }
  return line;
}

json Line(const EndDocument& document) {
  json origin = ToJson(document.origin);
  origin["ledger_id"] = document.ledger_id;
  return {{"end", {{"format", document.format}, {"documents", document.documents}}},
          {"origin", origin}};
}

template <std::size_t kIndex>
bool ParseCommand(const json& line, Command* command) {
  const auto found = line.find(kCommandNames.at(kIndex));
  if (found == line.end()) {
    return false;
  }
  FromJson(*found, &command->emplace<kIndex>());
  return true;
}

template <std::size_t... kIndex>
bool ParseAnyCommand(const json& line, Command* command, std::index_sequence<kIndex...> /*all*/) {
  return (ParseCommand<kIndex>(line, command) || ...);
}

Document ToDocument(const json& line) {
  if (line.contains("asset")) {
    AssetDocument document;
    FromJson(line["asset"], &document.asset);
    return document;
  }
  if (line.contains("account")) {
    AccountDocument document;
    FromJson(line["account"], &document.account);
    FromJson(line.at("open_account"), &document.opened);
    document.open_in_place = line.value("open_in_place", false);
    document.origin = OriginOf(line);
    return document;
  }
  if (line.contains("end")) {
    EndDocument document;
    document.format = line["end"].at("format").get<std::int64_t>();
    document.documents = line["end"].at("documents").get<std::int64_t>();
    document.origin = OriginOf(line);
    document.ledger_id = line["origin"].value("ledger_id", "");
    return document;
  }
  CommandDocument document;
  if (!ParseAnyCommand(line, &document.command,
                       std::make_index_sequence<std::variant_size_v<Command>>())) {
    throw std::invalid_argument("it is not one of the documents that florin export writes");
  }
  document.refused = line.value("refused", "");
  document.open_hold = line.value("open_hold", false);
  document.origin = OriginOf(line);
  return document;
}

}  // namespace

std::string ToLine(const Document& document) {
  return std::visit([](const auto& content) { return text::VisibleJson(Line(content).dump()); },
                    document);
}

std::variant<Document, std::string> ParseLine(std::string_view line) {
  // nlohmann reports by exceptions; they end here.
  try {
    const json value = json::parse(line);
    if (!value.is_object()) {
      return std::string("it is not a JSON object");
    }
    return ToDocument(value);
  } catch (const json::parse_error& error) {
    return "it is not JSON, from byte " + std::to_string(error.byte) + " on";
  } catch (const std::exception& error) {
    const std::string_view what = error.what();
    // "[json.exception.type_error.302] type must be ...": the number is for programmers.
    const std::size_t end = what.starts_with("[json.") ? what.find("] ") : std::string_view::npos;
    return std::string(end == std::string_view::npos ? what : what.substr(end + 2));
  }
}

}  // namespace florin::jsonl
