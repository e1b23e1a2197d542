#include "apps/importer/restore_run.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>
#include <variant>

#include "apps/importer/account_opener.h"
#include "apps/importer/line_reader.h"
#include "apps/importer/restore_check.h"
#include "apps/importer/restore_commands.h"
#include "clients/jsonl/document.h"

namespace florin::importer {
namespace {

constexpr std::size_t kOpenMax = 1000;
constexpr std::int64_t kProgressEvery = 256;

ImportFailure LocalFailure(std::int64_t line, std::string message) {
  ImportFailure failure;
  failure.local = {line, std::move(message)};
  return failure;
}

ImportFailure AccountFailure(const v1::OpenAccountRequest& request, client::ClientError error) {
  ImportFailure failure;
  failure.ledger = std::move(error);
  failure.doing = fmt::format("opening the account '{}'", request.account_id());
  return failure;
}

class RestoreRun {
 public:
  RestoreRun(client::Client& client, const RestoreOptions& options, LineReader reader,
             const std::function<void(const RestoreCounts&)>& on_progress)
      : client_(client),
        reader_(std::move(reader)),
        on_progress_(on_progress),
        commands_(client, options, &outcome_) {
    outcome_.counts.total_bytes = FileSize(options.file);
  }

  RestoreOutcome Run(const std::atomic<bool>& stop) {
    while (!stop && !ended_ && !outcome_.failure) {
      outcome_.failure = Step();
      if (++steps_ % kProgressEvery == 0) {
        Report();
      }
    }
    outcome_.stopped = !ended_ && !outcome_.failure;
    if (!outcome_.failure) {
      outcome_.failure = commands_.Flush();
    }
    if (ended_ && !outcome_.failure) {
      outcome_.failure = CompareAccounts(client_, expected_, &outcome_);
    }
    Report();
    return std::move(outcome_);
  }

 private:
  std::optional<ImportFailure> Step() {
    auto line = reader_.Next();
    if (!line.ok()) {
      return LocalFailure(line.error().line, line.error().message);
    }
    if (!line.value()) {
      return LocalFailure(reader_.line(),
                          "the file ends here, before its last line: it was truncated");
    }
    auto parsed = jsonl::ParseLine(*line.value());
    if (const auto* problem = std::get_if<std::string>(&parsed)) {
      return LocalFailure(reader_.line(), *problem);
    }
    return std::visit([this](auto document) { return Take(std::move(document)); },
                      std::get<jsonl::Document>(std::move(parsed)));
  }

  std::optional<ImportFailure> Take(const jsonl::AssetDocument& document) {
    ++outcome_.counts.documents;
    ++outcome_.counts.assets;
    return RegisterAssets(client_, {document.asset});
  }

  std::optional<ImportFailure> Take(jsonl::AccountDocument document) {
    ++outcome_.counts.documents;
    ++outcome_.counts.accounts;
    expected_[document.account.account_id()] = std::move(document.account);
    if (document.open_in_place) {
      in_place_.emplace_back(document.origin.position, std::move(document.opened));
      return std::nullopt;
    }
    *accounts_.add_requests() = std::move(document.opened);
    return static_cast<std::size_t>(accounts_.requests_size()) < kOpenMax ? std::nullopt
                                                                          : OpenAccounts();
  }

  std::optional<ImportFailure> Take(jsonl::CommandDocument document) {
    ++outcome_.counts.documents;
    if (auto failure = OpenUpTo(document.origin.position)) {
      return failure;
    }
    return commands_.Take(std::move(document), reader_.line());
  }

  std::optional<ImportFailure> Take(const jsonl::EndDocument& document) {
    if (document.format != jsonl::kFormat) {
      return LocalFailure(reader_.line(),
                          fmt::format("this program reads format {}, the file is of format {}",
                                      jsonl::kFormat, document.format));
    }
    if (document.documents != outcome_.counts.documents) {
      return LocalFailure(reader_.line(),
                          fmt::format("the file should have {} documents and has {}",
                                      document.documents, outcome_.counts.documents));
    }
    ended_ = true;
    return OpenUpTo(document.origin.position);
  }

  // All that may be open by a position. Those that a refused transaction had
  // named too early come in their place, the others before all commands.
  std::optional<ImportFailure> OpenUpTo(std::int64_t position) {
    if (accounts_.requests_size() > 0) {
      if (auto failure = OpenAccounts()) {
        return failure;
      }
    }
    if (!in_place_sorted_) {
      in_place_sorted_ = true;
      std::sort(in_place_.begin(), in_place_.end(),
                [](const auto& a, const auto& b) { return a.first < b.first; });
    }
    while (next_in_place_ < in_place_.size() && in_place_[next_in_place_].first <= position) {
      if (auto failure = commands_.Flush()) {
        return failure;
      }
      *accounts_.add_requests() = in_place_[next_in_place_++].second;
      if (auto failure = OpenAccounts()) {
        return failure;
      }
    }
    return std::nullopt;
  }

  std::optional<ImportFailure> OpenAccounts() {
    const v1::BatchOpenAccountsRequest batch = std::exchange(accounts_, {});
    const auto answer = client_.BatchOpenAccounts(batch);
    if (!answer.ok()) {
      return AccountFailure(batch.requests(0), answer.error());
    }
    const int answered = std::min(batch.requests_size(), answer.value().results_size());
    for (int i = 0; i < answered; ++i) {
      if (answer.value().results(i).has_refusal()) {
        return AccountFailure(batch.requests(i),
                              client::FromRefusal(answer.value().results(i).refusal()));
      }
    }
    return std::nullopt;
  }

  void Report() {
    outcome_.counts.consumed_bytes = reader_.source().consumed_bytes();
    outcome_.counts.elapsed = std::chrono::steady_clock::now() - start_;
    on_progress_(outcome_.counts);
  }

  client::Client& client_;
  LineReader reader_;
  const std::function<void(const RestoreCounts&)>& on_progress_;
  const std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
  RestoreOutcome outcome_;
  RestoreCommands commands_;
  ExpectedAccounts expected_;
  v1::BatchOpenAccountsRequest accounts_;  // waiting to be opened
  std::vector<std::pair<std::int64_t, v1::OpenAccountRequest>> in_place_;
  bool in_place_sorted_ = false;
  std::size_t next_in_place_ = 0;
  std::int64_t steps_ = 0;
  bool ended_ = false;
};

}  // namespace

RestoreOutcome RunRestore(client::Client& client, const RestoreOptions& options,
                          const std::function<void(const RestoreCounts&)>& on_progress,
                          const std::atomic<bool>& stop) {
  auto source = OpenFile(options.file);
  if (!source.ok()) {
    RestoreOutcome outcome;
    outcome.failure = LocalFailure(0, source.error().message);
    return outcome;
  }
  RestoreRun run(client, options, LineReader(std::move(source).value()), on_progress);
  return run.Run(stop);
}

}  // namespace florin::importer
