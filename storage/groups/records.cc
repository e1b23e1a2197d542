#include "storage/groups/records.h"

#include "storage/format/bytes.h"

namespace florin::storage {
namespace {

/// Signed numbers that may be negative, as zigzag.
void PutSigned(std::string* out, std::int64_t value) {
  const auto bits = static_cast<std::uint64_t>(value);
  PutVarint(out, (bits << 1) ^ (value < 0 ? ~std::uint64_t{0} : 0));
}

std::int64_t ReadSigned(ByteReader* in) {
  const std::uint64_t bits = in->Varint();
  return static_cast<std::int64_t>((bits >> 1) ^ (~(bits & 1) + 1));
}

void PutNumber(std::string* out, std::int64_t value) {
  PutVarint(out, static_cast<std::uint64_t>(value));
}

void PutTexts(std::string* out, const std::vector<std::string>& texts) {
  PutVarint(out, texts.size());
  for (const std::string& text : texts) PutText(out, text);
}

std::vector<std::string> ReadTexts(ByteReader* in) {
  std::vector<std::string> texts;
  const std::uint64_t count = in->Varint();
  for (std::uint64_t i = 0; i < count && in->ok(); ++i) texts.emplace_back(in->Text());
  return texts;
}

void PutSettings(std::string* out, const domain::GroupSettings& settings) {
  PutTexts(out, settings.filter.stream_prefixes);
  PutTexts(out, settings.filter.type_patterns);
  PutTexts(out, settings.filter.streams);
  PutNumber(out, settings.ack_timeout_ns);
  PutSigned(out, settings.max_attempts);
  PutNumber(out, settings.min_backoff_ns);
  PutNumber(out, settings.max_backoff_ns);
  out->push_back(settings.event_ttl_ns ? 1 : 0);
  if (settings.event_ttl_ns) PutNumber(out, *settings.event_ttl_ns);
  PutNumber(out, settings.max_in_flight);
  out->push_back(static_cast<char>(settings.order));
  PutNumber(out, settings.max_parked_and_waiting);
}

domain::GroupSettings ReadSettings(ByteReader* in) {
  domain::GroupSettings settings;
  settings.filter.stream_prefixes = ReadTexts(in);
  settings.filter.type_patterns = ReadTexts(in);
  settings.filter.streams = ReadTexts(in);
  settings.ack_timeout_ns = in->Int64();
  settings.max_attempts = static_cast<std::int32_t>(ReadSigned(in));
  settings.min_backoff_ns = in->Int64();
  settings.max_backoff_ns = in->Int64();
  if (in->Byte() != 0) settings.event_ttl_ns = in->Int64();
  settings.max_in_flight = static_cast<std::int32_t>(in->Int64());
  settings.order = static_cast<domain::GroupOrder>(in->Byte());
  settings.max_parked_and_waiting = in->Int64();
  return settings;
}

bool IsOrder(domain::GroupOrder order) {
  return order == domain::GroupOrder::kStream || order == domain::GroupOrder::kNone;
}

domain::Refusal Malformed(const char* what, const CorruptPlace& where) {
  return DataCorrupt("A consumer group's " + std::string(what) + " at " + where.Text() +
                         " is malformed. Restore groups/ from a backup.",
                     where);
}

constexpr std::uint8_t kHolds = 1;
constexpr std::uint8_t kExpired = 2;

}  // namespace

std::string EncodeState(const GroupState& state) {
  std::string value;
  PutSettings(&value, state.settings);
  PutNumber(&value, state.created_time);
  PutNumber(&value, state.base_time);
  PutNumber(&value, state.cursor);
  PutNumber(&value, state.last_action);
  return value;
}

domain::Result<GroupState> DecodeState(std::string_view value, const CorruptPlace& where) {
  ByteReader in(value);
  GroupState state;
  state.settings = ReadSettings(&in);
  state.created_time = in.Int64();
  state.base_time = in.Int64();
  state.cursor = in.Int64();
  state.last_action = in.Int64();
  if (!in.Done() || !IsOrder(state.settings.order) || state.cursor < 0)
    return Malformed("state", where);
  return state;
}

std::string EncodeParked(const ParkedRecord& record) {
  std::string value;
  PutText(&value, record.stream);
  PutNumber(&value, record.commit_time);
  PutNumber(&value, record.attempts);
  PutText(&value, record.last_reason);
  PutNumber(&value, record.park_time);
  PutText(&value, record.member_name);
  PutText(&value, record.principal);
  value.push_back(static_cast<char>((record.holds ? kHolds : 0) | (record.expired ? kExpired : 0)));
  return value;
}

domain::Result<ParkedRecord> DecodeParked(std::int64_t number, std::string_view value,
                                          const CorruptPlace& where) {
  ByteReader in(value);
  ParkedRecord record;
  record.position = number;
  record.stream = in.Text();
  record.commit_time = in.Int64();
  record.attempts = static_cast<std::int32_t>(in.Int64());
  record.last_reason = in.Text();
  record.park_time = in.Int64();
  record.member_name = in.Text();
  record.principal = in.Text();
  const std::uint8_t flags = in.Byte();
  record.holds = (flags & kHolds) != 0;
  record.expired = (flags & kExpired) != 0;
  if (!in.Done() || flags > (kHolds | kExpired)) return Malformed("parked event", where);
  return record;
}

std::string EncodeWaiting(const WaitingRecord& record) {
  std::string value;
  PutText(&value, record.stream);
  PutNumber(&value, record.commit_time);
  PutNumber(&value, record.since);
  return value;
}

domain::Result<WaitingRecord> DecodeWaiting(std::int64_t number, std::string_view value,
                                            const CorruptPlace& where) {
  ByteReader in(value);
  WaitingRecord record;
  record.position = number;
  record.stream = in.Text();
  record.commit_time = in.Int64();
  record.since = in.Int64();
  if (!in.Done()) return Malformed("waiting event", where);
  return record;
}

std::string EncodeAttempts(const AttemptsRecord& record) {
  std::string value;
  PutNumber(&value, record.attempts);
  PutText(&value, record.last_reason);
  return value;
}

domain::Result<AttemptsRecord> DecodeAttempts(std::int64_t number, std::string_view value,
                                              const CorruptPlace& where) {
  ByteReader in(value);
  AttemptsRecord record;
  record.position = number;
  record.attempts = static_cast<std::int32_t>(in.Int64());
  record.last_reason = in.Text();
  if (!in.Done()) return Malformed("count of attempts", where);
  return record;
}

std::string EncodeFinished(const FinishedRecord& record) {
  std::string value;
  std::uint32_t end = 0;
  for (const auto& [first, length] : record.runs) {
    PutVarint(&value, first - end);
    PutVarint(&value, length);
    end = first + length;
  }
  return value;
}

domain::Result<FinishedRecord> DecodeFinished(std::int64_t number, std::string_view value,
                                              const CorruptPlace& where) {
  ByteReader in(value);
  FinishedRecord record;
  record.number = number;
  std::uint64_t end = 0;
  while (in.ok() && !in.Done()) {
    const std::uint64_t gap = in.Varint();
    const std::uint64_t length = in.Varint();
    constexpr std::uint64_t kMax = FinishedRecord::kBlockPositions;
    if (!in.ok() || gap > kMax || length == 0 || length > kMax || end + gap + length > kMax)
      return Malformed("finished positions", where);
    record.runs.emplace_back(static_cast<std::uint32_t>(end + gap),
                             static_cast<std::uint32_t>(length));
    end += gap + length;
  }
  if (!in.Done() || number < 0) return Malformed("finished positions", where);
  return record;
}

std::string EncodeAction(const ActionRecord& record) {
  std::string value;
  value.push_back(static_cast<char>(record.kind));
  PutNumber(&value, record.time);
  PutText(&value, record.principal);
  PutText(&value, record.member_name);
  PutText(&value, record.reason);
  PutNumber(&value, record.position);
  PutNumber(&value, record.event_count);
  return value;
}

domain::Result<ActionRecord> DecodeAction(std::int64_t number, std::string_view value,
                                          const CorruptPlace& where) {
  ByteReader in(value);
  ActionRecord record;
  record.number = number;
  record.kind = in.Byte();
  record.time = in.Int64();
  record.principal = in.Text();
  record.member_name = in.Text();
  record.reason = in.Text();
  record.position = in.Int64();
  record.event_count = in.Int64();
  if (!in.Done()) return Malformed("action", where);
  return record;
}

}  // namespace florin::storage
