#include "apps/exporter/export_run.h"

#include <fmt/format.h>

#include <filesystem>
#include <memory>
#include <ostream>
#include <system_error>
#include <vector>

#include "apps/exporter/csv_writer.h"
#include "apps/exporter/hledger_writer.h"
#include "apps/exporter/jsonl_writer.h"
#include "apps/exporter/ledger_log.h"
#include "apps/exporter/output_file.h"
#include "apps/exporter/snapshot.h"

namespace florin::exporter {
namespace {

// The clock is looked at once in so many events.
constexpr std::int64_t kProgressEvery = 256;

// Where the command ended that is at or before the wanted place; the server
// also refuses what lies beyond the head.
client::Result<std::int64_t> FindPosition(client::Client& client, const ExportOptions& options) {
  v1::BatchGetBalancesRequest request;
  request.set_page_size(1);
  if (options.position) {
    request.set_position(*options.position);
  } else if (options.time) {
    *request.mutable_commit_time() = *options.time;
  }
  auto answer = client.BatchGetBalances(request);
  if (!answer.ok()) {
    return answer.error();
  }
  return answer.value().position();
}

class ExportRun {
 public:
  ExportRun(client::Client& client, const ExportOptions& options, std::ostream& out,
            const std::function<void(const ExportCounts&)>& on_progress,
            const std::atomic<bool>& stop)
      : client_(client), options_(options), out_(out), on_progress_(on_progress), stop_(stop) {}

  ExportOutcome Run() {
    outcome_.failure = Write();
    outcome_.counts.elapsed = std::chrono::steady_clock::now() - start_;
    return outcome_;
  }

 private:
  std::optional<Failure> Write() {
    // First, so that a wrong name does not show after minutes.
    if (auto failure = OpenFiles()) {
      return failure;
    }
    const auto position = FindPosition(client_, options_);
    if (!position.ok()) {
      return LedgerFailure(position.error(), "looking for the position");
    }
    outcome_.counts.position = position.value();
    if (auto failure = TakeSnapshot(client_, position.value(), options_.retry, stop_, &snapshot_)) {
      return failure;
    }
    outcome_.counts.accounts = static_cast<std::int64_t>(snapshot_.accounts.size());
    if (auto failure = WriteLog()) {
      return failure;
    }
    return CloseFiles();
  }

  std::optional<Failure> WriteLog() {
    const std::unique_ptr<Writer> writer = MakeWriter();
    writer->Begin();
    const auto take = [&](const v1::Event& event) {
      writer->Take(event);
      Advance(event.position());
      return !stop_ && !WriteProblem();
    };
    const LogRange range{snapshot_.position, writer->types()};
    if (auto failure = ReadLog(client_, range, options_.retry, stop_, take)) {
      return failure;
    }
    if (stop_) {
      return StopFailure();
    }
    if (auto problem = WriteProblem()) {
      return LocalFailure(*problem);
    }
    writer->End();
    return std::nullopt;
  }

  std::optional<Failure> OpenFiles() {
    if (options_.format == Format::kCsv) {
      std::error_code error;
      std::filesystem::create_directories(options_.output, error);
      if (error) {
        return LocalFailure(
            fmt::format("cannot make the directory {}: {}", options_.output, error.message()));
      }
      files_.push_back(std::make_unique<OutputFile>(options_.output + "/accounts.csv",
                                                    std::vector<std::string>{"account_id,"}));
      files_.push_back(std::make_unique<OutputFile>(options_.output + "/transactions.csv",
                                                    std::vector<std::string>{"transaction_id,"}));
    } else if (!options_.output.empty()) {
      files_.push_back(std::make_unique<OutputFile>(
          options_.output,
          options_.format == Format::kHledger
              ? std::vector<std::string>{"; ledger "}
              : std::vector<std::string>{"{\"asset\":", "{\"account\":", "{\"end\":"}));
    }
    if (auto problem = WriteProblem()) {
      return LocalFailure(*problem);
    }
    return std::nullopt;
  }

  std::optional<Failure> CloseFiles() {
    for (const auto& file : files_) {
      if (auto problem = file->Sync()) {
        return LocalFailure(*problem);
      }
    }
    for (const auto& file : files_) {
      if (auto problem = file->Commit()) {
        return LocalFailure(*problem);
      }
    }
    if (auto problem = WriteProblem(); files_.empty() && problem) {
      return LocalFailure(*problem);
    }
    return std::nullopt;
  }

  std::unique_ptr<Writer> MakeWriter() {
    std::ostream& out = files_.empty() ? out_ : files_.front()->stream();
    switch (options_.format) {
      case Format::kCsv:
        return std::make_unique<CsvWriter>(snapshot_, out, files_.back()->stream());
      case Format::kHledger:
        return std::make_unique<HledgerWriter>(snapshot_, out, options_.time_zone);
      case Format::kJsonl:
        break;
    }
    return std::make_unique<JsonlWriter>(snapshot_, out);
  }

  void Advance(std::int64_t position) {
    ExportCounts& counts = outcome_.counts;
    if (++counts.written % kProgressEvery != 0) {
      return;
    }
    counts.part = static_cast<double>(position) / static_cast<double>(snapshot_.position);
    counts.elapsed = std::chrono::steady_clock::now() - start_;
    on_progress_(counts);
  }

  [[nodiscard]] std::optional<std::string> WriteProblem() const {
    for (const auto& file : files_) {
      if (auto problem = file->Problem()) {
        return problem;
      }
    }
    return out_ ? std::nullopt : std::optional<std::string>("the output could not be written");
  }

  client::Client& client_;
  const ExportOptions& options_;
  std::ostream& out_;
  const std::function<void(const ExportCounts&)>& on_progress_;
  const std::atomic<bool>& stop_;
  const std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
  Snapshot snapshot_;
  // Removed with this object unless they were committed.
  std::vector<std::unique_ptr<OutputFile>> files_;
  ExportOutcome outcome_;
};

}  // namespace

ExportOutcome RunExport(client::Client& client, const ExportOptions& options, std::ostream& out,
                        const std::function<void(const ExportCounts&)>& on_progress,
                        const std::atomic<bool>& stop) {
  return ExportRun(client, options, out, on_progress, stop).Run();
}

}  // namespace florin::exporter
