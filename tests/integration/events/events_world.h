#pragma once

#include <grpcpp/grpcpp.h>
#include <gtest/gtest.h>

#include <chrono>
#include <cstdint>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include "domain/event_filter.h"
#include "florin/v1/event_service.grpc.pb.h"
#include "florin/v1/ledger_service.grpc.pb.h"
#include "google/rpc/error_details.pb.h"
#include "google/rpc/status.pb.h"

namespace florin::integration {

using florin::v1::Event;
using florin::v1::EventService;
using florin::v1::LedgerService;

/// "INVALID_ARGUMENT" has no text in gRPC's C++: the reason says more.
inline std::string ReasonOf(const grpc::Status& status) {
  google::rpc::Status details;
  google::rpc::ErrorInfo info;
  if (status.ok()) return "OK";
  if (!details.ParseFromString(status.error_details())) return "";
  for (const auto& detail : details.details()) {
    if (detail.UnpackTo(&info)) return info.reason();
  }
  return "";
}

/// Accounts that pay each other in random batches.
class EventsWorld {
 public:
  static constexpr int kAccounts = 12;

  explicit EventsWorld(const std::shared_ptr<grpc::Channel>& channel)
      : ledger_(LedgerService::NewStub(channel)) {}

  void Open() {
    grpc::ClientContext asset_context;
    florin::v1::RegisterAssetRequest asset;
    asset.mutable_asset()->set_code("INR");
    asset.mutable_asset()->set_scale(2);
    florin::v1::RegisterAssetResponse registered;
    ASSERT_TRUE(ledger_->RegisterAsset(&asset_context, asset, &registered).ok());
    florin::v1::BatchOpenAccountsRequest accounts;
    for (int i = 0; i < kAccounts; ++i) {
      auto* const account = accounts.add_requests();
      account->set_account_id(Account(i));
      account->set_asset("INR");
      account->set_type(florin::v1::ACCOUNT_TYPE_LIABILITY);
      account->mutable_limits()->set_unlimited_overdraft(true);
    }
    grpc::ClientContext context;
    florin::v1::BatchOpenAccountsResponse opened;
    ASSERT_TRUE(ledger_->BatchOpenAccounts(&context, accounts, &opened).ok());
    ASSERT_EQ(opened.results_size(), kAccounts);
    for (const auto& result : opened.results()) ASSERT_TRUE(result.has_account());
  }

  /// Transfers, holds and settles; returns the last position, 0 on failure.
  std::int64_t Write(std::mt19937_64* random, const std::string& prefix, int commands) {
    const auto below = [random](std::uint64_t bound) {
      return static_cast<int>((*random)() % bound);
    };
    florin::v1::ExecuteBatchRequest batch;
    for (int i = 0; i < commands; ++i) {
      const std::string id = prefix + "-" + std::to_string(next_++);
      if (i > 0 && below(6) == 0) {
        // Often of a hold before it; else a refusal, which is an event too.
        auto* const settle = batch.add_commands()->mutable_settle_transaction();
        settle->set_transaction_id(prefix + "-" + std::to_string(next_ - 2));
        settle->set_request_id("r" + id);
        continue;
      }
      auto* const create = batch.add_commands()->mutable_create_transaction();
      create->set_transaction_id(id);
      if (below(4) == 0) create->mutable_hold();
      for (int p = 0; p <= below(3); ++p) {
        auto* const posting = create->add_postings();
        const int from = below(kAccounts);
        posting->set_debit_account_id(Account(from));
        posting->set_credit_account_id(Account((from + 1 + below(kAccounts - 1)) % kAccounts));
        posting->set_amount(std::to_string(1 + below(1000)));
      }
    }
    grpc::ClientContext context;
    florin::v1::ExecuteBatchResponse response;
    if (!ledger_->ExecuteBatch(&context, batch, &response).ok()) return 0;
    std::int64_t last = 0;
    for (const auto& result : response.results()) {
      last = std::max(last, result.position());
    }
    return last;
  }

  static std::string Account(int i) { return (i % 2 == 0 ? "bank:" : "user:") + std::to_string(i); }

 private:
  std::unique_ptr<LedgerService::Stub> ledger_;
  int next_ = 0;
};

/// All pages of a query.
inline std::vector<Event> ReadAllEvents(EventService::StubInterface* stub,
                                        florin::v1::ReadEventsRequest request = {}) {
  std::vector<Event> events;
  for (;;) {
    grpc::ClientContext context;
    florin::v1::ReadEventsResponse page;
    const grpc::Status status = stub->ReadEvents(&context, request, &page);
    EXPECT_TRUE(status.ok()) << status.error_message();
    if (!status.ok()) return events;
    events.insert(events.end(), page.events().begin(), page.events().end());
    if (page.next_page_token().empty()) return events;
    request.set_page_token(page.next_page_token());
  }
}

inline florin::v1::EventFilter RandomFilter(std::mt19937_64* random) {
  florin::v1::EventFilter filter;
  if ((*random)() % 3 == 0) {
    filter.add_stream_prefixes("bank:");
    filter.add_stream_prefixes("request/");
  }
  if ((*random)() % 3 == 0) filter.add_streams("user:1");
  if ((*random)() % 3 == 0) filter.add_type_patterns("account.funds.*");
  if ((*random)() % 4 == 0) filter.add_type_patterns("transaction.#");
  if ((*random)() % 10 == 0) filter.add_type_patterns("nothing.at.all");
  return filter;
}

/// Positions of the events that pass.
inline std::vector<std::int64_t> Filtered(const std::vector<Event>& events,
                                          const florin::v1::EventFilter& filter) {
  domain::EventFilterSpec spec;
  spec.stream_prefixes.assign(filter.stream_prefixes().begin(), filter.stream_prefixes().end());
  spec.streams.assign(filter.streams().begin(), filter.streams().end());
  spec.type_patterns.assign(filter.type_patterns().begin(), filter.type_patterns().end());
  const auto compiled = domain::EventFilter::Compile(spec);
  EXPECT_TRUE(compiled.ok());
  std::vector<std::int64_t> positions;
  for (const Event& event : events) {
    if (compiled->Matches(event.stream(), event.type())) {
      positions.push_back(event.position());
    }
  }
  return positions;
}

inline std::vector<std::int64_t> Positions(const std::vector<Event>& events) {
  std::vector<std::int64_t> positions;
  positions.reserve(events.size());
  for (const Event& event : events) positions.push_back(event.position());
  return positions;
}

}  // namespace florin::integration
