#include "storage/events/encoder.h"

#include <google/protobuf/io/coded_stream.h>
#include <google/protobuf/io/zero_copy_stream_impl_lite.h>

#include "domain/amount.h"
#include "domain/reason.h"
#include "storage/events/codec.h"
#include "storage/events/proto_convert.h"

namespace florin::storage {
namespace {

namespace v1 = florin::v1;

/// `repeated Event events` has this number in every response that carries events.
constexpr int kEventsField = v1::SubscribeEventsResponse::kEventsFieldNumber;

/// What an event of a plain transfer takes, with room to spare.
constexpr std::size_t kEventBytes = 256;

/// With the entries of maps by their keys: protobuf's own order changes from run to run.
void SerializeInOrder(const google::protobuf::Message& message, std::string* bytes) {
  bytes->clear();
  google::protobuf::io::StringOutputStream stream(bytes);
  google::protobuf::io::CodedOutputStream coded(&stream);
  coded.SetSerializationDeterministic(true);
  message.SerializeToCodedStream(&coded);
}

}  // namespace

void EventEncoder::Reserve(std::size_t events) {
  events_.reserve(events_.size() + events);
  out_.Reserve(events * kEventBytes);
}

domain::Status EventEncoder::Add(const Record& record) {
  const std::size_t bytes = out_.size();
  const std::size_t events = events_.size();
  domain::Status status = walk_.Run(record);
  if (!status.ok()) {
    out_.Truncate(bytes);
    events_.resize(events);
  }
  return status;
}

void EventEncoder::Clear() {
  out_.Clear();
  events_.clear();
}

template <typename Payload>
void EventEncoder::Event(const Change& change, const EventHeader& header,
                         std::string_view transaction_id, const Payload& payload) {
  EncodedEvent& event = events_.emplace_back();
  event.begin = out_.size();
  event.type = header.type;
  event.stream_size = header.stream.size();
  std::size_t end = 0;
  out_.LongMessage(kEventsField, [&] {
    out_.Text(v1::Event::kEventIdFieldNumber, EventId(header.position));
    out_.Number(v1::Event::kPositionFieldNumber, header.position);
    out_.Text(v1::Event::kStreamFieldNumber, header.stream);
    event.stream_begin = out_.size() - header.stream.size();
    out_.Number(v1::Event::kVersionFieldNumber, header.version);
    out_.Text(v1::Event::kTypeFieldNumber, header.type);
    Time(v1::Event::kTimeFieldNumber, change.commit_time);
    out_.Text(v1::Event::kTransactionIdFieldNumber, transaction_id);
    if (change.transaction != nullptr) {
      out_.Text(v1::Event::kCorrelationIdFieldNumber, change.transaction->correlation_id);
      out_.Text(v1::Event::kCausationIdFieldNumber, change.transaction->causation_id);
    }
    out_.Text(v1::Event::kPrincipalFieldNumber, change.principal);
    payload();
    end = out_.size();
  });
  // The fields have moved if their length took more or less room than expected.
  event.stream_begin += out_.size() - end;
}

void EventEncoder::OnLeg(const Change& change, const EventHeader& header, const LegEvent& leg) {
  const domain::Transaction& transaction = *change.transaction;
  Event(change, header, transaction.transaction_id, [&] {
    if (leg.leg.kind == domain::LegKind::kMoved) {
      out_.Message(v1::Event::kFundsMovedFieldNumber, [&] { FundsMoved(transaction, leg); });
    } else {
      out_.Message(v1::Event::kFundsReservedFieldNumber, [&] { FundsReserved(transaction, leg); });
    }
  });
}

void EventEncoder::OnTransaction(const Change& change, const EventHeader& header,
                                 const domain::Transaction& transaction) {
  Event(change, header, transaction.transaction_id, [&] {
    Map(v1::Event::kMetadataFieldNumber, transaction.metadata);
    out_.LongMessage(v1::Event::kTransactionRecordedFieldNumber, [&] {
      out_.LongMessage(v1::TransactionRecorded::kTransactionFieldNumber,
                       [&] { Transaction(transaction); });
    });
  });
}

void EventEncoder::OnOther(const Change& change, const EventHeader& header) {
  v1::Event message;
  FillOtherPayload(change, &message);
  SerializeInOrder(message, &payload_);
  Event(change, header, AddressedTransaction(change), [&] { out_.Fields(payload_); });
}

void EventEncoder::FundsMoved(const domain::Transaction& transaction, const LegEvent& event) {
  using Moved = v1::FundsMoved;
  const int scale = event.account->scale;
  const bool debit_normal = event.account->debit_normal;
  Amount(Moved::kAmountFieldNumber, event.leg.amount, scale);
  Amount(Moved::kBalanceBeforeFieldNumber, event.before.Posted(debit_normal), scale);
  Amount(Moved::kBalanceAfterFieldNumber, event.after.Posted(debit_normal), scale);
  Amount(Moved::kAvailableAfterFieldNumber, event.after.Available(debit_normal), scale);
  out_.Text(Moved::kTransactionTypeFieldNumber, transaction.type);
  out_.Text(Moved::kReferenceFieldNumber, transaction.reference);
  out_.Number(Moved::kSideFieldNumber, static_cast<int>(event.leg.side));
  out_.Text(Moved::kCounterAccountIdFieldNumber, CounterAccount(event.leg, transaction));
  out_.Number(Moved::kPostingIndexFieldNumber, event.leg.posting_index);
  Time(Moved::kEffectiveTimeFieldNumber, transaction.effective_time);
}

void EventEncoder::FundsReserved(const domain::Transaction& transaction, const LegEvent& event) {
  using Reserved = v1::FundsReserved;
  const int scale = event.account->scale;
  Amount(Reserved::kAmountFieldNumber, event.leg.amount, scale);
  Amount(Reserved::kAvailableAfterFieldNumber, event.after.Available(event.account->debit_normal),
         scale);
  Time(Reserved::kExpireTimeFieldNumber, transaction.expire_time);
  out_.Number(Reserved::kSideFieldNumber, static_cast<int>(event.leg.side));
  out_.Text(Reserved::kCounterAccountIdFieldNumber, CounterAccount(event.leg, transaction));
  out_.Number(Reserved::kPostingIndexFieldNumber, event.leg.posting_index);
}

void EventEncoder::Transaction(const domain::Transaction& transaction) {
  using Proto = v1::Transaction;
  out_.Text(Proto::kTransactionIdFieldNumber, transaction.transaction_id);
  out_.Number(Proto::kStatusFieldNumber, static_cast<int>(transaction.status));
  for (const domain::TransactionPosting& posting : transaction.postings)
    out_.Message(Proto::kPostingsFieldNumber, [&] { Posting(posting); });
  out_.Text(Proto::kTypeFieldNumber, transaction.type);
  out_.Text(Proto::kReferenceFieldNumber, transaction.reference);
  out_.Text(Proto::kDescriptionFieldNumber, transaction.description);
  Map(Proto::kMetadataFieldNumber, transaction.metadata);
  Time(Proto::kEffectiveTimeFieldNumber, transaction.effective_time);
  if (transaction.commit_time != 0) Time(Proto::kCommitTimeFieldNumber, transaction.commit_time);
  Time(Proto::kExpireTimeFieldNumber, transaction.expire_time);
  out_.Number(Proto::kPositionFieldNumber, transaction.position);
  out_.Text(Proto::kReversesTransactionIdFieldNumber, transaction.reverses_transaction_id);
  out_.Text(Proto::kReversedByTransactionIdFieldNumber, transaction.reversed_by_transaction_id);
  out_.Text(Proto::kCorrelationIdFieldNumber, transaction.correlation_id);
  out_.Text(Proto::kCausationIdFieldNumber, transaction.causation_id);
  if (transaction.refusal)
    out_.Message(Proto::kRefusalFieldNumber, [&] { Refusal(*transaction.refusal); });
  Time(Proto::kEndTimeFieldNumber, transaction.end_time);
  out_.Text(Proto::kEndReasonFieldNumber, transaction.end_reason);
  out_.Number(Proto::kVersionFieldNumber, transaction.version);
}

void EventEncoder::Posting(const domain::TransactionPosting& posting) {
  const int scale = posting.amount.decimals;
  out_.Text(v1::Posting::kDebitAccountIdFieldNumber, posting.debit_account_id);
  out_.Text(v1::Posting::kCreditAccountIdFieldNumber, posting.credit_account_id);
  Amount(v1::Posting::kAmountFieldNumber, posting.amount.digits, scale);
  if (posting.posted && *posting.posted != posting.amount.digits)
    Amount(v1::Posting::kPostedAmountFieldNumber, *posting.posted, scale);
}

void EventEncoder::Refusal(const domain::Refusal& refusal) {
  const domain::ReasonInfo& info = domain::InfoOf(refusal.reason);
  out_.Number(v1::Refusal::kCodeFieldNumber, info.code);
  out_.Text(v1::Refusal::kReasonFieldNumber, info.name);
  out_.Text(v1::Refusal::kMessageFieldNumber, refusal.message);
  Map(v1::Refusal::kMetadataFieldNumber, refusal.metadata);
}

void EventEncoder::Amount(int field, domain::Int128 minor, int scale) {
  amount_.clear();
  domain::AppendMinor(&amount_, minor, scale);
  out_.Text(field, amount_);
}

void EventEncoder::Time(int field, const std::optional<std::int64_t>& time) {
  if (!time) return;
  const SplitTime split = Split(*time);
  out_.Timestamp(field, split.seconds, split.nanos);
}

void EventEncoder::Map(int field, const domain::StringMap& map) {
  for (const auto& [key, value] : map) out_.MapEntry(field, key, value);
}

}  // namespace florin::storage
