#include "storage/event_codec.h"

#include <array>
#include <utility>

#include "storage/event_legs.h"
#include "storage/proto_convert.h"

namespace florin::storage {
namespace {

namespace v1 = florin::v1;

domain::Refusal Contradiction(const Record& record, std::string_view what) {
  const std::string position = std::to_string(record.first_position);
  std::string message = "The record at position ";
  message.append(position).append(" contradicts itself: ").append(what).append(".");
  return {domain::Reason::kDataCorrupt, std::move(message), {{"position", position}}};
}

/// The type of the transaction's own event; empty: this kind of record leaves
/// no such status.
std::string_view TransactionEventType(ChangeKind kind, domain::TransactionStatus status) {
  const bool created = kind == ChangeKind::kTransactionCreated;
  const bool ended = kind == ChangeKind::kHoldEnded;
  switch (status) {
    case domain::TransactionStatus::kPending:
      return created ? "transaction.pending" : "";
    case domain::TransactionStatus::kPosted:
      return created || ended || kind == ChangeKind::kTransactionReversed ? "transaction.posted"
                                                                          : "";
    case domain::TransactionStatus::kVoided:
      return ended ? "transaction.voided" : "";
    case domain::TransactionStatus::kExpired:
      return ended ? "transaction.expired" : "";
    case domain::TransactionStatus::kRefused:
      return kind == ChangeKind::kTransactionRefused ? "transaction.refused" : "";
    case domain::TransactionStatus::kUnspecified:
      break;
  }
  return {};
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

std::string_view AccountChangeType(domain::AccountChangeKind kind) {
  switch (kind) {
    case domain::AccountChangeKind::kUpdate:
      return "account.updated";
    case domain::AccountChangeKind::kSuspend:
      return "account.suspended";
    case domain::AccountChangeKind::kReactivate:
      return "account.reactivated";
    case domain::AccountChangeKind::kClose:
      return "account.closed";
  }
  return {};
}

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

/// Walks the events of one record. Every step returns false once the record has
/// contradicted itself.
class Expander {
 public:
  Expander(const Record& record, const EventSink& sink)
      : record_(record),
        change_(record.change),
        sink_(sink),
        next_position_(record.first_position) {}

  domain::Status Run() {
    if (Walk() && next_position_ != record_.last_position + 1)
      Fail("it has fewer events than positions");
    if (problem_.empty()) return domain::Ok{};
    return Contradiction(record_, problem_);
  }

 private:
  bool Walk() {
    switch (change_.kind) {
      case ChangeKind::kAssetRegistered:
        return Asset();
      case ChangeKind::kAccountOpened:
        return change_.account != nullptr ? AccountOpened() : Fail("it has no account");
      case ChangeKind::kAccountChanged:
        return change_.account != nullptr && change_.account_request != nullptr
                   ? AccountChanged()
                   : Fail("it has no account");
      case ChangeKind::kTransactionCreated:
      case ChangeKind::kHoldEnded:
      case ChangeKind::kTransactionRefused:
        return change_.transaction != nullptr ? Transaction() : Fail("it has no transaction");
      case ChangeKind::kTransactionReversed:
        return change_.transaction != nullptr && change_.original != nullptr
                   ? Transaction() && Reversed()
                   : Fail("it has no transaction");
      case ChangeKind::kRequestRefused:
        return RequestRefused();
    }
    return Fail("its kind is unknown");
  }

  bool Fail(std::string_view problem) {
    problem_ = problem;
    return false;
  }

  /// Announces the next event; `event` is where to build it, null if nobody
  /// wants it. `stream` is in header_.
  bool Begin(std::int64_t version, std::string_view type, v1::Event** event) {
    if (next_position_ > record_.last_position) return Fail("it has more events than positions");
    header_.position = next_position_++;
    header_.version = version;
    header_.type = type;
    *event = sink_(header_);
    if (*event != nullptr) Envelope(*event);
    return true;
  }

  void Envelope(v1::Event* event) const {
    event->set_event_id(EventId(header_.position));
    event->set_position(header_.position);
    event->set_stream(header_.stream);
    event->set_version(header_.version);
    event->set_type(header_.type.data(), header_.type.size());
    ToProto(change_.commit_time, event->mutable_time());
    if (!change_.principal.empty()) event->set_principal(change_.principal);
    if (change_.transaction == nullptr) return;
    const domain::Transaction& transaction = *change_.transaction;
    event->set_transaction_id(transaction.transaction_id);
    if (!transaction.correlation_id.empty()) event->set_correlation_id(transaction.correlation_id);
    if (!transaction.causation_id.empty()) event->set_causation_id(transaction.causation_id);
  }

  void Stream(std::string_view prefix, std::string_view id) {
    header_.stream.assign(prefix).append(id);
  }

  bool Asset() {
    Stream("asset/", change_.asset.code);
    v1::Event* event = nullptr;
    if (!Begin(1, "asset.registered", &event)) return false;
    if (event != nullptr)
      ToProto(change_.asset, event->mutable_asset_registered()->mutable_asset());
    return true;
  }

  bool AccountOpened() {
    Stream("", change_.account->account_id);
    v1::Event* event = nullptr;
    if (!Begin(change_.account->version, "account.opened", &event)) return false;
    if (event != nullptr)
      ToProto(*change_.account, event->mutable_account_opened()->mutable_account());
    return true;
  }

  bool AccountChanged() {
    Stream("", change_.account->account_id);
    v1::Event* event = nullptr;
    if (!Begin(change_.account->version, AccountChangeType(change_.account_request->kind), &event))
      return false;
    if (event == nullptr) return true;
    v1::AccountChanged* changed = event->mutable_account_changed();
    ToProto(*change_.account, changed->mutable_account());
    changed->mutable_account()->clear_balances();
    if (!change_.account_request->reason.empty())
      changed->set_reason(change_.account_request->reason);
    SetUpdateMask(change_, changed->mutable_update_mask());
    return true;
  }

  bool Transaction() {
    const domain::Transaction& transaction = *change_.transaction;
    const std::string_view type = TransactionEventType(change_.kind, transaction.status);
    if (type.empty()) return Fail("its transaction's status is not one that it leaves");
    if (change_.kind != ChangeKind::kTransactionRefused && !Legs()) return false;
    return TransactionEvent(transaction, type);
  }

  bool Legs() {
    LegWalk walk(record_);
    const std::string_view problem = walk.Rewind();
    if (!problem.empty()) return Fail(problem);
    bool going = true;
    walk.ForEach([&](const LegEvent& leg) { going = going && LegStep(leg); });
    return going;
  }

  bool LegStep(const LegEvent& leg) {
    Stream("", leg.account->account_id);
    v1::Event* event = nullptr;
    if (!Begin(leg.version, LegEventType(leg), &event)) return false;
    if (event != nullptr) FillLegEvent(*change_.transaction, leg, event);
    return true;
  }

  bool TransactionEvent(const domain::Transaction& transaction, std::string_view type) {
    Stream("transaction/", transaction.transaction_id);
    v1::Event* event = nullptr;
    if (!Begin(transaction.version, type, &event)) return false;
    if (event == nullptr) return true;
    event->set_transaction_id(transaction.transaction_id);
    if (!transaction.metadata.empty()) ToProto(transaction.metadata, event->mutable_metadata());
    ToProto(transaction, event->mutable_transaction_recorded()->mutable_transaction());
    return true;
  }

  /// On the original's stream; who caused it is the reversal, so correlation
  /// and causation are the reversal's.
  bool Reversed() { return TransactionEvent(*change_.original, "transaction.reversed"); }

  bool RequestRefused() {
    const std::string_view command = CommandName(change_);
    if (command.empty()) return Fail("it has no request");
    Stream(change_.target_is_account ? "request/account/" : "request/transaction/",
           change_.target_id);
    header_.stream.append("/").append(change_.request_id);
    v1::Event* event = nullptr;
    if (!Begin(1, "request.refused", &event)) return false;
    if (event == nullptr) return true;
    if (!change_.target_is_account) event->set_transaction_id(change_.target_id);
    v1::RequestRefused* refused = event->mutable_request_refused();
    refused->set_target_id(change_.target_id);
    refused->set_request_id(change_.request_id);
    refused->set_command(command.data(), command.size());
    ToProto(change_.refusal, refused->mutable_refusal());
    return true;
  }

  const Record& record_;
  const Change& change_;
  const EventSink& sink_;
  EventHeader header_;
  std::int64_t next_position_;
  std::string_view problem_;
};

}  // namespace

domain::Status ExpandEvents(const Record& record, const EventSink& sink) {
  return Expander(record, sink).Run();
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
  // Crockford's base 32: short enough for a small string, and it does not
  // invite arithmetic.
  constexpr std::string_view kDigits = "0123456789abcdefghjkmnpqrstvwxyz";
  std::array<char, 13> text{};
  std::size_t begin = text.size();
  auto rest = static_cast<std::uint64_t>(position);
  do {
    text[--begin] = kDigits[rest & 31];
    rest >>= 5;
  } while (rest != 0);
  return {text.data() + begin, text.size() - begin};
}

}  // namespace florin::storage
