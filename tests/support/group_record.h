#pragma once

#include <cstdint>
#include <map>
#include <mutex>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "florin/v1/event_service.pb.h"
#include "florin/v1/group_service.pb.h"

namespace florin::test_support {

/// What the members of a group were given and said, and whether the group kept
/// its word: an event comes only when all before it in its stream are done, and
/// never again once that was said to be durable. For a group whose filter takes
/// the versions of a stream from 2 on. Threads: any.
class GroupRecord {
 public:
  using Key = std::pair<std::string, std::int64_t>;
  static Key KeyOf(const v1::Event& event) { return {event.stream(), event.version()}; }

  /// Of what was counted.
  struct Counts {
    std::int64_t delivered = 0;
    std::int64_t redelivered = 0;
    /// Came again although a member had said that it is done.
    std::int64_t done_again = 0;
    std::int64_t durable = 0;
  };

  void Delivered(const v1::Event& event);
  /// A member is about to acknowledge or skip it.
  void Done(const Key& key);
  /// The group said that this is durable.
  void Durable(const Key& key);

  [[nodiscard]] Counts counts() const;
  /// Each a sentence; empty: the group kept its word.
  [[nodiscard]] std::vector<std::string> problems() const;
  /// Those of `events` that no member was done with.
  [[nodiscard]] std::vector<Key> Missing(const std::vector<v1::Event>& events) const;

 private:
  mutable std::mutex mutex_;
  std::set<Key> seen_;
  std::set<Key> done_;
  std::set<Key> durable_;
  // First version of each stream that is not done.
  std::map<std::string, std::int64_t> next_;
  Counts counts_;
  std::vector<std::string> problems_;
};

}  // namespace florin::test_support
