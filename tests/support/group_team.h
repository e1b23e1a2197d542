#pragma once

#include <grpcpp/grpcpp.h>

#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "tests/support/group_member.h"
#include "tests/support/group_record.h"
#include "tests/support/random_source.h"

namespace florin::test_support {

/// Members of one group that behave as members may: they acknowledge, late or
/// one by one, nack, park, skip, forget, leave, break off and come back. What
/// they saw goes into the record.
///
/// Threads: Use and Stop from one.
class GroupTeam {
 public:
  GroupTeam(std::string group_id, int members, std::uint64_t seed, GroupRecord* record);
  ~GroupTeam() { Stop(); }
  GroupTeam(const GroupTeam&) = delete;
  GroupTeam& operator=(const GroupTeam&) = delete;

  /// Where the server is; null: down.
  void Use(std::shared_ptr<grpc::Channel> channel);
  void Stop();

  /// One member that acknowledges everything, and replays what is parked, until
  /// nothing is left. Requires: stopped. False: it could not.
  bool Drain(const std::shared_ptr<grpc::Channel>& channel);

 private:
  // What one connection has sent, in order, and not yet heard to be durable.
  struct Sent {
    std::vector<std::pair<std::string, GroupRecord::Key>> done;
  };
  struct Session {
    GroupMember* member;
    RandomSource* random;
    v1::Acknowledge next;
    Sent next_sent;
    std::vector<Sent> sent;
    std::size_t durable = 0;
  };

  void Work(int index, std::uint64_t seed);
  void Serve(Session* session, std::int64_t responses);
  void Answer(Session* session, const v1::DeliveredEvent& delivered);
  void Done(Session* session, const v1::DeliveredEvent& delivered);
  void Flush(Session* session);
  void NoteDurable(Session* session);
  std::shared_ptr<grpc::Channel> channel() const;

  const std::string group_id_;
  GroupRecord* const record_;
  std::atomic<bool> stopping_{false};
  mutable std::mutex mutex_;
  std::shared_ptr<grpc::Channel> channel_;
  std::vector<std::thread> threads_;
};

}  // namespace florin::test_support
