#include "apps/importer/import_run.h"

#include <deque>
#include <mutex>
#include <utility>
#include <vector>

#include "apps/importer/account_opener.h"
#include "apps/importer/rejects_path.h"
#include "apps/importer/rejects_writer.h"
#include "apps/importer/row_mapper.h"
#include "apps/importer/row_source.h"
#include "apps/importer/thrown_away.h"
#include "clients/cpp/command_stream.h"

namespace florin::importer {
namespace {

using client::ClientError;
using ProgressHandler = std::function<void(const ImportCounts&)>;

// A message must stay below the server's 16 MiB also when rows are long.
constexpr std::size_t kMessageBytesMax = 4 * 1024 * 1024;

ImportFailure LocalFailure(Error error) {
  ImportFailure failure;
  failure.local = std::move(error);
  return failure;
}

// A row and what it became.
struct Item {
  Row row;
  v1::CreateTransactionRequest transaction;
};

// One import, from the opened file to its end. `client` is null in a check.
class ImportRun {
 public:
  ImportRun(client::Client* client, const ImportOptions& options, const Profile& profile,
            RowSource rows, const ProgressHandler& on_progress)
      : client_(client),
        options_(options),
        rows_(std::move(rows)),
        mapper_(profile, rows_.columns.size()),
        rejects_(options.rejects_file, rows_.columns),
        on_progress_(on_progress) {}

  ImportOutcome Run(const std::atomic<bool>& stop) {
    outcome_.counts.total_bytes = rows_.total_bytes;
    if (client_ != nullptr) {
      stream_.emplace(
          *client_,
          client::CommandStreamOptions{
              .max_in_flight_commands = static_cast<std::size_t>(options_.batch_size) *
                                        static_cast<std::size_t>(options_.max_in_flight),
              .retry = options_.retry},
          [this](const v1::TransactionCommand& /*command*/, const v1::TransactionResult& result) {
            OnResult(result);
          });
    }
    bool more = true;
    while (more && !stop && !outcome_.failure) {
      more = ReadBatch(stop);
      SendBatch();
      Report();
    }
    outcome_.stopped = more && !outcome_.failure;
    Finish();
    return outcome_;
  }

 private:
  // False at the end of the file, and where it cannot be read on.
  bool ReadBatch(const std::atomic<bool>& stop) {
    for (int i = 0; i < options_.batch_size && batch_bytes_ < kMessageBytesMax; ++i) {
      Row row;
      const auto read = rows_.reader->Next(&row);
      if (!read.ok() && stop) {
        return true;
      }
      if (!read.ok()) {
        outcome_.failure = LocalFailure(read.error());
        return false;
      }
      if (!read.value()) {
        return false;
      }
      Take(std::move(row));
    }
    return true;
  }

  void Take(Row row) {
    MapResult mapped = mapper_.Map(row);
    if (row.line_end_in_quotes && ++outcome_.counts.line_ends_in_quotes == 1) {
      outcome_.counts.first_line_end_in_quotes = row.line;
    }
    const std::scoped_lock lock(mutex_);
    ++counts_.rows;
    if (std::holds_alternative<SkippedRow>(mapped)) {
      ++counts_.skipped;
    } else if (const auto* rejected = std::get_if<RejectedRow>(&mapped)) {
      ++counts_.rejected;
      Reject(row, *rejected);
    } else {
      auto& good = std::get<MappedRow>(mapped);
      for (auto& account : good.new_accounts) {
        new_accounts_.push_back(std::move(account));
      }
      batch_bytes_ += good.transaction.ByteSizeLong();
      batch_.push_back({std::move(row), std::move(good.transaction)});
    }
  }

  void Reject(const Row& row, const RejectedRow& rejected) {
    if (client_ != nullptr) {
      rejects_.Write(row, rejected.reason, rejected.message);
    } else if (outcome_.rejected.size() < kRejectedShown) {
      outcome_.rejected.push_back({row.line, rejected.reason, rejected.message});
    }
  }

  void SendBatch() {
    batch_bytes_ = 0;
    auto batch = std::exchange(batch_, {});
    const auto accounts = std::exchange(new_accounts_, {});
    if (!stream_) {
      const std::scoped_lock lock(mutex_);
      counts_.posted += static_cast<std::int64_t>(batch.size());
      outcome_.counts.accounts_opened += static_cast<std::int64_t>(accounts.size());
      return;
    }
    if (auto failure = OpenAccounts(*client_, accounts, &refused_accounts_, &outcome_.counts)) {
      outcome_.failure = std::move(failure);
      return;
    }
    if (auto sent = stream_->Submit(ToMessage(std::move(batch))); !sent.ok()) {
      FailLedger(sent.error());
    }
  }

  // Takes out the rows whose accounts could not be opened: sent, they would be
  // refused, and the refusal kept under their ids for ever.
  v1::ExecuteStreamRequest ToMessage(std::vector<Item> batch) {
    v1::ExecuteStreamRequest message;
    const std::scoped_lock lock(mutex_);
    for (auto& item : batch) {
      if (const auto* refusal = AccountRefusal(item.transaction)) {
        ++counts_.rejected;
        rejects_.Write(item.row, refusal->reason(), refusal->message());
        continue;
      }
      *message.add_commands()->mutable_create_transaction() = std::move(item.transaction);
      in_flight_.push_back(std::move(item.row));
    }
    return message;
  }

  const v1::Refusal* AccountRefusal(const v1::CreateTransactionRequest& transaction) const {
    for (const auto& posting : transaction.postings()) {
      for (const auto* id : {&posting.debit_account_id(), &posting.credit_account_id()}) {
        const auto found = refused_accounts_.find(*id);
        if (found != refused_accounts_.end()) {
          return &found->second;
        }
      }
    }
    return nullptr;
  }

  // On the stream's thread, in the order of the rows sent.
  void OnResult(const v1::TransactionResult& result) {
    const std::scoped_lock lock(mutex_);
    const Row row = std::move(in_flight_.front());
    in_flight_.pop_front();
    if (result.has_refusal()) {
      ++counts_.refused;
      rejects_.Write(row, result.refusal().reason(), result.refusal().message());
    } else {
      ++(result.replayed() ? counts_.replayed : counts_.posted);
    }
  }

  void Report() {
    {
      const std::scoped_lock lock(mutex_);
      outcome_.counts.rows = counts_.rows;
      outcome_.counts.posted = counts_.posted;
      outcome_.counts.replayed = counts_.replayed;
      outcome_.counts.refused = counts_.refused;
      outcome_.counts.rejected = counts_.rejected;
      outcome_.counts.skipped = counts_.skipped;
    }
    outcome_.counts.consumed_bytes = rows_.reader->source().consumed_bytes();
    outcome_.counts.elapsed = std::chrono::steady_clock::now() - start_;
    on_progress_(outcome_.counts);
    if (auto error = rejects_.error(); error && !outcome_.failure) {
      outcome_.failure = LocalFailure(*error);
    }
  }

  void Finish() {
    if (stream_) {
      // Also after a local failure: what was sent is waited for and counted.
      if (auto finished = stream_->Finish(); !finished.ok()) {
        FailLedger(finished.error());
      }
    }
    const bool whole = client_ != nullptr && !outcome_.stopped && !outcome_.failure;
    if (auto error = rejects_.Finish(whole); error && !outcome_.failure) {
      outcome_.failure = LocalFailure(*error);
    }
    outcome_.warnings = mapper_.warnings();
    Report();
  }

  void FailLedger(const ClientError& error) {
    if (!outcome_.failure) {
      outcome_.failure.emplace();
      outcome_.failure->ledger = error;
      outcome_.failure->doing = "sending transactions";
    }
  }

  client::Client* const client_;
  const ImportOptions& options_;
  RowSource rows_;
  RowMapper mapper_;
  RejectsWriter rejects_;
  const ProgressHandler& on_progress_;
  const std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();

  std::vector<Item> batch_;
  std::size_t batch_bytes_ = 0;
  std::vector<v1::OpenAccountRequest> new_accounts_;
  RefusedAccounts refused_accounts_;
  ImportOutcome outcome_;

  std::mutex mutex_;
  std::deque<Row> in_flight_;  // guarded by mutex_; the rows sent, in order
  ImportCounts counts_;        // guarded by mutex_; those of rows

  // Last, so that its thread ends before what it uses.
  std::optional<client::CommandStream> stream_;
};

// Before anything is sent. A check writes no rejects file, so it only looks at
// what a run would write over.
std::optional<Error> CheckRejects(const client::Client* client, const ImportOptions& options) {
  std::vector<std::string> inputs = {options.file};
  if (!options.profile_file.empty()) {
    inputs.push_back(options.profile_file);
  }
  if (auto error = CheckRejectsPath(options.rejects_file, inputs)) {
    return error;
  }
  return client == nullptr ? std::nullopt : TryRejectsPath(options.rejects_file);
}

// Everything that can be known before the first row is taken.
std::optional<ImportFailure> Prepare(client::Client* client, const ImportOptions& options,
                                     const RowSource& rows, Profile* profile) {
  if (auto error = CheckRejects(client, options)) {
    return LocalFailure(*error);
  }
  if (auto error = profile->Bind(rows.columns)) {
    auto failure = LocalFailure(*error);
    failure.profile_line = error->line;
    return failure;
  }
  if (auto error = CheckThrownAway(rows, *profile)) {
    return LocalFailure(*error);
  }
  return client == nullptr ? std::nullopt : RegisterAssets(*client, profile->assets);
}

ImportOutcome Import(client::Client* client, Profile profile, const ImportOptions& options,
                     const ProgressHandler& on_progress, const std::atomic<bool>& stop) {
  ImportOutcome outcome;
  auto rows = OpenRows(options.file, profile.file, stop);
  if (!rows.ok() && stop) {
    outcome.stopped = true;
    return outcome;
  }
  if (!rows.ok()) {
    outcome.failure = LocalFailure(rows.error());
    return outcome;
  }
  if (auto failure = Prepare(client, options, rows.value(), &profile)) {
    outcome.failure = std::move(failure);
    return outcome;
  }
  ImportRun run(client, options, profile, std::move(rows).value(), on_progress);
  return run.Run(stop);
}

}  // namespace

ImportOutcome RunImport(client::Client& client, Profile profile, const ImportOptions& options,
                        const ProgressHandler& on_progress, const std::atomic<bool>& stop) {
  return Import(&client, std::move(profile), options, on_progress, stop);
}

ImportOutcome CheckImport(Profile profile, const ImportOptions& options,
                          const ProgressHandler& on_progress, const std::atomic<bool>& stop) {
  return Import(nullptr, std::move(profile), options, on_progress, stop);
}

}  // namespace florin::importer
