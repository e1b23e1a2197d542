#include "apps/cli/event_filter.h"

namespace florin::cli {
namespace {

void Add(CLI::App& command, const std::string& names, std::vector<std::string>& values,
         const std::string& description, const std::string& type) {
  command.add_option(names, values, description)
      ->type_name(type)
      ->allow_extra_args(false)
      ->take_all();
}

using Values = google::protobuf::RepeatedPtrField<std::string>;

void Replace(const std::vector<std::string>& given, Values* values) {
  if (!given.empty()) {
    *values = Values(given.begin(), given.end());
  }
}

}  // namespace

void AddEventFilterOptions(CLI::App& command, EventFilterOptions& options) {
  Add(command, "--type", options.types,
      "Only types that match: * is one word, # any number; may be repeated", "PATTERN");
  Add(command, "--stream-prefix,--prefix", options.prefixes,
      "Only streams that begin with this: an account id, transaction/ID; may be repeated",
      "PREFIX");
}

void AddStreamsOption(CLI::App& command, EventFilterOptions& options) {
  Add(command, "--stream", options.streams,
      "Only this stream, or those of --prefix: an account id, transaction/ID; may be repeated",
      "STREAM");
}

std::string FilterNote(const EventFilterOptions& options) {
  for (const auto& stream : options.streams) {
    if (stream.ends_with(':') || stream.ends_with('/')) {
      std::string note = "note: --stream ";
      note.append(stream).append(" names one stream; --prefix ").append(stream);
      return note.append(" takes all that begin with it");
    }
  }
  return "";
}

void SetFilter(const EventFilterOptions& options, v1::EventFilter* filter) {
  Replace(options.types, filter->mutable_type_patterns());
  Replace(options.prefixes, filter->mutable_stream_prefixes());
  Replace(options.streams, filter->mutable_streams());
}

}  // namespace florin::cli
