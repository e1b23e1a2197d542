#include "storage/events/codec.h"

#include <array>
#include <utility>

#include "storage/events/event_legs.h"
#include "storage/events/proto_convert.h"
#include "storage/events/walk.h"

namespace florin::storage {
namespace {

namespace v1 = florin::v1;

// Crockford's base 32: short enough for a small string, and it does not invite
// arithmetic.
constexpr std::string_view kEventIdDigits = "0123456789abcdefghjkmnpqrstvwxyz";

/// What an account change changed, as paths of v1.Account.
void SetUpdateMask(const Change& change, google::protobuf::FieldMask* out) {
  switch (change.account_request->kind) {
    case domain::AccountChangeKind::kUpdate:
      for (const auto& [bit, path] : std::to_array<std::pair<unsigned, const char*>>({
               {domain::kUpdateOverdraftLimit, "limits.overdraft_limit"},
               {domain::kUpdateUnlimitedOverdraft, "limits.unlimited_overdraft"},
               {domain::kUpdateMaxBalance, "limits.max_balance"},
               {domain::kUpdateMetadata, "metadata"},
               {domain::kUpdateOwner, "owner_id"},
           })) {
        if (change.changed_fields & bit) out->add_paths(path);
      }
      break;
    case domain::AccountChangeKind::kSuspend:
    case domain::AccountChangeKind::kReactivate:
      out->add_paths("status");
      out->add_paths("suspend_scope");
      break;
    case domain::AccountChangeKind::kClose:
      out->add_paths("status");
      break;
  }
}

std::string_view CommandName(const Change& change) {
  if (change.settle_request != nullptr) return "settle";
  if (change.void_request != nullptr) return "void";
  if (change.account_request == nullptr) return {};
  switch (change.account_request->kind) {
    case domain::AccountChangeKind::kUpdate:
      return "update";
    case domain::AccountChangeKind::kSuspend:
      return "suspend";
    case domain::AccountChangeKind::kReactivate:
      return "reactivate";
    case domain::AccountChangeKind::kClose:
      return "close";
  }
  return {};
}

void FillAccountChanged(const Change& change, v1::AccountChanged* out) {
  ToProto(*change.account, out->mutable_account());
  out->mutable_account()->clear_balances();
  if (!change.account_request->reason.empty()) out->set_reason(change.account_request->reason);
  SetUpdateMask(change, out->mutable_update_mask());
}

void FillRequestRefused(const Change& change, v1::RequestRefused* out) {
  const std::string_view command = CommandName(change);
  out->set_target_id(change.target_id);
  out->set_request_id(change.request_id);
  out->set_command(command.data(), command.size());
  ToProto(change.refusal, out->mutable_refusal());
}

/// What all events have.
void FillEnvelope(const Change& change, const EventHeader& header, v1::Event* out) {
  out->set_event_id(EventId(header.position));
  out->set_position(header.position);
  out->set_stream(header.stream);
  out->set_version(header.version);
  out->set_type(header.type.data(), header.type.size());
  ToProto(change.commit_time, out->mutable_time());
  if (!change.principal.empty()) out->set_principal(change.principal);
  if (change.transaction == nullptr) return;
  const domain::Transaction& transaction = *change.transaction;
  out->set_transaction_id(transaction.transaction_id);
  if (!transaction.correlation_id.empty()) out->set_correlation_id(transaction.correlation_id);
  if (!transaction.causation_id.empty()) out->set_causation_id(transaction.causation_id);
}

/// Builds the events that a sink wants.
class EventBuilder final : public EventVisitor {
 public:
  explicit EventBuilder(const EventSink& sink) : sink_(sink) {}

  void OnLeg(const Change& change, const EventHeader& header, const LegEvent& leg) override {
    v1::Event* const event = sink_(header);
    if (event == nullptr) return;
    FillEnvelope(change, header, event);
    FillLegEvent(*change.transaction, leg, event);
  }

  void OnTransaction(const Change& change, const EventHeader& header,
                     const domain::Transaction& transaction) override {
    v1::Event* const event = sink_(header);
    if (event == nullptr) return;
    FillEnvelope(change, header, event);
    event->set_transaction_id(transaction.transaction_id);
    if (!transaction.metadata.empty()) ToProto(transaction.metadata, event->mutable_metadata());
    ToProto(transaction, event->mutable_transaction_recorded()->mutable_transaction());
  }

  void OnOther(const Change& change, const EventHeader& header) override {
    v1::Event* const event = sink_(header);
    if (event == nullptr) return;
    FillEnvelope(change, header, event);
    const std::string_view transaction_id = AddressedTransaction(change);
    if (!transaction_id.empty())
      event->set_transaction_id(transaction_id.data(), transaction_id.size());
    FillOtherPayload(change, event);
  }

 private:
  const EventSink& sink_;
};

}  // namespace

std::string_view AddressedTransaction(const Change& change) {
  return change.kind == ChangeKind::kRequestRefused && !change.target_is_account
             ? std::string_view(change.target_id)
             : std::string_view();
}

void FillOtherPayload(const Change& change, v1::Event* out) {
  switch (change.kind) {
    case ChangeKind::kAssetRegistered:
      ToProto(change.asset, out->mutable_asset_registered()->mutable_asset());
      break;
    case ChangeKind::kAccountOpened:
      ToProto(*change.account, out->mutable_account_opened()->mutable_account());
      break;
    case ChangeKind::kAccountChanged:
      FillAccountChanged(change, out->mutable_account_changed());
      break;
    case ChangeKind::kRequestRefused:
      FillRequestRefused(change, out->mutable_request_refused());
      break;
    case ChangeKind::kTransactionCreated:
    case ChangeKind::kHoldEnded:
    case ChangeKind::kTransactionReversed:
    case ChangeKind::kTransactionRefused:
      break;
  }
}

domain::Status ExpandEvents(const Record& record, const EventSink& sink) {
  EventBuilder builder(sink);
  return EventWalk(&builder).Run(record);
}

domain::Result<std::vector<EventHeader>> EventHeaders(const Record& record) {
  std::vector<EventHeader> headers;
  domain::Status status = ExpandEvents(record, [&](const EventHeader& header) {
    headers.push_back(header);
    return nullptr;
  });
  if (!status.ok()) return status.refusal();
  return headers;
}

std::string EventId(std::int64_t position) {
  std::array<char, 13> text{};
  std::size_t begin = text.size();
  auto rest = static_cast<std::uint64_t>(position);
  do {
    text[--begin] = kEventIdDigits[rest & 31];
    rest >>= 5;
  } while (rest != 0);
  return {text.data() + begin, text.size() - begin};
}

std::optional<std::int64_t> EventIdPosition(std::string_view event_id) {
  if (event_id.empty() || event_id.size() > 13) return std::nullopt;
  std::uint64_t position = 0;
  for (const char c : event_id) {
    const auto digit = kEventIdDigits.find(c);
    if (digit == std::string_view::npos || position >> 58 != 0) return std::nullopt;
    position = position << 5 | digit;
  }
  // One text for each position: no zeros in front.
  if (position == 0 || event_id.front() == '0') return std::nullopt;
  return static_cast<std::int64_t>(position);
}

}  // namespace florin::storage
