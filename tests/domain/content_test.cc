// Goal: which field of a repeated id's command is named as the one that
// differs; what is no content does not count.

#include "domain/content.h"

#include <gtest/gtest.h>

#include <functional>

#include "tests/domain/books.h"

namespace florin::domain {
namespace {

CreateTransaction Full() {
  CreateTransaction create = Hold("t", "a", "b", "1.50");
  Transaction& transaction = create.transaction;
  transaction.type = "type";
  transaction.reference = "reference";
  transaction.description = "description";
  transaction.metadata = {{"k", "v"}};
  transaction.effective_time = 5;
  transaction.hold_timeout_ns = 7;
  return WithMaxPosted(WithMinAvailable(create, "a", "1"), "b", "9");
}

template <typename T>
struct FieldCase {
  const char* field;
  std::function<void(T*)> change;
};

TEST(ContentTest, NamesTheFieldOfACreateThatDiffers) {
  const std::vector<FieldCase<CreateTransaction>> cases = {
      {"", [](auto*) {}},
      {"", [](auto* c) { c->transaction.postings[0].amount = Amount("1.5"); }},
      {"",
       [](auto* c) {
         c->version_checks.push_back({"a", 3});
       }},
      {"", [](auto* c) { c->transaction.correlation_id = "x"; }},
      {"", [](auto* c) { c->transaction.causation_id = "x"; }},
      {"postings", [](auto* c) { c->transaction.postings[0].amount = Amount("1.51"); }},
      {"postings", [](auto* c) { c->transaction.postings[0].debit_account_id = "x"; }},
      {"postings", [](auto* c) { c->transaction.postings[0].credit_account_id = "x"; }},
      {"postings", [](auto* c) { c->transaction.postings.push_back(c->transaction.postings[0]); }},
      {"type", [](auto* c) { c->transaction.type = ""; }},
      {"reference", [](auto* c) { c->transaction.reference = "x"; }},
      {"description", [](auto* c) { c->transaction.description = "x"; }},
      {"metadata", [](auto* c) { c->transaction.metadata[0].second = "x"; }},
      {"effective_time", [](auto* c) { c->transaction.effective_time = 6; }},
      {"effective_time", [](auto* c) { c->transaction.effective_time.reset(); }},
      {"hold", [](auto* c) { c->transaction.is_hold = false; }},
      {"hold", [](auto* c) { c->transaction.hold_timeout_ns = 8; }},
      {"hold", [](auto* c) { c->transaction.hold_timeout_ns.reset(); }},
      {"balance_checks", [](auto* c) { c->transaction.balance_checks.clear(); }},
      {"balance_checks",
       [](auto* c) { c->transaction.balance_checks[0].min_available = Amount("2"); }},
      {"balance_checks", [](auto* c) { c->transaction.balance_checks[1].max_posted.reset(); }},
      {"", [](auto* c) { c->transaction.balance_checks[1].max_posted = Amount("9.00"); }},
      // Of two the first in the order of the message.
      {"postings",
       [](auto* c) {
         c->transaction.metadata.clear();
         c->transaction.postings.clear();
       }},
  };
  for (std::size_t i = 0; i < cases.size(); ++i) {
    CreateTransaction again = Full();
    cases[i].change(&again);
    EXPECT_EQ(DifferingField(TransactionCommand(again), Full().transaction), cases[i].field)
        << "case " << i;
  }
}

TEST(ContentTest, NamesTheFieldOfAReversalThatDiffers) {
  ReverseTransaction first = Reverse("r", "t");
  first.reason = "why";
  first.metadata = {{"k", "v"}};
  first.effective_time = 5;
  Transaction kept;
  kept.transaction_id = "r";
  kept.reverses_transaction_id = "t";
  kept.description = "why";
  kept.metadata = first.metadata;
  kept.effective_time = 5;
  const std::vector<FieldCase<ReverseTransaction>> cases = {
      {"", [](auto*) {}},
      {"", [](auto* c) { c->correlation_id = "x"; }},
      {"reverses_transaction_id", [](auto* c) { c->reverses_transaction_id = "u"; }},
      {"reason", [](auto* c) { c->reason = ""; }},
      {"metadata", [](auto* c) { c->metadata.clear(); }},
      {"effective_time", [](auto* c) { c->effective_time.reset(); }},
  };
  for (const auto& c : cases) {
    ReverseTransaction again = first;
    c.change(&again);
    EXPECT_EQ(DifferingField(TransactionCommand(again), kept), c.field);
  }
  // One id, two kinds of command.
  EXPECT_EQ(DifferingField(TransactionCommand(Full()), kept), "command");
  EXPECT_EQ(DifferingField(TransactionCommand(first), Full().transaction), "command");
}

TEST(ContentTest, NamesTheFieldOfAnEndThatDiffers) {
  const SettleTransaction one = SettleOne("t", "1.50");
  EXPECT_EQ(DifferingField(SettleOne("t", "1.5"), one), "");
  EXPECT_EQ(DifferingField(SettleOne("t", "1.6"), one), "amount");
  EXPECT_EQ(DifferingField(Settle("t"), one), "amount");
  EXPECT_EQ(DifferingField(Settle("t", {"1", "2"}), Settle("t", {"1", "2.0"})), "");
  EXPECT_EQ(DifferingField(Settle("t", {"1", "2"}), Settle("t", {"1", "3"})), "amounts");
  EXPECT_EQ(DifferingField(Settle("t", {"1"}), Settle("t")), "amounts");
  VoidTransaction because = Void("t");
  because.reason = "why";
  EXPECT_EQ(DifferingField(because, because), "");
  EXPECT_EQ(DifferingField(Void("t"), because), "reason");
}

TEST(ContentTest, NamesTheFieldOfAnAccountChangeThatDiffers) {
  ChangeAccount update;
  update.account_id = "a";
  update.request_id = "r";
  update.update_mask = kUpdateOverdraftLimit;
  update.limits.overdraft_limit = Amount("1.0");
  update.metadata = {{"k", "v"}};
  update.owner_id = "o";
  const std::vector<FieldCase<ChangeAccount>> cases = {
      {"", [](auto*) {}},
      {"", [](auto* c) { c->expected_version = 4; }},
      {"", [](auto* c) { c->limits.overdraft_limit = Amount("1"); }},
      {"command", [](auto* c) { c->kind = AccountChangeKind::kClose; }},
      {"limits", [](auto* c) { c->limits.overdraft_limit.reset(); }},
      {"limits", [](auto* c) { c->limits.unlimited_overdraft = true; }},
      {"limits", [](auto* c) { c->limits.max_balance = Amount("1"); }},
      {"metadata", [](auto* c) { c->metadata.clear(); }},
      {"owner_id", [](auto* c) { c->owner_id = ""; }},
      {"update_mask", [](auto* c) { c->update_mask |= kUpdateOwner; }},
  };
  for (const auto& c : cases) {
    ChangeAccount again = update;
    c.change(&again);
    EXPECT_EQ(DifferingField(again, update), c.field);
  }
  ChangeAccount suspend;
  suspend.kind = AccountChangeKind::kSuspend;
  ChangeAccount both = suspend;
  both.scope = SuspendScope::kBoth;
  EXPECT_EQ(DifferingField(both, suspend), "");
  both.scope = SuspendScope::kDebits;
  EXPECT_EQ(DifferingField(both, suspend), "scope");
  both.reason = "why";
  EXPECT_EQ(DifferingField(both, suspend), "reason");
}

TEST(ContentTest, NamesTheFieldOfAnOpeningThatDiffers) {
  OpenAccount open;
  open.account_id = "a";
  open.owner_id = "o";
  open.asset = "EUR";
  open.type = AccountType::kLiability;
  open.limits.max_balance = Amount("5");
  open.metadata = {{"k", "v"}};
  const Asset euro{"EUR", 2, ""};
  const AccountState opened = DecideOpen(open, &euro, 1).after;
  const std::vector<FieldCase<OpenAccount>> cases = {
      {"", [](auto*) {}},
      {"", [](auto* c) { c->limits.max_balance = Amount("5.00"); }},
      {"", [](auto* c) { c->limits.overdraft_limit = Amount("0"); }},
      {"owner_id", [](auto* c) { c->owner_id = ""; }},
      {"asset", [](auto* c) { c->asset = "USD"; }},
      {"type", [](auto* c) { c->type = AccountType::kAsset; }},
      {"limits", [](auto* c) { c->limits.max_balance.reset(); }},
      {"limits", [](auto* c) { c->limits.max_balance = Amount("5.000"); }},
      {"limits", [](auto* c) { c->limits.overdraft_limit = Amount("1"); }},
      {"limits", [](auto* c) { c->limits.unlimited_overdraft = true; }},
      {"metadata", [](auto* c) { c->metadata.clear(); }},
  };
  for (std::size_t i = 0; i < cases.size(); ++i) {
    OpenAccount again = open;
    cases[i].change(&again);
    EXPECT_EQ(DifferingField(again, opened), cases[i].field) << "case " << i;
  }
}

}  // namespace
}  // namespace florin::domain
