#include "server/groups/response.h"

#include <google/protobuf/io/coded_stream.h>

#include <algorithm>
#include <string>
#include <string_view>
#include <utility>

#include "florin/v1/group_service.pb.h"
#include "server/rpc/message_bytes.h"
#include "storage/events/proto_convert.h"

namespace florin::server {
namespace {

using google::protobuf::io::CodedOutputStream;

// Fields of ConsumeGroupResponse.
constexpr char kEventsTag = 0x0A;
constexpr char kHeadPositionTag = 0x10;
constexpr char kCaughtUpTag = 0x18;
constexpr char kDurableCountTag = 0x20;
constexpr char kRefusalsTag = 0x2A;
// Fields of DeliveredEvent.
constexpr char kEventTag = 0x0A;
constexpr char kAttemptTag = 0x10;
constexpr char kDeliveryIdTag = 0x1A;

// What a delivery takes beside its event and id: tags, lengths, attempt.
constexpr std::size_t kDeliveryOverhead = 24;

std::size_t VarintSize(std::uint64_t value) { return CodedOutputStream::VarintSize64(value); }

void AppendVarint(std::string* out, std::uint64_t value) {
  std::uint8_t buffer[10];
  std::uint8_t* const end = CodedOutputStream::WriteVarint64ToArray(value, buffer);
  out->append(buffer, end);
}

void AppendBytes(std::string* out, char tag, std::string_view bytes) {
  out->push_back(tag);
  AppendVarint(out, bytes.size());
  out->append(bytes);
}

void AppendNumber(std::string* out, char tag, std::int64_t number) {
  out->push_back(tag);
  AppendVarint(out, static_cast<std::uint64_t>(number));
}

void AppendDelivery(std::string* out, const actors::Delivery& delivery) {
  const auto attempt = static_cast<std::uint64_t>(delivery.attempt);
  const std::size_t size = 1 + VarintSize(delivery.event_bytes.size()) +
                           delivery.event_bytes.size() + 1 + VarintSize(attempt) + 1 +
                           VarintSize(delivery.delivery_id.size()) + delivery.delivery_id.size();
  out->push_back(kEventsTag);
  AppendVarint(out, size);
  AppendBytes(out, kEventTag, delivery.event_bytes);
  AppendNumber(out, kAttemptTag, delivery.attempt);
  AppendBytes(out, kDeliveryIdTag, delivery.delivery_id);
}

void AppendRefusal(std::string* out, const actors::AcknowledgeRefusal& refused) {
  v1::AcknowledgeRefusal refusal;
  refusal.set_delivery_id(refused.delivery_id);
  storage::ToProto(refused.refusal, refusal.mutable_refusal());
  AppendBytes(out, kRefusalsTag, refusal.SerializeAsString());
}

void AppendPlace(std::string* out, const actors::DeliveryBatch& batch) {
  AppendNumber(out, kHeadPositionTag, batch.head_position);
  AppendNumber(out, kDurableCountTag, batch.durable_acknowledge_count);
}

std::size_t SizeOf(const actors::Delivery& delivery) {
  return delivery.event_bytes.size() + delivery.delivery_id.size() + kDeliveryOverhead;
}

// The responses but the last, which goes on.
class Cutter {
 public:
  Cutter(const actors::DeliveryBatch& batch, std::size_t response_bytes)
      : batch_(batch), response_bytes_(response_bytes) {
    std::size_t size = kDeliveryOverhead;
    for (const actors::Delivery& delivery : batch.deliveries) size += SizeOf(delivery);
    bytes_.reserve(std::min(size, response_bytes));
  }

  // Room for `size` more bytes, in a new response if need be.
  std::string* Room(std::size_t size) {
    if (!bytes_.empty() && bytes_.size() + size > response_bytes_) {
      AppendPlace(&bytes_, batch_);
      cut_.push_back(ToByteBuffer(std::exchange(bytes_, {})));
    }
    return &bytes_;
  }

  std::deque<grpc::ByteBuffer> Finish() {
    AppendPlace(&bytes_, batch_);
    if (batch_.caught_up) AppendNumber(&bytes_, kCaughtUpTag, 1);
    cut_.push_back(ToByteBuffer(std::move(bytes_)));
    return std::move(cut_);
  }

 private:
  const actors::DeliveryBatch& batch_;
  const std::size_t response_bytes_;
  std::string bytes_;
  std::deque<grpc::ByteBuffer> cut_;
};

}  // namespace

std::deque<grpc::ByteBuffer> EncodeDeliveries(const actors::DeliveryBatch& batch,
                                              std::size_t response_bytes) {
  Cutter cutter(batch, response_bytes);
  for (const actors::Delivery& delivery : batch.deliveries) {
    AppendDelivery(cutter.Room(SizeOf(delivery)), delivery);
  }
  for (const actors::AcknowledgeRefusal& refused : batch.refusals) {
    AppendRefusal(cutter.Room(refused.delivery_id.size() + refused.refusal.message.size()),
                  refused);
  }
  return cutter.Finish();
}

}  // namespace florin::server
