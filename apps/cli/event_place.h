#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "apps/cli/text.h"

namespace florin::cli {

/// A place in the log as the command line names it: "beginning", "end", a time,
/// "position:N" (the first to come), "checkpoint:STRING" (the last that was).
constexpr std::string_view kCheckpointPlace = "checkpoint:";
constexpr std::string_view kPositionPlace = "position:";

/// For options: "" if the text is a place, else what is wrong with it.
[[nodiscard]] std::string CheckPlace(const std::string& text);
/// The same without "position:N", which a subscription cannot begin at.
[[nodiscard]] std::string CheckPlaceOfTail(const std::string& text);

/// Of "position:N"; nullopt: it is none.
[[nodiscard]] std::optional<std::int64_t> PositionOfPlace(const std::string& text);

/// `text` was checked when it was parsed. `Request` is any of the contract's that
/// begins, or goes, somewhere.
template <typename Request>
void SetPlace(const std::string& text, Request* request) {
  if (text == "beginning") {
    request->set_beginning(true);
  } else if (text == "end") {
    request->set_end(true);
  } else if (text.starts_with(kCheckpointPlace)) {
    request->set_after_checkpoint(text.substr(kCheckpointPlace.size()));
  } else {
    *request->mutable_time() = ParseTime(text).value();
  }
}

/// The same for a group, which may begin at a position.
template <typename Request>
void SetGroupPlace(const std::string& text, Request* request) {
  if (const auto position = PositionOfPlace(text)) {
    request->set_position(*position);
  } else {
    SetPlace(text, request);
  }
}

}  // namespace florin::cli
