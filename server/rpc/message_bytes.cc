#include "server/rpc/message_bytes.h"

#include <fmt/format.h>
#include <google/protobuf/message.h>
#include <google/protobuf/stubs/logging.h>
#include <grpcpp/impl/codegen/proto_utils.h>
#include <grpcpp/support/proto_buffer_reader.h>
#include <grpcpp/support/proto_buffer_writer.h>
#include <spdlog/spdlog.h>

#include <array>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "server/rpc/wire_bounds.h"

namespace florin::server {
namespace {

// protobuf says only in its log which string was not UTF-8. While a message is
// parsed, that line goes here instead.
thread_local std::string* parse_log = nullptr;

void LogOrCapture(google::protobuf::LogLevel level, const char* /*file*/, int /*line*/,
                  const std::string& message) {
  if (parse_log != nullptr) {
    *parse_log += message;
  } else if (level >= google::protobuf::LOGLEVEL_WARNING) {
    spdlog::warn("protobuf: {}", message);
  }
}

// "String field 'florin.v1.Asset.name' contains invalid ..." -> what is quoted.
std::string FieldIn(const std::string& log) {
  const auto open = log.find('\'');
  if (open == std::string::npos) return "";
  const auto close = log.find('\'', open + 1);
  if (close == std::string::npos) return "";
  return log.substr(open + 1, close - open - 1);
}

// Where that field stands, as refusals name fields: "join.member_name",
// "filter.streams[1]". Parsing ended with it, so it is in the last element of
// each list. Empty: nowhere (a map's entry is not kept).
std::string PathOf(const std::string& full_name, const google::protobuf::Message& message) {
  const auto* const reflection = message.GetReflection();
  std::vector<const google::protobuf::FieldDescriptor*> fields;
  reflection->ListFields(message, &fields);
  for (const auto* const field : fields) {
    const int last = field->is_repeated() ? reflection->FieldSize(message, field) - 1 : -1;
    std::string here = last < 0 ? field->name() : fmt::format("{}[{}]", field->name(), last);
    if (field->full_name() == full_name) return here;
    if (field->message_type() == nullptr || field->is_map()) continue;
    const auto& inner = last < 0 ? reflection->GetMessage(message, field)
                                 : reflection->GetRepeatedMessage(message, field, last);
    const std::string below = PathOf(full_name, inner);
    if (!below.empty()) return here.append(".").append(below);
  }
  return "";
}

domain::Refusal Malformed(const google::protobuf::Message& message, const std::string& log) {
  const std::string full_name = FieldIn(log);
  if (!full_name.empty()) {
    std::string field = PathOf(full_name, message);
    if (field.empty()) field = full_name.substr(full_name.rfind('.') + 1);
    return {domain::Reason::kFieldInvalid,
            fmt::format("{} is not UTF-8; send strings as UTF-8", field),
            {{"field", field}}};
  }
  return {domain::Reason::kFieldInvalid,
          fmt::format("the request's bytes are not a {}; use a client generated "
                      "from the contract",
                      message.GetDescriptor()->full_name()),
          {{"field", ""}}};
}

// Fewer bytes hold too little to be worth counting.
constexpr std::size_t kUncountedBytes = 64 << 10;

std::optional<domain::Refusal> CountFirst(const grpc::ByteBuffer& bytes,
                                          const google::protobuf::Message& message) {
  if (bytes.Length() <= kUncountedBytes) return std::nullopt;
  switch (CheckWireBounds(bytes, message.GetDescriptor())) {
    case WireBounds::kFits:
      return std::nullopt;
    case WireBounds::kMalformed:
      return Malformed(message, "");
    case WireBounds::kTooMany:
      break;
  }
  return domain::Refusal{domain::Reason::kTooManyItems,
                         fmt::format("the message has more than {} elements or {} fields, "
                                     "including nested ones: send several messages",
                                     kElementsMax, kFieldsMax),
                         {{"field", ""}, {"limit", fmt::format("{}", kElementsMax)}}};
}

// Large enough for all but batches.
constexpr std::size_t kArenaBytes = 64 << 10;

struct WarmArena {
  std::array<char, kArenaBytes> block;
  google::protobuf::Arena arena{block.data(), block.size()};
  bool taken = false;
};

WarmArena& ThreadArena() {
  thread_local const auto arena = std::make_unique<WarmArena>();
  return *arena;
}

}  // namespace

std::optional<domain::Refusal> ParseBytes(const grpc::ByteBuffer& bytes,
                                          google::protobuf::Message* message) {
  if (auto refusal = CountFirst(bytes, *message)) return refusal;
  static const auto* const previous =
      reinterpret_cast<const void*>(google::protobuf::SetLogHandler(LogOrCapture));
  static_cast<void>(previous);
  grpc::ByteBuffer shared(bytes);  // shares the slices
  grpc::ProtoBufferReader reader(&shared);
  std::string log;
  parse_log = &log;
  const bool parsed =
      reader.status().ok() && message->ParseFromZeroCopyStream(&reader) && reader.status().ok();
  parse_log = nullptr;
  if (parsed) return std::nullopt;
  return Malformed(*message, log);
}

grpc::ByteBuffer EncodeBytes(const google::protobuf::MessageLite& message) {
  grpc::ByteBuffer bytes;
  bool own_buffer = false;
  const grpc::Status status =
      grpc::GenericSerialize<grpc::ProtoBufferWriter, google::protobuf::MessageLite>(
          message, &bytes, &own_buffer);
  if (!status.ok()) spdlog::error("encoding: {}", status.error_message());
  return bytes;
}

grpc::ByteBuffer ToByteBuffer(std::string bytes) {
  auto* const owned = new std::string(std::move(bytes));
  const grpc::Slice slice(
      owned->data(), owned->size(), [](void* string) { delete static_cast<std::string*>(string); },
      owned);
  return grpc::ByteBuffer(&slice, 1);
}

ArenaLease::ArenaLease() {
  WarmArena& warm = ThreadArena();
  shared_ = !warm.taken;
  if (shared_) {
    warm.taken = true;
    arena_ = &warm.arena;
  } else {
    arena_ = std::make_unique<google::protobuf::Arena>().release();
  }
}

ArenaLease::~ArenaLease() {
  if (shared_) {
    arena_->Reset();
    ThreadArena().taken = false;
  } else {
    const std::unique_ptr<google::protobuf::Arena> owned(arena_);
  }
}

}  // namespace florin::server
