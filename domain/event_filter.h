#pragma once

#include <string>
#include <string_view>
#include <unordered_set>
#include <vector>

#include "domain/result.h"
#include "domain/topic_pattern.h"

namespace florin::domain {

/// What a client asked for; empty fields select everything.
struct EventFilterSpec {
  std::vector<std::string> stream_prefixes;
  std::vector<std::string> type_patterns;
  std::vector<std::string> streams;
};

/// Chooses events by stream and type, compiled once and asked for every event.
///
/// An event passes if its stream begins with one of the prefixes or is one of
/// the streams (either list; both empty: any stream), and its type matches one
/// of the patterns (none: any type). Threads: Matches from any. Source:
/// EventFilter in event_service.proto.
class EventFilter {
 public:
  /// Most entries of `stream_prefixes` and of `streams`; of `type_patterns`.
  static constexpr std::size_t kStreamsMax = 8192;
  static constexpr std::size_t kPatternsMax = 256;
  /// Most bytes of one entry (no stream is as long), and of all together.
  static constexpr std::size_t kEntryBytesMax = 512;
  static constexpr std::size_t kBytesMax = 1U << 20;

  /// Selects everything.
  EventFilter() = default;

  /// Errors: kFieldInvalid naming the field and entry; kTooManyItems with the
  /// limit.
  static Result<EventFilter> Compile(const EventFilterSpec& spec);

  [[nodiscard]] bool Matches(std::string_view stream, std::string_view type) const {
    return MatchesType(type) && MatchesStream(stream);
  }
  [[nodiscard]] bool MatchesStream(std::string_view stream) const;
  [[nodiscard]] bool MatchesType(std::string_view type) const;
  [[nodiscard]] bool MatchesEverything() const { return any_stream_ && patterns_.empty(); }

 private:
  struct ViewHash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const {
      return std::hash<std::string_view>{}(text);
    }
  };

  bool any_stream_ = true;
  /// Sorted; none begins with another, so that the last one at or below a
  /// stream is the only candidate.
  std::vector<std::string> prefixes_;
  std::unordered_set<std::string, ViewHash, std::equal_to<>> streams_;
  /// Empty: any type.
  std::vector<TopicPattern> patterns_;
};

}  // namespace florin::domain
