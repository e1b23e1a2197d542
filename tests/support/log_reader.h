#pragma once

#include <grpcpp/grpcpp.h>

#include <cstdint>
#include <memory>
#include <vector>

#include "florin/v1/event_service.pb.h"

namespace florin::test_support {

/// The whole log, by ReadEvents, page by page. Fails the test, and returns what
/// it has, if a page is refused or the positions are not 1, 2, 3 and so on.
std::vector<v1::Event> ReadLog(const std::shared_ptr<grpc::Channel>& channel);

/// All commit groups. Fails the test unless they follow each other without a
/// gap, and each carries the hash of the one before and of its own records.
std::vector<v1::CommitGroup> ReadAndCheckCommitGroups(
    const std::shared_ptr<grpc::Channel>& channel);

}  // namespace florin::test_support
