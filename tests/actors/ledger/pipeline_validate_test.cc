// Goal: what a batch that is only validated answers is what the batch itself would have answered.

#include <gtest/gtest.h>

#include "tests/actors/ledger/pipeline_fixture.h"

namespace florin::actors {
namespace {

using domain::Reason;
using domain::TransactionStatus;

TEST_F(PipelineTest, ValidateOnlyAnswersAnEndThatWouldComeTwice) {
  Run({actors::Hold("h", "cash", "a", "5")});
  const domain::VoidTransaction release{"h", "", ""};
  const Call call = Run({release, release}, false, true);
  EXPECT_EQ(ReasonOf(call, 0), Reason::kNone);
  EXPECT_EQ(ReasonOf(call, 1), Reason::kNone);
  EXPECT_TRUE(call->outcomes[1].replayed);
  EXPECT_EQ(call->outcomes[1].status, TransactionStatus::kVoided);
  EXPECT_EQ(call->outcomes[1].position, call->outcomes[0].position);
  EXPECT_EQ(ReasonOf(Run({release})), Reason::kNone);
}

TEST_F(PipelineTest, ValidateOnlyLeavesAnIdFreeWhoseRefusalWouldNotBeKept) {
  Run({Transfer("t", "cash", "a", "5")});
  const auto reverse = [](const char* target, const char* reason) {
    return domain::ReverseTransaction{"r", target, reason, {}, std::nullopt, "", ""};
  };
  const Call call =
      Run({reverse("unknown", ""), reverse("unknown", "again"), reverse("t", "it is wrong"),
           reverse("t", "it is wrong"), reverse("t", "otherwise")},
          false, true);
  EXPECT_EQ(ReasonOf(call, 0), Reason::kTransactionNotFound);
  // Nobody has used the id by then.
  EXPECT_EQ(ReasonOf(call, 1), Reason::kTransactionNotFound);
  EXPECT_EQ(ReasonOf(call, 2), Reason::kNone);
  // From here on it is used.
  EXPECT_EQ(ReasonOf(call, 3), Reason::kNone);
  EXPECT_TRUE(call->outcomes[3].replayed);
  EXPECT_EQ(ReasonOf(call, 4), Reason::kIdReused);
  EXPECT_EQ(Posted("a"), "5.00");
}

TEST_F(PipelineTest, ValidateOnlyNamesTheAccountsThatTheCommandWould) {
  domain::CreateTransaction hold = actors::Hold("h", "cash", "a", "5");
  hold.transaction.postings.push_back(Transfer("", "cash", "b", "5").transaction.postings.front());
  Run({hold});
  domain::SettleTransaction settle;
  settle.transaction_id = "h";
  settle.amounts = {*domain::ParseDecimal("5"), *domain::ParseDecimal("0")};
  Run({settle});
  domain::ReverseTransaction reverse;
  reverse.transaction_id = "r";
  reverse.reverses_transaction_id = "h";
  const auto names = [](const Call& call) {
    std::vector<std::string> ids;
    for (const auto& account : call->outcomes.at(0).Accounts()) {
      ids.push_back(account.account_id);
    }
    return ids;
  };
  const auto tried = names(Run({reverse}, false, true));
  EXPECT_EQ(tried, names(Run({reverse})));
  EXPECT_EQ(tried, (std::vector<std::string>{"a", "cash"}));
}

}  // namespace
}  // namespace florin::actors
