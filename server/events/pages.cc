#include "server/events/pages.h"

#include <fmt/format.h>

#include <algorithm>
#include <span>

#include "server/events/page.h"
#include "server/rpc/page_token.h"
#include "storage/format/record_codec.h"

namespace florin::server {
namespace {

using storage::EventHeader;

/// Positions [low, high], and where the first page found the head.
struct PositionRange {
  std::int64_t low = 1;
  std::int64_t high = 0;
  std::int64_t head = 0;
  /// On a page that goes on: the last position of the one before.
  std::optional<std::int64_t> after;
};

domain::Refusal BeyondHead(std::int64_t position, std::int64_t head) {
  return {domain::Reason::kPositionBeyondHead,
          fmt::format("start_position {} is beyond the head of the log, {}", position, head),
          {{"head_position", std::to_string(head)}, {"position", std::to_string(position)}}};
}

/// Head and place, from the token or for a first page.
domain::Result<PositionRange> StartRange(storage::Reader* reader, std::uint64_t digest,
                                         const std::string& page_token,
                                         std::int64_t start_position) {
  PositionRange range;
  if (page_token.empty()) {
    range.head = reader->VisibleHead().position;
    if (start_position > range.head) {
      return BeyondHead(start_position, range.head);
    }
  } else {
    const auto place = DecodePageToken(digest, page_token);
    if (!place.ok()) return place.refusal();
    range.head = place->head_position;
    range.after = place->after;
  }
  range.high = range.head;
  return range;
}

std::optional<domain::Refusal> NarrowByTime(storage::Reader* reader, const EventQuery& query,
                                            PositionRange* range) {
  if (query.start_time) {
    const auto before = reader->CommandEndAtOrBeforeTime(*query.start_time - 1);
    if (!before.ok()) return before.refusal();
    range->low = std::max(range->low, *before + 1);
  }
  if (query.end_time) {
    const auto last = reader->CommandEndAtOrBeforeTime(*query.end_time - 1);
    if (!last.ok()) return last.refusal();
    range->high = std::min(range->high, *last);
  }
  return std::nullopt;
}

/// `start_position` bounds the end at which reading begins, as does the place
/// that a token brought.
void NarrowByStart(const EventQuery& query, PositionRange* range) {
  if (query.descending) {
    if (query.start_position > 0) {
      range->high = std::min(range->high, query.start_position);
    }
    if (range->after) range->high = std::min(range->high, *range->after - 1);
  } else {
    range->low = std::max(range->low, query.start_position);
    if (range->after) range->low = std::max(range->low, *range->after + 1);
  }
}

/// One call of ReadEvents.
class EventsReader {
 public:
  EventsReader(storage::Reader* reader, const EventQuery* query, const PageLimits* limits,
               florin::v1::ReadEventsResponse* response)
      : reader_(reader),
        query_(query),
        limits_(limits),
        response_(response),
        page_(query->descending, query->page_size, limits->response_bytes, response) {}

  std::optional<domain::Refusal> Read() {
    auto range = StartRange(reader_, query_->digest, query_->page_token, query_->start_position);
    if (!range.ok()) return range.refusal();
    range_ = *range;
    auto refusal = NarrowByTime(reader_, *query_, &range_);
    if (!refusal) {
      NarrowByStart(*query_, &range_);
      refusal = query_->stream.empty() ? ReadLog() : ReadStream();
    }
    if (refusal) return refusal;
    if (page_.full()) next_after_ = page_.last_position();
    if (next_after_) {
      response_->set_next_page_token(
          EncodePageToken(query_->digest, {range_.head, *next_after_, ""}));
    }
    response_->set_head_position(reader_->VisibleHead().position);
    return std::nullopt;
  }

 private:
  std::optional<domain::Refusal> ReadLog() {
    std::size_t scanned = 0;
    while (range_.low <= range_.high && !page_.full()) {
      if (scanned > limits_->scanned_bytes) {
        next_after_ = query_->descending ? range_.high + 1 : range_.low - 1;
        break;
      }
      const auto commit_groups =
          query_->descending
              ? reader_->ReadCommitGroups(range_.high, 1, 1)
              : reader_->ReadCommitGroups(range_.low, kCommitGroupsAtOnce,
                                          std::min(kBytesAtOnce, limits_->scanned_bytes));
      if (!commit_groups.ok()) return commit_groups.refusal();
      // Below the head there is a commit group for every position.
      if (commit_groups->empty()) return Missing();
      for (const storage::CommitGroupPtr& commit_group : *commit_groups) {
        scanned += commit_group->records.size() + kCommitGroupCostBytes;
        if (auto refusal = AddCommitGroup(*commit_group)) return refusal;
      }
    }
    return std::nullopt;
  }

  std::optional<domain::Refusal> AddCommitGroup(const storage::CommitGroup& commit_group) {
    auto records = storage::DecodeRecords(commit_group);
    if (!records.ok()) return records.refusal();
    if (query_->descending) std::reverse(records->begin(), records->end());
    for (const storage::RecordPtr& record : *records) {
      if (page_.full()) break;
      if (record->last_position < range_.low || record->first_position > range_.high) {
        continue;
      }
      const auto added = page_.Add(*record, [this](const EventHeader& header) {
        return header.position >= range_.low && header.position <= range_.high &&
               query_->filter.Matches(header.stream, header.type);
      });
      if (!added.ok()) return added.refusal();
    }
    if (query_->descending) {
      range_.high = std::min(range_.high, commit_group.first_position - 1);
    } else {
      range_.low = std::max(range_.low, commit_group.last_position + 1);
    }
    return std::nullopt;
  }

  std::optional<domain::Refusal> ReadStream() {
    const auto last = reader_->StreamVersion(query_->stream);
    if (!last.ok()) return last.refusal();
    if (*last == 0) return std::nullopt;
    if (query_->start_version > *last && !range_.after) {
      return domain::Refusal{domain::Reason::kVersionBeyondHead,
                             fmt::format("start_version {} is beyond the stream's last, {}",
                                         query_->start_version, *last),
                             {{"version", std::to_string(query_->start_version)},
                              {"last_version", std::to_string(*last)}}};
    }
    if (!query_->filter.MatchesStream(query_->stream)) return std::nullopt;
    return query_->descending ? ReadStreamDown(*last) : ReadStreamUp(*last);
  }

  std::optional<domain::Refusal> ReadStreamUp(std::int64_t last) {
    auto version = FirstVersionAt(range_.low, last);
    if (!version.ok()) return version.refusal();
    std::int64_t next = std::max(*version, query_->start_version);
    std::int64_t scanned = 0;
    for (; next <= last && !page_.full() && !done_; next += kVersionsAtOnce) {
      if (scanned > limits_->scanned_versions) {
        next_after_ = last_scanned_;
        return std::nullopt;
      }
      const auto positions = reader_->StreamPositions(query_->stream, next,
                                                      std::min(last, next + kVersionsAtOnce - 1));
      if (!positions.ok()) return positions.refusal();
      scanned += kVersionsAtOnce;
      if (auto refusal = AddPositions(*positions)) return refusal;
    }
    return std::nullopt;
  }

  std::optional<domain::Refusal> ReadStreamDown(std::int64_t last) {
    // The first version above the range, less one.
    auto beyond = FirstVersionAt(range_.high + 1, last);
    if (!beyond.ok()) return beyond.refusal();
    std::int64_t next = *beyond - 1;
    if (query_->start_version > 0) next = std::min(next, query_->start_version);
    std::int64_t scanned = 0;
    for (; next >= 1 && !page_.full() && !done_; next -= kVersionsAtOnce) {
      if (scanned > limits_->scanned_versions) {
        next_after_ = last_scanned_;
        return std::nullopt;
      }
      auto positions = reader_->StreamPositions(
          query_->stream, std::max<std::int64_t>(1, next - kVersionsAtOnce + 1), next);
      if (!positions.ok()) return positions.refusal();
      std::reverse(positions->begin(), positions->end());
      scanned += kVersionsAtOnce;
      if (auto refusal = AddPositions(*positions)) return refusal;
    }
    return std::nullopt;
  }

  /// The first version with an event at or after `position`; last + 1: none.
  domain::Result<std::int64_t> FirstVersionAt(std::int64_t position, std::int64_t last) {
    std::int64_t low = 1;
    std::int64_t high = last + 1;
    if (position <= 1) return low;
    while (low < high) {
      const std::int64_t middle = low + (high - low) / 2;
      const auto found = reader_->StreamPositions(query_->stream, middle, middle);
      if (!found.ok()) return found.refusal();
      if (found->empty()) return Missing();
      if (found->front() >= position) {
        high = middle;
      } else {
        low = middle + 1;
      }
    }
    return low;
  }

  std::optional<domain::Refusal> AddPositions(std::span<const std::int64_t> positions) {
    for (const std::int64_t position : positions) {
      if (page_.full()) return std::nullopt;
      done_ = position < range_.low || position > range_.high;
      if (done_) return std::nullopt;
      if (auto refusal = AddPosition(position)) return refusal;
      last_scanned_ = position;
    }
    return std::nullopt;
  }

  std::optional<domain::Refusal> AddPosition(std::int64_t position) {
    // Neighbours are often of one command.
    if (record_ == nullptr || position < record_->first_position ||
        position > record_->last_position) {
      auto record = reader_->ReadRecord(position);
      if (!record.ok()) return record.refusal();
      record_ = std::move(*record);
    }
    bool of_stream = false;
    const auto added = page_.Add(*record_, [&](const EventHeader& header) {
      if (header.position != position) return false;
      of_stream = header.stream == query_->stream;
      return of_stream && query_->filter.MatchesType(header.type);
    });
    if (!added.ok()) return added.refusal();
    // An index that leads astray is not answered around.
    if (!of_stream) return Missing();
    return std::nullopt;
  }

  [[nodiscard]] domain::Refusal Missing() const {
    const std::string what = query_->stream.empty() ? "log" : "index of stream " + query_->stream;
    return {domain::Reason::kDataCorrupt,
            fmt::format("the {} does not hold what it should between "
                        "positions {} and {}",
                        what, range_.low, range_.high),
            {{"position", std::to_string(range_.low)}}};
  }

  static constexpr std::int64_t kVersionsAtOnce = 64;
  static constexpr std::size_t kCommitGroupsAtOnce = 64;
  static constexpr std::size_t kBytesAtOnce = 256U << 10;
  /// What finding a commit group costs, compared with reading bytes.
  static constexpr std::size_t kCommitGroupCostBytes = 1U << 10;

  storage::Reader* const reader_;
  const EventQuery* const query_;
  const PageLimits* const limits_;
  florin::v1::ReadEventsResponse* const response_;
  EventPage page_;
  PositionRange range_;
  std::optional<std::int64_t> next_after_;
  storage::RecordPtr record_;
  std::int64_t last_scanned_ = 0;
  /// The rest of the stream is outside the range.
  bool done_ = false;
};

void AddCommitGroup(const storage::CommitGroup& commit_group,
                    florin::v1::ReadCommitGroupsResponse* response) {
  auto* const message = response->add_commit_groups();
  message->set_first_position(commit_group.first_position);
  message->set_last_position(commit_group.last_position);
  message->set_previous_hash(commit_group.previous_hash.data(), commit_group.previous_hash.size());
  message->set_hash(commit_group.hash.data(), commit_group.hash.size());
  message->set_format_version(commit_group.format_version);
  message->set_records(commit_group.records);
}

}  // namespace

std::optional<domain::Refusal> ReadEventsPage(storage::Reader* reader, const EventQuery& query,
                                              const PageLimits& limits,
                                              florin::v1::ReadEventsResponse* response) {
  return EventsReader(reader, &query, &limits, response).Read();
}

std::optional<domain::Refusal> ReadCommitGroupsPage(
    storage::Reader* reader, const CommitGroupQuery& query, const PageLimits& limits,
    florin::v1::ReadCommitGroupsResponse* response) {
  const auto range = StartRange(reader, query.digest, query.page_token, query.start_position);
  if (!range.ok()) return range.refusal();
  response->set_ledger_id(reader->LedgerId());
  const std::int64_t next =
      range->after ? *range->after + 1 : std::max<std::int64_t>(1, query.start_position);
  if (next > range->head) return std::nullopt;
  const auto commit_groups = reader->ReadCommitGroups(
      next, static_cast<std::size_t>(query.page_size), limits.response_bytes);
  if (!commit_groups.ok()) return commit_groups.refusal();
  if (commit_groups->empty()) {
    return domain::Refusal{domain::Reason::kDataCorrupt,
                           fmt::format("the log holds no commit group for position {}", next),
                           {{"position", std::to_string(next)}}};
  }
  std::int64_t last = range->head;
  for (const storage::CommitGroupPtr& commit_group : *commit_groups) {
    if (commit_group->first_position > range->head) break;
    AddCommitGroup(*commit_group, response);
    last = commit_group->last_position;
  }
  if (last < range->head) {
    response->set_next_page_token(EncodePageToken(query.digest, {range->head, last, ""}));
  }
  return std::nullopt;
}

}  // namespace florin::server
