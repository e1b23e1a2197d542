#pragma once

#include <grpcpp/grpcpp.h>
#include <gtest/gtest.h>

#include <chrono>
#include <iostream>
#include <memory>
#include <string>
#include <vector>

#include "florin/v1/group_service.grpc.pb.h"
#include "tests/support/group_record.h"

namespace florin::test_support {

/// The group that a GroupTeam works on in long runs: every movement of funds,
/// tried again soon.
class TeamGroup {
 public:
  static constexpr const char* kName = "team";
  static constexpr const char* kTypes = "account.funds.*";

  static bool Create(const std::shared_ptr<grpc::Channel>& channel,
                     std::chrono::milliseconds ack_timeout) {
    v1::CreateGroupRequest request;
    request.set_group_id(kName);
    v1::GroupSettings* const settings = request.mutable_settings();
    settings->mutable_filter()->add_type_patterns(kTypes);
    settings->mutable_ack_timeout()->set_nanos(
        static_cast<int>(std::chrono::nanoseconds(ack_timeout).count()));
    settings->mutable_min_backoff()->set_nanos(5'000'000);
    settings->mutable_max_backoff()->set_nanos(50'000'000);
    grpc::ClientContext context;
    v1::CreateGroupResponse created;
    return v1::GroupService::NewStub(channel)->CreateGroup(&context, request, &created).ok();
  }

  /// Everything that is parked, or nothing would move any more in the end.
  static bool Replay(const std::shared_ptr<grpc::Channel>& channel) {
    grpc::ClientContext context;
    v1::ReplayParkedEventsRequest request;
    request.set_group_id(kName);
    request.set_all(true);
    v1::ReplayParkedEventsResponse replayed;
    return v1::GroupService::NewStub(channel)
        ->ReplayParkedEvents(&context, request, &replayed)
        .ok();
  }

  /// `all`: what the log has of kTypes.
  static void ExpectKept(const GroupRecord& record, const std::vector<v1::Event>& all,
                         std::uint64_t seed) {
    for (const std::string& problem : record.problems()) ADD_FAILURE() << problem;
    for (const auto& [stream, version] : record.Missing(all))
      ADD_FAILURE() << stream << "#" << version << " was lost";
    const GroupRecord::Counts counts = record.counts();
    std::cout << all.size() << " events, " << counts.delivered << " deliveries, "
              << counts.redelivered << " repeated, " << counts.done_again
              << " of them though done; seed " << seed << "\n";
    EXPECT_GT(counts.durable, 0);
  }
};

}  // namespace florin::test_support
