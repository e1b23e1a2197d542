#include "server/rpc/wire_bounds.h"

#include <google/protobuf/io/coded_stream.h>
#include <google/protobuf/wire_format_lite.h>
#include <grpcpp/support/proto_buffer_reader.h>

namespace florin::server {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::internal::WireFormatLite;
using google::protobuf::io::CodedInputStream;

// As deep as protobuf parses.
constexpr int kDepthMax = 100;

class Walk {
 public:
  explicit Walk(CodedInputStream* input) : input_(input) {}

  // Up to the limit that is set or, in a group, to its end. No type: of a group
  // that the contract does not know.
  WireBounds Message(const Descriptor* type, int depth, int group) {
    if (depth > kDepthMax) return WireBounds::kMalformed;
    for (;;) {
      const std::uint32_t tag = input_->ReadTag();
      const int number = WireFormatLite::GetTagFieldNumber(tag);
      const auto wire_type = WireFormatLite::GetTagWireType(tag);
      if (tag == 0) return AtEnd(group) ? WireBounds::kFits : WireBounds::kMalformed;
      if (wire_type == WireFormatLite::WIRETYPE_END_GROUP) {
        return number == group ? WireBounds::kFits : WireBounds::kMalformed;
      }
      const FieldDescriptor* const field =
          type == nullptr ? nullptr : type->FindFieldByNumber(number);
      ++fields_;
      if (field == nullptr || field->is_repeated() || field->message_type() != nullptr) ++elements_;
      const WireBounds inner = wire_type == WireFormatLite::WIRETYPE_START_GROUP
                                   ? Message(nullptr, depth + 1, number)
                                   : Value(field, wire_type, depth);
      if (inner != WireBounds::kFits) return inner;
      if (elements_ > kElementsMax || fields_ > kFieldsMax) return WireBounds::kTooMany;
    }
  }

 private:
  bool AtEnd(int group) const { return group == 0 && input_->ConsumedEntireMessage(); }

  WireBounds Value(const FieldDescriptor* field, WireFormatLite::WireType wire_type, int depth) {
    if (wire_type == WireFormatLite::WIRETYPE_LENGTH_DELIMITED) return Delimited(field, depth);
    std::uint64_t number = 0;
    bool read = false;
    if (wire_type == WireFormatLite::WIRETYPE_VARINT) read = input_->ReadVarint64(&number);
    if (wire_type == WireFormatLite::WIRETYPE_FIXED32) read = input_->Skip(4);
    if (wire_type == WireFormatLite::WIRETYPE_FIXED64) read = input_->Skip(8);
    return read ? WireBounds::kFits : WireBounds::kMalformed;
  }

  WireBounds Delimited(const FieldDescriptor* field, int depth) {
    int length = 0;
    if (!input_->ReadVarintSizeAsInt(&length)) return WireBounds::kMalformed;
    if (field != nullptr && field->message_type() != nullptr) {
      const CodedInputStream::Limit outer = input_->PushLimit(length);
      const WireBounds inner = Message(field->message_type(), depth + 1, 0);
      // A length that goes beyond the message around it ends too early.
      if (inner == WireBounds::kFits && input_->BytesUntilLimit() != 0)
        return WireBounds::kMalformed;
      input_->PopLimit(outer);
      return inner;
    }
    // Packed numbers: at most one a byte.
    if (field != nullptr && field->is_packable()) elements_ += length;
    return input_->Skip(length) ? WireBounds::kFits : WireBounds::kMalformed;
  }

  CodedInputStream* const input_;
  std::int64_t elements_ = 0;
  std::int64_t fields_ = 0;
};

}  // namespace

WireBounds CheckWireBounds(const grpc::ByteBuffer& bytes, const Descriptor* type) {
  grpc::ByteBuffer shared(bytes);  // shares the slices
  grpc::ProtoBufferReader reader(&shared);
  // Whoever parses says what is wrong with it.
  if (!reader.status().ok()) return WireBounds::kFits;
  CodedInputStream input(&reader);
  return Walk(&input).Message(type, 1, 0);
}

}  // namespace florin::server
