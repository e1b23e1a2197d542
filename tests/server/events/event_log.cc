#include "tests/server/events/event_log.h"

#include <algorithm>

namespace florin::server {
namespace {

using storage::ChangeKind;

domain::Refusal NotOfTheLog() {
  return {domain::Reason::kStorageUnavailable, "not part of the log", {}};
}

}  // namespace

EventLog::EventLog(std::uint64_t seed, std::size_t ring_commit_groups)
    : ring_commit_groups_(ring_commit_groups), random_(seed) {}

void EventLog::Write(int commands) {
  {
    const std::lock_guard lock(mutex_);
    for (int i = 0; i < commands; ++i) Stage(RandomChange());
    CutCommitGroup();
  }
  WakeListeners();
}

void EventLog::WriteTransfer(int postings, std::size_t text_bytes) {
  {
    const std::lock_guard lock(mutex_);
    while (account_ids_.size() < 4) Stage(Open());
    Stage(Transfer(postings, text_bytes, false));
    CutCommitGroup();
  }
  WakeListeners();
}

storage::Change EventLog::Base(ChangeKind kind) {
  storage::Change change;
  change.kind = kind;
  // Several commands share a time, as they do in a commit group.
  if (Below(3) == 0) time_ += static_cast<std::int64_t>(Below(2'000'000'000));
  change.commit_time = time_;
  change.principal = "teller";
  return change;
}

storage::Change EventLog::RandomChange() {
  if (account_ids_.size() < 4 || Below(40) == 0) return Open();
  switch (Below(8)) {
    case 0:
      return Transfer(1 + static_cast<int>(Below(3)), Below(60), true);
    case 1:
      return holds_.empty() ? RefuseRequest() : EndHold();
    case 2:
      return RefuseRequest();
    default:
      return Transfer(1 + static_cast<int>(Below(5)), Below(60), false);
  }
}

storage::Change EventLog::Open() {
  storage::Change change = Base(ChangeKind::kAccountOpened);
  change.account = std::make_shared<domain::AccountState>();
  domain::AccountState& account = *change.account;
  const std::string bank = account_ids_.size() % 2 == 0 ? "bank" : "user";
  account.account_id = bank + ":" + std::to_string(account_ids_.size());
  account.asset = "INR";
  account.scale = 2;
  account.type = domain::AccountType::kLiability;
  account.status = domain::AccountStatus::kActive;
  account.limits.unlimited_overdraft = true;
  account.open_time = account.update_time = change.commit_time;
  account_ids_.push_back(account.account_id);
  return change;
}

storage::Change EventLog::Transfer(int postings, std::size_t text_bytes, bool hold) {
  storage::Change change = Base(ChangeKind::kTransactionCreated);
  auto transaction = std::make_shared<domain::Transaction>();
  transaction->transaction_id = "t" + std::to_string(next_id_++);
  transaction->reference = std::string(text_bytes, 'r');
  transaction->commit_time = change.commit_time;
  transaction->status =
      hold ? domain::TransactionStatus::kPending : domain::TransactionStatus::kPosted;
  transaction->is_hold = hold;
  for (int i = 0; i < postings; ++i) {
    const std::size_t from = Below(account_ids_.size());
    const std::size_t to = (from + 1 + Below(account_ids_.size() - 1)) % account_ids_.size();
    transaction->postings.push_back({account_ids_[from],
                                     account_ids_[to],
                                     {static_cast<domain::Int128>(1 + Below(100'000)), 2},
                                     std::nullopt});
  }
  if (hold) holds_.push_back(transaction);
  change.transaction = std::move(transaction);
  return change;
}

storage::Change EventLog::EndHold() {
  storage::Change change = Base(ChangeKind::kHoldEnded);
  change.transaction = std::make_shared<domain::Transaction>(*holds_.back());
  holds_.pop_back();
  domain::Transaction& transaction = *change.transaction;
  transaction.status =
      Below(2) == 0 ? domain::TransactionStatus::kPosted : domain::TransactionStatus::kVoided;
  transaction.end_time = change.commit_time;
  if (transaction.status == domain::TransactionStatus::kPosted) {
    transaction.postings[0].posted = transaction.postings[0].amount.digits / 2;
  }
  return change;
}

storage::Change EventLog::RefuseRequest() {
  storage::Change change = Base(ChangeKind::kRequestRefused);
  change.request_id = "r" + std::to_string(next_id_++);
  change.refusal = {domain::Reason::kHoldNotPending, "it has ended", {}};
  change.target_id = "t" + std::to_string(1 + Below(20));
  change.void_request = std::make_shared<const domain::VoidTransaction>(
      domain::VoidTransaction{change.target_id, "late", change.request_id});
  return change;
}

void EventLog::Stage(storage::Change change) {
  const auto record = std::make_shared<const storage::Record>(book_.Place(std::move(change)));
  if (!encoder_.Add(*record).ok()) std::abort();
  records_.push_back(record);
  auto headers = storage::EventHeaders(*record);
  if (!headers.ok()) std::abort();
  for (const auto& header : *headers) {
    streams_[header.stream].push_back(header.position);
    headers_.push_back(header);
  }
}

void EventLog::CutCommitGroup() {
  const storage::Hash previous =
      commit_groups_.empty() ? storage::Hash{} : commit_groups_.back()->hash;
  commit_groups_.push_back(std::make_shared<const storage::CommitGroup>(encoder_.Finish(previous)));
}

void EventLog::WakeListeners() {
  const std::lock_guard lock(listeners_mutex_);
  for (const auto& [token, wake] : listeners_) wake();
}

std::vector<florin::v1::Event> EventLog::Events() const {
  const std::lock_guard lock(mutex_);
  std::vector<florin::v1::Event> events;
  for (const storage::RecordPtr& record : records_) {
    florin::v1::ReadEventsResponse expanded;
    const auto status = storage::ExpandEvents(
        *record, [&](const storage::EventHeader&) { return expanded.add_events(); });
    if (!status.ok()) std::abort();
    events.insert(events.end(), expanded.events().begin(), expanded.events().end());
  }
  return events;
}

std::vector<storage::EventHeader> EventLog::Headers() const {
  const std::lock_guard lock(mutex_);
  return headers_;
}

bool EventLog::EndsCommand(std::int64_t position) const {
  const std::lock_guard lock(mutex_);
  return std::any_of(records_.begin(), records_.end(),
                     [position](const auto& record) { return record->last_position == position; });
}

void EventLog::Corrupt(std::int64_t position) {
  const std::lock_guard lock(mutex_);
  storage::CommitGroupPtr& commit_group = commit_groups_[CommitGroupAt(position)];
  auto broken = std::make_shared<storage::CommitGroup>(*commit_group);
  broken->records.resize(broken->records.size() / 2);
  commit_group = std::move(broken);
}

std::size_t EventLog::listeners() const {
  const std::lock_guard lock(listeners_mutex_);
  return listeners_.size();
}

std::size_t EventLog::CommitGroupAt(std::int64_t position) const {
  const auto found = std::lower_bound(
      commit_groups_.begin(), commit_groups_.end(), position,
      [](const auto& commit_group, std::int64_t p) { return commit_group->last_position < p; });
  return static_cast<std::size_t>(found - commit_groups_.begin());
}

storage::JournalHead EventLog::VisibleHead() const {
  const std::lock_guard lock(mutex_);
  if (commit_groups_.empty()) return {};
  return {commit_groups_.back()->last_position, commit_groups_.back()->hash,
          commit_groups_.back()->last_time};
}

domain::Result<storage::RecordPtr> EventLog::ReadRecord(std::int64_t position) {
  const std::lock_guard lock(mutex_);
  return storage::FindRecord(*commit_groups_[CommitGroupAt(position)], position);
}

domain::Result<std::int64_t> EventLog::CommandEndAtOrBefore(std::int64_t position) {
  const std::lock_guard lock(mutex_);
  std::int64_t end = 0;
  for (const auto& record : records_) {
    if (record->last_position <= position) end = record->last_position;
  }
  return end;
}

domain::Result<std::int64_t> EventLog::CommandEndAtOrBeforeTime(std::int64_t time) {
  const std::lock_guard lock(mutex_);
  std::int64_t end = 0;
  for (const auto& record : records_) {
    if (record->change.commit_time <= time) end = record->last_position;
  }
  return end;
}

domain::Result<std::vector<std::int64_t>> EventLog::StreamPositions(const std::string& stream,
                                                                    std::int64_t first_version,
                                                                    std::int64_t last_version) {
  const std::lock_guard lock(mutex_);
  const auto found = streams_.find(stream);
  std::vector<std::int64_t> positions;
  if (found == streams_.end()) return positions;
  const auto last = std::min<std::int64_t>(last_version, std::ssize(found->second));
  for (std::int64_t v = first_version; v <= last; ++v) {
    positions.push_back(found->second[static_cast<std::size_t>(v - 1)]);
  }
  return positions;
}

domain::Result<std::int64_t> EventLog::StreamVersion(const std::string& stream) {
  const std::lock_guard lock(mutex_);
  const auto found = streams_.find(stream);
  return found == streams_.end() ? 0 : std::ssize(found->second);
}

domain::Result<std::vector<storage::CommitGroupPtr>> EventLog::ReadCommitGroups(
    std::int64_t position, std::size_t commit_groups_max, std::size_t bytes_max) {
  const std::lock_guard lock(mutex_);
  ++disk_reads_;
  std::vector<storage::CommitGroupPtr> commit_groups;
  std::size_t bytes = 0;
  for (std::size_t i = CommitGroupAt(position); i < commit_groups_.size(); ++i) {
    if (commit_groups.size() >= commit_groups_max || bytes >= bytes_max) break;
    bytes += commit_groups_[i]->records.size();
    commit_groups.push_back(commit_groups_[i]);
  }
  return commit_groups;
}

std::optional<std::vector<storage::CommitGroupPtr>> EventLog::RecentCommitGroups(
    std::int64_t position, std::size_t commit_groups_max) {
  const std::lock_guard lock(mutex_);
  ++recent_reads_;
  const std::size_t first = CommitGroupAt(position + 1);
  if (first + ring_commit_groups_ < commit_groups_.size()) return std::nullopt;
  const std::size_t end = std::min(commit_groups_.size(), first + commit_groups_max);
  return std::vector<storage::CommitGroupPtr>(
      commit_groups_.begin() + static_cast<std::ptrdiff_t>(first),
      commit_groups_.begin() + static_cast<std::ptrdiff_t>(end));
}

std::uint64_t EventLog::Listen(std::function<void()> wake) {
  const std::lock_guard lock(listeners_mutex_);
  listeners_.emplace(next_listener_, std::move(wake));
  return next_listener_++;
}

void EventLog::Unlisten(std::uint64_t token) {
  const std::lock_guard lock(listeners_mutex_);
  listeners_.erase(token);
}

domain::Result<storage::Lookup<storage::Head>> EventLog::GetHead(const std::string& /*account_id*/,
                                                                 storage::Tier /*tier*/) {
  return NotOfTheLog();
}

domain::Result<storage::Lookup<storage::TransactionPlace>> EventLog::FindTransaction(
    std::string_view /*transaction_id*/, storage::Tier /*tier*/) {
  return NotOfTheLog();
}

domain::Result<storage::Lookup<std::int64_t>> EventLog::FindRequest(bool /*target_is_account*/,
                                                                    std::string_view /*target_id*/,
                                                                    std::string_view /*request_id*/,
                                                                    storage::Tier /*tier*/) {
  return NotOfTheLog();
}

domain::Result<std::optional<domain::TransactionPtr>> EventLog::GetTransaction(
    std::string_view /*transaction_id*/) {
  return NotOfTheLog();
}

domain::Result<std::optional<storage::BalanceAt>> EventLog::BalanceAtVersion(
    const std::string& /*account_id*/, std::int64_t /*version*/) {
  return NotOfTheLog();
}

domain::Result<std::optional<storage::BalanceAt>> EventLog::BalanceAtPosition(
    const std::string& /*account_id*/, std::int64_t /*position*/) {
  return NotOfTheLog();
}

domain::Result<storage::Page<domain::AccountState>> EventLog::ListAccounts(
    const std::string& /*prefix*/, const std::string& /*owner_id*/, const std::string& /*after*/,
    int /*limit*/) {
  return NotOfTheLog();
}

domain::Result<storage::TransactionPage> EventLog::ListTransactions(
    const storage::TransactionQuery& /*query*/, std::int64_t /*head*/, std::int64_t /*after*/,
    const storage::TransactionPageLimits& /*limits*/) {
  return NotOfTheLog();
}

domain::Result<std::vector<storage::TrialBalanceLine>> EventLog::TrialBalance(
    const std::string& /*prefix*/, const std::string& /*asset*/, std::int64_t /*position*/) {
  return NotOfTheLog();
}

domain::Result<std::vector<storage::OpenHold>> EventLog::OpenHolds() { return NotOfTheLog(); }

}  // namespace florin::server
