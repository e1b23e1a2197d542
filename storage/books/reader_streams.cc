// Streams by name: versions to positions of events.

#include <algorithm>
#include <string_view>

#include "domain/legs.h"
#include "storage/books/index_keys.h"
#include "storage/books/store_reader.h"
#include "storage/format/errors.h"
#include "storage/format/fold.h"

namespace florin::storage {
namespace {

constexpr std::string_view kTransactionPrefix = "transaction/";
constexpr std::string_view kAssetPrefix = "asset/";
constexpr std::string_view kAccountRequestPrefix = "request/account/";
constexpr std::string_view kTransactionRequestPrefix = "request/transaction/";

bool IsAccount(std::string_view stream) { return stream.find('/') == std::string_view::npos; }

/// Positions of the account's events in the step's record, in order.
std::vector<std::int64_t> EventsIn(const HistoryStep& step) {
  const Record& record = *step.record;
  std::vector<std::int64_t> positions;
  std::int64_t position = record.first_position;
  ForEachLegOf(record.change, [&](const domain::Leg& leg) {
    if (domain::AccountOf(leg, record.change.transaction->postings) == step.after->account_id)
      positions.push_back(position);
    ++position;
  });
  // Opened or changed: the record's only event.
  if (positions.empty()) positions.push_back(step.after->position);
  return positions;
}

std::vector<std::int64_t> Slice(const std::vector<std::int64_t>& positions,
                                std::int64_t first_version, std::int64_t last_version) {
  const auto count = static_cast<std::int64_t>(positions.size());
  const std::int64_t first = std::clamp<std::int64_t>(first_version - 1, 0, count);
  const std::int64_t end = std::clamp<std::int64_t>(last_version, first, count);
  return {positions.begin() + first, positions.begin() + end};
}

}  // namespace

domain::Result<std::vector<std::int64_t>> StoreReader::TransactionEvents(
    const std::string& transaction_id) {
  std::vector<std::int64_t> positions;
  const domain::Result<std::optional<domain::TransactionPtr>> found =
      GetTransaction(transaction_id);
  if (!found.ok()) return found.refusal();
  if (!found->has_value()) return positions;
  const domain::Transaction& transaction = ***found;
  // A reversal's record ends with the event of what it reverses.
  positions.push_back(transaction.create_position -
                      (transaction.reverses_transaction_id.empty() ||
                               transaction.status == domain::TransactionStatus::kRefused
                           ? 0
                           : 1));
  if (transaction.end_position > 0) positions.push_back(transaction.end_position);
  if (!transaction.reversed_by_transaction_id.empty()) positions.push_back(transaction.position);
  return positions;
}

domain::Result<std::int64_t> StoreReader::SingleEvent(const std::string& stream) {
  const std::string_view name(stream);
  if (name.starts_with(kAssetPrefix)) {
    const auto assets = index_->Assets();
    if (!assets.ok()) return assets.refusal();
    for (const auto& [asset, position] : *assets) {
      if (asset.code == name.substr(kAssetPrefix.size())) return position;
    }
    return std::int64_t{0};
  }
  const bool of_account = name.starts_with(kAccountRequestPrefix);
  if (!of_account && !name.starts_with(kTransactionRequestPrefix)) return std::int64_t{0};
  const std::string_view rest =
      name.substr(of_account ? kAccountRequestPrefix.size() : kTransactionRequestPrefix.size());
  // A request id holds no slash; the server's own transaction ids do.
  const std::size_t slash = rest.rfind('/');
  if (slash == std::string_view::npos) return std::int64_t{0};
  const auto request =
      FindRequest(of_account, rest.substr(0, slash), rest.substr(slash + 1), Tier::kDisk);
  if (!request.ok()) return request.refusal();
  if (!request->value) return std::int64_t{0};
  const domain::Result<RecordPtr> record = ReadRecord(*request->value);
  if (!record.ok()) return record.refusal();
  // A request that was done has no stream of its own.
  return (*record)->change.kind == ChangeKind::kRequestRefused ? *request->value : std::int64_t{0};
}

domain::Result<std::int64_t> StoreReader::StreamVersion(const std::string& stream) {
  if (IsAccount(stream)) {
    const auto head = HeadState(stream);
    if (!head.ok()) return head.refusal();
    return (*head)->version;
  }
  if (stream.starts_with(kTransactionPrefix)) {
    const auto entry = index_->FindTransaction(
        std::string_view(stream).substr(kTransactionPrefix.size()), Tier::kDisk);
    if (!entry.ok()) return entry.refusal();
    return entry->value ? entry->value->version : std::int64_t{0};
  }
  const domain::Result<std::int64_t> position = SingleEvent(stream);
  if (!position.ok()) return position.refusal();
  return std::int64_t{*position > 0 ? 1 : 0};
}

domain::Result<std::vector<std::int64_t>> StoreReader::StreamPositions(const std::string& stream,
                                                                       std::int64_t first_version,
                                                                       std::int64_t last_version) {
  if (stream.starts_with(kTransactionPrefix)) {
    const auto events = TransactionEvents(stream.substr(kTransactionPrefix.size()));
    if (!events.ok()) return events.refusal();
    return Slice(*events, first_version, last_version);
  }
  if (!IsAccount(stream)) {
    const domain::Result<std::int64_t> position = SingleEvent(stream);
    if (!position.ok()) return position.refusal();
    if (*position == 0) return std::vector<std::int64_t>();
    return Slice({*position}, first_version, last_version);
  }
  std::vector<std::int64_t> newest_first;
  const auto head = HeadState(stream);
  if (!head.ok()) return head.refusal();
  const std::int64_t first = std::max<std::int64_t>(first_version, 1);
  const std::int64_t last = std::min(last_version, (*head)->version);
  if (first > last) return newest_first;
  domain::Result<HistoryStep> step = history_.AtVersion(**head, last);
  while (step.ok() && step->after != nullptr && step->after->version >= first) {
    const std::vector<std::int64_t> events = EventsIn(*step);
    std::int64_t version = step->after->version;
    for (auto event = events.rbegin(); event != events.rend(); ++event, --version) {
      if (version >= first && version <= last) newest_first.push_back(*event);
    }
    step = history_.Before(*step);
  }
  if (!step.ok()) return step.refusal();
  std::reverse(newest_first.begin(), newest_first.end());
  return newest_first;
}

}  // namespace florin::storage
