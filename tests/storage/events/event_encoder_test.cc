// Goal: what is written straight from records is what protobuf makes of the same events, byte by
// byte. The seed is printed; FLORIN_SEED repeats one.

#include <gmock/gmock.h>
#include <google/protobuf/io/coded_stream.h>
#include <google/protobuf/io/zero_copy_stream_impl_lite.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <iostream>
#include <random>
#include <string>
#include <vector>

#include "florin/v1/event_service.pb.h"
#include "storage/events/codec.h"
#include "storage/events/encoder.h"
#include "tests/storage/format/record_samples.h"

namespace florin::storage {
namespace {

namespace v1 = florin::v1;
using testing::HasSubstr;

/// By protobuf, maps in the order of their keys.
std::string Serialized(const google::protobuf::Message& message) {
  std::string bytes;
  google::protobuf::io::StringOutputStream stream(&bytes);
  google::protobuf::io::CodedOutputStream coded(&stream);
  coded.SetSerializationDeterministic(true);
  EXPECT_TRUE(message.SerializeToCodedStream(&coded));
  coded.Trim();
  return bytes;
}

/// The order of entries is the record's here, and anything in protobuf: sorted, they compare.
void SortMaps(domain::StringMap* map) { std::sort(map->begin(), map->end()); }

Record WithSortedMaps(Record record) {
  for (auto* transaction : {&record.change.transaction, &record.change.original}) {
    if (*transaction == nullptr) continue;
    *transaction = std::make_shared<domain::Transaction>(**transaction);
    SortMaps(&(*transaction)->metadata);
    if ((*transaction)->refusal) SortMaps(&(*transaction)->refusal->metadata);
  }
  return record;
}

void ExpectAsProtobuf(const Record& original) {
  const Record record = WithSortedMaps(original);
  v1::SubscribeEventsResponse response;
  std::vector<EventHeader> headers;
  ASSERT_TRUE(ExpandEvents(record, [&](const EventHeader& header) {
                headers.push_back(header);
                return response.add_events();
              }).ok());
  EventEncoder encoder;
  // Not at the beginning, as most are.
  ASSERT_TRUE(encoder.Add(TransferRecords(2, 1)[0]).ok());
  const std::size_t before = encoder.events().size();
  const std::size_t begin = encoder.bytes().size();
  ASSERT_TRUE(encoder.Add(record).ok());
  const std::string_view bytes = encoder.bytes();
  ASSERT_EQ(bytes.substr(begin), Serialized(response)) << Describe(record);
  ASSERT_EQ(encoder.events().size() - before, headers.size());
  for (std::size_t i = 0; i < headers.size(); ++i) {
    const EncodedEvent& event = encoder.events()[before + i];
    EXPECT_EQ(bytes.substr(event.stream_begin, event.stream_size), headers[i].stream);
    EXPECT_EQ(event.type, headers[i].type);
    EXPECT_EQ(bytes[event.begin], '\x0a');
  }
}

TEST(EventEncoderTest, WritesWhatProtobufWrites) {
  for (const Record& record : SampleRecords()) ExpectAsProtobuf(record);
}

TEST(EventEncoderTest, WritesWhatProtobufWritesOfRandomRecords) {
  const char* given = std::getenv("FLORIN_SEED");
  const std::uint64_t seed =
      given != nullptr ? std::strtoull(given, nullptr, 10) : std::random_device{}();
  std::cout << "FLORIN_SEED=" << seed << "\n";
  RandomRecords source(seed);
  for (int i = 0; i < 3000; ++i) {
    ExpectAsProtobuf(source.Next());
    if (HasFatalFailure()) return;
  }
}

TEST(EventEncoderTest, FindsTheRoomForEveryLength) {
  // A length takes one byte up to 127, two up to 16,383, then three: of the event, of the
  // transaction in it and of a text.
  Record record = TransferRecords(2, 1)[0];
  const auto transaction = std::make_shared<domain::Transaction>(*record.change.transaction);
  record.change.transaction = transaction;
  for (std::size_t size = 0; size < 300; ++size) {
    transaction->reference = std::string(size, 'r');
    ExpectAsProtobuf(record);
  }
  for (std::size_t size = 16'000; size < 16'500; ++size) {
    transaction->reference = std::string(size, 'r');
    ExpectAsProtobuf(record);
  }
  transaction->description = std::string(3 << 20, 'd');
  ExpectAsProtobuf(record);
}

TEST(EventEncoderTest, FindsTheRoomForShortEvents) {
  Record record = TransferRecords(2, 1)[0];
  const auto transaction = std::make_shared<domain::Transaction>(*record.change.transaction);
  record.change.transaction = transaction;
  record.change.principal.clear();
  for (std::size_t size = 1; size < 64; ++size) {
    transaction->transaction_id.assign(size, 't');
    ExpectAsProtobuf(record);
  }
}

TEST(EventEncoderTest, AppendsNothingOfARecordThatContradictsItself) {
  EventEncoder encoder;
  const Record good = TransferRecords(2, 1)[0];
  ASSERT_TRUE(encoder.Add(good).ok());
  const std::string before(encoder.bytes());
  Record bad = good;
  ++bad.last_position;
  const auto status = encoder.Add(bad);
  ASSERT_FALSE(status.ok());
  EXPECT_EQ(status.refusal().reason, domain::Reason::kDataCorrupt);
  EXPECT_THAT(status.refusal().message, HasSubstr("fewer events"));
  EXPECT_EQ(encoder.bytes(), before);
  EXPECT_EQ(encoder.events().size(), 3U);
  encoder.Clear();
  EXPECT_TRUE(encoder.bytes().empty());
  EXPECT_TRUE(encoder.events().empty());
}

}  // namespace
}  // namespace florin::storage
