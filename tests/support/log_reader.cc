#include "tests/support/log_reader.h"

#include <gtest/gtest.h>
#include <openssl/sha.h>

#include <string>
#include <utility>

#include "florin/v1/event_service.grpc.pb.h"

namespace florin::test_support {
namespace {

constexpr int kPageSize = 1000;

std::string Sha256(const std::string& bytes) {
  std::string hash(SHA256_DIGEST_LENGTH, '\0');
  SHA256(reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size(),
         reinterpret_cast<unsigned char*>(hash.data()));
  return hash;
}

void CheckLink(const v1::CommitGroup& before, const v1::CommitGroup& group) {
  EXPECT_EQ(group.first_position(), before.last_position() + 1);
  EXPECT_EQ(group.previous_hash(), before.hash()) << "at position " << group.first_position();
}

}  // namespace

std::vector<v1::Event> ReadLog(const std::shared_ptr<grpc::Channel>& channel) {
  const auto stub = v1::EventService::NewStub(channel);
  std::vector<v1::Event> events;
  v1::ReadEventsRequest request;
  request.set_page_size(kPageSize);
  do {
    grpc::ClientContext context;
    v1::ReadEventsResponse response;
    const grpc::Status status = stub->ReadEvents(&context, request, &response);
    if (!status.ok()) {
      ADD_FAILURE() << "ReadEvents: " << status.error_message();
      return events;
    }
    for (v1::Event& event : *response.mutable_events()) {
      if (event.position() != static_cast<std::int64_t>(events.size()) + 1) {
        ADD_FAILURE() << "position " << event.position() << " follows " << events.size();
        return events;
      }
      events.push_back(std::move(event));
    }
    request.set_page_token(response.next_page_token());
  } while (!request.page_token().empty());
  return events;
}

std::vector<v1::CommitGroup> ReadAndCheckCommitGroups(
    const std::shared_ptr<grpc::Channel>& channel) {
  const auto stub = v1::EventService::NewStub(channel);
  std::vector<v1::CommitGroup> groups;
  v1::ReadCommitGroupsRequest request;
  request.set_page_size(kPageSize);
  do {
    grpc::ClientContext context;
    v1::ReadCommitGroupsResponse response;
    const grpc::Status status = stub->ReadCommitGroups(&context, request, &response);
    if (!status.ok()) {
      ADD_FAILURE() << "ReadCommitGroups: " << status.error_message();
      return groups;
    }
    for (v1::CommitGroup& group : *response.mutable_commit_groups()) {
      EXPECT_EQ(group.hash(), Sha256(group.previous_hash() + group.records()))
          << "of the group at position " << group.first_position();
      if (!groups.empty()) CheckLink(groups.back(), group);
      // Checked; only the ends matter from here on, and the records of a long
      // log fill the memory.
      group.clear_records();
      groups.push_back(std::move(group));
    }
    request.set_page_token(response.next_page_token());
  } while (!request.page_token().empty());
  return groups;
}

}  // namespace florin::test_support
