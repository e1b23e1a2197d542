#include "domain/event_filter.h"

#include <algorithm>
#include <optional>
#include <utility>

namespace florin::domain {
namespace {

std::string EntryName(std::string_view field, std::size_t index) {
  std::string name = "filter.";
  name.append(field).append("[").append(std::to_string(index)).append("]");
  return name;
}

Refusal TooMany(std::string_view field, std::size_t count, std::size_t limit) {
  std::string name = "filter.";
  name.append(field);
  std::string message = name;
  message.append(" has ").append(std::to_string(count)).append(" entries; at most ");
  message.append(std::to_string(limit))
      .append(" are allowed. Use several subscriptions or a prefix.");
  return {Reason::kTooManyItems,
          std::move(message),
          {{"field", name}, {"limit", std::to_string(limit)}}};
}

Refusal TooManyBytes(const std::string& entry, bool is_long) {
  const std::string limit =
      std::to_string(is_long ? EventFilter::kEntryBytesMax : EventFilter::kBytesMax);
  return {Reason::kFieldInvalid,
          is_long ? entry + " is longer than " + limit + " bytes; no stream or type is."
                  : "With " + entry + " the filter has more than " + limit +
                        " bytes. Use several filters or shorter prefixes.",
          {{"field", entry}, {"limit", limit}}};
}

/// What an entry is refused for by its length, and whatever pushes the filter over its bytes.
std::optional<Refusal> CheckBytes(std::string_view field, const std::vector<std::string>& entries,
                                  std::size_t* bytes) {
  for (std::size_t i = 0; i < entries.size(); ++i) {
    *bytes += entries[i].size();
    const bool is_long = entries[i].size() > EventFilter::kEntryBytesMax;
    if (!is_long && *bytes <= EventFilter::kBytesMax) continue;
    return TooManyBytes(EntryName(field, i), is_long);
  }
  return std::nullopt;
}

/// Without those that begin with another: they choose nothing more.
std::vector<std::string> ShortestPrefixes(std::vector<std::string> prefixes) {
  std::sort(prefixes.begin(), prefixes.end());
  std::vector<std::string> kept;
  for (std::string& prefix : prefixes) {
    if (kept.empty() || !prefix.starts_with(kept.back())) kept.push_back(std::move(prefix));
  }
  return kept;
}

}  // namespace

Result<EventFilter> EventFilter::Compile(const EventFilterSpec& spec) {
  if (spec.stream_prefixes.size() > kStreamsMax) {
    return TooMany("stream_prefixes", spec.stream_prefixes.size(), kStreamsMax);
  }
  if (spec.streams.size() > kStreamsMax)
    return TooMany("streams", spec.streams.size(), kStreamsMax);
  if (spec.type_patterns.size() > kPatternsMax) {
    return TooMany("type_patterns", spec.type_patterns.size(), kPatternsMax);
  }

  std::size_t bytes = 0;
  for (const auto& [field, entries] :
       {std::pair{"stream_prefixes", &spec.stream_prefixes},
        std::pair{"type_patterns", &spec.type_patterns}, std::pair{"streams", &spec.streams}}) {
    if (auto refusal = CheckBytes(field, *entries, &bytes)) return *std::move(refusal);
  }

  EventFilter filter;
  for (std::size_t i = 0; i < spec.type_patterns.size(); ++i) {
    Result<TopicPattern> pattern = TopicPattern::Parse(spec.type_patterns[i]);
    if (!pattern.ok()) {
      Refusal refusal = pattern.refusal();
      refusal.metadata = {{"field", EntryName("type_patterns", i)}};
      return refusal;
    }
    filter.patterns_.push_back(std::move(*pattern));
  }
  const auto& patterns = filter.patterns_;
  if (std::any_of(patterns.begin(), patterns.end(),
                  [](const auto& pattern) { return pattern.MatchesEverything(); })) {
    filter.patterns_.clear();
  }

  for (std::size_t i = 0; i < spec.streams.size(); ++i) {
    if (spec.streams[i].empty()) {
      const std::string field = EntryName("streams", i);
      return Refusal{Reason::kFieldInvalid,
                     field + " is empty; no stream has an empty name.",
                     {{"field", field}}};
    }
    filter.streams_.insert(spec.streams[i]);
  }
  filter.prefixes_ = ShortestPrefixes(spec.stream_prefixes);
  const bool every_prefix = !filter.prefixes_.empty() && filter.prefixes_.front().empty();
  filter.any_stream_ = every_prefix || (filter.prefixes_.empty() && filter.streams_.empty());
  return filter;
}

bool EventFilter::MatchesStream(std::string_view stream) const {
  if (any_stream_ || streams_.contains(stream)) return true;
  const auto above = std::upper_bound(prefixes_.begin(), prefixes_.end(), stream);
  return above != prefixes_.begin() && stream.starts_with(*std::prev(above));
}

bool EventFilter::MatchesType(std::string_view type) const {
  return patterns_.empty() ||
         std::any_of(patterns_.begin(), patterns_.end(),
                     [&](const auto& pattern) { return pattern.Matches(type); });
}

}  // namespace florin::domain
