#include "apps/importer/restore_check.h"

#include <fmt/format.h>
#include <google/protobuf/util/message_differencer.h>

#include <utility>

namespace florin::importer {
namespace {

constexpr std::int64_t kKeptMax = 100;
constexpr std::int32_t kPageSize = 1000;

// What two ledgers can have alike.
v1::Account Comparable(v1::Account account) {
  account.clear_version();
  account.clear_position();
  account.clear_open_time();
  account.clear_update_time();
  if (account.limits().unlimited_overdraft()) {
    account.mutable_limits()->clear_overdraft_limit();
  }
  return account;
}

void Compare(const v1::Account& found, const ExpectedAccounts& expected, RestoreOutcome* outcome) {
  const auto wanted = expected.find(found.account_id());
  if (wanted == expected.end()) {
    AddDifference(fmt::format("account {}: is not in the export", found.account_id()), outcome);
    return;
  }
  google::protobuf::util::MessageDifferencer differencer;
  std::string report;
  differencer.ReportDifferencesToString(&report);
  if (!differencer.Compare(Comparable(wanted->second), Comparable(found))) {
    while (!report.empty() && report.back() == '\n') {
      report.pop_back();
    }
    AddDifference(fmt::format("account {}: {}", found.account_id(), report), outcome);
  }
}

}  // namespace

void AddDifference(std::string text, RestoreOutcome* outcome) {
  if (++outcome->difference_count <= kKeptMax) {
    outcome->differences.push_back(std::move(text));
  }
}

std::optional<ImportFailure> CompareAccounts(client::Client& client,
                                             const ExpectedAccounts& expected,
                                             RestoreOutcome* outcome) {
  v1::ListAccountsRequest request;
  request.set_page_size(kPageSize);
  for (;;) {
    const auto page = client.ListAccounts(request);
    if (!page.ok()) {
      ImportFailure failure;
      failure.ledger = page.error();
      failure.doing = "comparing the accounts";
      return failure;
    }
    for (const auto& account : page.value().accounts()) {
      Compare(account, expected, outcome);
    }
    if (page.value().next_page_token().empty()) {
      return std::nullopt;
    }
    request.set_page_token(page.value().next_page_token());
  }
}

}  // namespace florin::importer
