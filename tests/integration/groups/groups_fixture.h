#pragma once

#include <string>
#include <thread>
#include <vector>

#include "florin/v1/group_service.grpc.pb.h"
#include "tests/integration/ledger/ledger_service_fixture.h"
#include "tests/support/group_member.h"

namespace florin::test_support {

/// Consumer groups of the real server. Each test has accounts and a group of
/// its own name; its group sees the deposits to its accounts only.
class GroupsFixture : public LedgerServiceFixture {
 protected:
  using Groups = v1::GroupService::Stub;

  GroupsFixture()
      : name_(testing::UnitTest::GetInstance()->current_test_info()->name()),
        groups_(v1::GroupService::NewStub(server().channel())) {}

  template <typename Request, typename Response>
  std::string CallGroups(grpc::Status (Groups::*method)(grpc::ClientContext*, const Request&,
                                                        Response*),
                         const std::string& text, Response* response) {
    grpc::ClientContext context;
    context.set_deadline(std::chrono::system_clock::now() + std::chrono::seconds(60));
    const auto request = FromText<Request>(text);
    return Said((groups_.get()->*method)(&context, request, response));
  }
  template <typename Response, typename Method>
  Response Done(Method method, const std::string& text) {
    Response response;
    EXPECT_EQ(CallGroups(method, text, &response), "OK") << text;
    return response;
  }

  /// "group_id: 'NAME' MORE".
  [[nodiscard]] std::string Named(const std::string& more) const {
    return "group_id: '" + name_ + "' " + more;
  }
  [[nodiscard]] std::string SettingsOf(const std::string& more) const {
    return "settings { filter { stream_prefixes: '" + name_ +
           ":' type_patterns: 'account.funds.*' } " + more + " }";
  }
  v1::Group CreateGroup(const std::string& settings = "", const std::string& start = "") {
    return Done<v1::CreateGroupResponse>(&Groups::CreateGroup,
                                         Named(SettingsOf(settings) + " " + start))
        .group();
  }
  v1::Group GetGroup() { return Done<v1::GetGroupResponse>(&Groups::GetGroup, Named("")).group(); }
  std::vector<v1::ParkedEvent> Parked() {
    const auto page = Done<v1::ListParkedEventsResponse>(&Groups::ListParkedEvents, Named(""));
    return {page.events().begin(), page.events().end()};
  }
  std::vector<v1::GroupAction> Actions() {
    const auto page = Done<v1::ListGroupActionsResponse>(&Groups::ListGroupActions, Named(""));
    return {page.actions().begin(), page.actions().end()};
  }
  /// Until the group is as wanted; a test that hangs here fails by its time.
  template <typename Wanted>
  v1::Group WaitForGroup(Wanted wanted) {
    for (;;) {
      v1::Group group = GetGroup();
      if (wanted(group) || HasFailure()) return group;
      std::this_thread::sleep_for(std::chrono::milliseconds(5));
    }
  }

  [[nodiscard]] std::string Account(const std::string& account) const {
    return name_ + ":" + account;
  }
  void OpenAccount(const std::string& account) { Open(Account(account)); }
  /// So many events on its stream; the position of the last transaction.
  std::int64_t Deposit(const std::string& account, int count = 1) {
    v1::CreateTransactionResponse response;
    for (int i = 0; i < count; ++i) {
      response = Transfer(name_ + "-" + std::to_string(++transactions_), "world", Account(account),
                          "1.00");
    }
    return response.transaction().position();
  }

  std::unique_ptr<GroupMember> Member(const std::string& member_name) {
    return std::make_unique<GroupMember>(server().channel(), name_, member_name);
  }

  [[nodiscard]] const std::string& name() const { return name_; }

 private:
  const std::string name_;
  std::unique_ptr<Groups> groups_;
  int transactions_ = 0;
};

/// "ACCOUNT#VERSION attempt N", the account without the test's name.
inline std::string Told(const v1::DeliveredEvent& delivered) {
  const std::string& stream = delivered.event().stream();
  return stream.substr(stream.rfind(':') + 1) + "#" + std::to_string(delivered.event().version()) +
         " attempt " + std::to_string(delivered.attempt());
}
inline std::string Told(const std::optional<v1::DeliveredEvent>& delivered) {
  return delivered ? Told(*delivered) : "nothing";
}

}  // namespace florin::test_support
