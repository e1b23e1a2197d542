#pragma once

#include <google/protobuf/util/time_util.h>
#include <gtest/gtest.h>

#include <chrono>
#include <initializer_list>
#include <string>

#include "clients/cpp/client.h"

namespace florin {

/// Fills a ledger with one of everything that an export has to carry: several
/// assets, limits, metadata, every status of account and transaction, holds
/// open, settled in whole and in part, and voided, reversals, refusals.
class ExportWorld {
 public:
  explicit ExportWorld(client::Client& client) : client_(client) {}

  enum class Part { kAll, kWithoutAccountChanges };

  void Fill(Part part = Part::kAll) {
    Asset("EUR", 2);
    Asset("X.1", 0);
    Asset("WEI", 18);
    Open("world", "EUR", v1::ACCOUNT_TYPE_ASSET);
    Open("bank:a", "EUR", v1::ACCOUNT_TYPE_LIABILITY, "100.00");
    Open("bank:a:sub", "EUR", v1::ACCOUNT_TYPE_LIABILITY, "0");
    Open("-odd@x_y.:", "EUR", v1::ACCOUNT_TYPE_EQUITY);
    Open("vault", "X.1", v1::ACCOUNT_TYPE_ASSET);
    Open("holder", "X.1", v1::ACCOUNT_TYPE_LIABILITY);
    Open("eth:in", "WEI", v1::ACCOUNT_TYPE_REVENUE);
    Open("eth:out", "WEI", v1::ACCOUNT_TYPE_EXPENSE);
    Transactions();
    Holds();
    Refusals();
    if (part == Part::kAll) {
      Accounts();
    }
  }

  void Post(const std::string& id, const std::string& debit, const std::string& credit,
            const std::string& amount) {
    const auto answer = client_.CreateTransaction(Request(id, debit, credit, amount));
    EXPECT_TRUE(answer.ok()) << id << ": " << answer.error().ToString();
  }

  void Hold(const std::string& id, const std::string& amount,
            std::chrono::milliseconds timeout = {}, int postings = 1) {
    auto request = Request(id, "bank:a", "bank:a:sub", amount);
    for (int i = 1; i < postings; ++i) {
      Add(&request, "bank:a", "world", amount);
    }
    request.mutable_hold();
    if (timeout.count() > 0) {
      *request.mutable_hold()->mutable_timeout() =
          google::protobuf::util::TimeUtil::MillisecondsToDuration(timeout.count());
    }
    const auto answer = client_.CreateTransaction(request);
    EXPECT_TRUE(answer.ok()) << id << ": " << answer.error().ToString();
  }

 private:
  static v1::CreateTransactionRequest Request(const std::string& id, const std::string& debit,
                                              const std::string& credit,
                                              const std::string& amount) {
    v1::CreateTransactionRequest request;
    request.set_transaction_id(id);
    Add(&request, debit, credit, amount);
    return request;
  }

  static void Add(v1::CreateTransactionRequest* request, const std::string& debit,
                  const std::string& credit, const std::string& amount) {
    auto* posting = request->add_postings();
    posting->set_debit_account_id(debit);
    posting->set_credit_account_id(credit);
    posting->set_amount(amount);
  }

  void Asset(const std::string& code, int scale) {
    v1::RegisterAssetRequest request;
    request.mutable_asset()->set_code(code);
    request.mutable_asset()->set_scale(scale);
    request.mutable_asset()->set_name("The " + code);
    EXPECT_TRUE(client_.RegisterAsset(request).ok()) << code;
  }

  // Without a limit: unlimited.
  void Open(const std::string& id, const std::string& asset, v1::AccountType type,
            const std::string& overdraft = "") {
    v1::OpenAccountRequest request;
    request.set_account_id(id);
    request.set_asset(asset);
    request.set_type(type);
    request.set_owner_id("owner of " + id);
    (*request.mutable_metadata())["opened_by"] = "clerk, \"7\"";
    (*request.mutable_metadata())["branch"] = "Žižkov";
    request.mutable_limits()->set_overdraft_limit(overdraft);
    request.mutable_limits()->set_unlimited_overdraft(overdraft.empty());
    const auto answer = client_.OpenAccount(request);
    EXPECT_TRUE(answer.ok()) << id << ": " << answer.error().ToString();
  }

  void Transactions() {
    auto rich = Request("rich", "world", "bank:a", "500.00");
    Add(&rich, "world", "bank:a:sub", "0.01");
    rich.set_type("deposit");
    rich.set_reference("ref, \"1\"");
    rich.set_description("two\nlines; and a semicolon");
    (*rich.mutable_metadata())["date"] = "not a date";
    (*rich.mutable_metadata())["channel"] = "web";
    rich.mutable_effective_time()->set_seconds(725846400);
    rich.mutable_effective_time()->set_nanos(5);
    rich.set_correlation_id("c-1");
    rich.set_causation_id("c-0");
    EXPECT_TRUE(client_.CreateTransaction(rich).ok());
    Post("plain", "bank:a", "-odd@x_y.:", "20.00");
    Post("shares", "vault", "holder", "170141183460469231731687303715884105");
    Post("wei", "eth:out", "eth:in", "0.000000000000000001");
    v1::ReverseTransactionRequest reverse;
    reverse.set_transaction_id("back");
    reverse.set_reverses_transaction_id("plain");
    reverse.set_reason("a mistake");
    (*reverse.mutable_metadata())["by"] = "clerk";
    EXPECT_TRUE(client_.ReverseTransaction(reverse).ok());
  }

  void Settle(const std::string& id, std::initializer_list<const char*> amounts) {
    v1::SettleTransactionRequest request;
    request.set_transaction_id(id);
    request.set_request_id("settle-" + id);
    for (const char* amount : amounts) {
      request.add_amounts(amount);
    }
    EXPECT_TRUE(client_.SettleTransaction(request).ok()) << id;
  }

  void Holds() {
    Hold("open", "10.00");
    Hold("open-long", "11.00", std::chrono::hours(7 * 24));
    Hold("whole", "12.00", std::chrono::hours(1));
    Settle("whole", {});
    Hold("part", "13.00", std::chrono::hours(1));
    Settle("part", {"3.50"});
    Hold("parts", "14.00", {}, 2);
    Settle("parts", {"0", "4.00"});
    Hold("voided", "15.00", std::chrono::minutes(1));
    v1::VoidTransactionRequest request;
    request.set_transaction_id("voided");
    request.set_reason("changed his mind");
    EXPECT_TRUE(client_.VoidTransaction(request).ok());
  }

  void Refuse(const v1::CreateTransactionRequest& request, const std::string& reason) {
    const auto answer = client_.CreateTransaction(request);
    ASSERT_FALSE(answer.ok()) << request.transaction_id();
    EXPECT_EQ(answer.error().reason, reason);
  }

  void Refusals() {
    Refuse(Request("too-much", "bank:a", "world", "9999.00"), "INSUFFICIENT_FUNDS");
    Refuse(Request("too-early", "world", "late", "5.00"), "ACCOUNT_NOT_FOUND");
    Refuse(Request("mixed", "world", "vault", "5"), "ASSET_MISMATCH");
    // It could have been posted from here on; its refusal stays.
    Open("late", "EUR", v1::ACCOUNT_TYPE_EQUITY);
    v1::ReverseTransactionRequest reverse;
    reverse.set_transaction_id("back-again");
    reverse.set_reverses_transaction_id("plain");
    EXPECT_FALSE(client_.ReverseTransaction(reverse).ok());
  }

  void Accounts() {
    v1::UpdateAccountRequest update;
    update.set_account_id("bank:a");
    update.mutable_limits()->set_max_balance("100000.00");
    update.mutable_limits()->set_overdraft_limit("50.00");
    (*update.mutable_metadata())["branch"] = "Karlín";
    update.set_owner_id("someone else");
    EXPECT_TRUE(client_.UpdateAccount(update).ok());
    v1::SuspendAccountRequest suspend;
    suspend.set_account_id("bank:a:sub");
    suspend.set_reason("asked for papers");
    suspend.set_scope(v1::SUSPEND_SCOPE_DEBITS);
    EXPECT_TRUE(client_.SuspendAccount(suspend).ok());
    suspend.set_account_id("eth:in");
    suspend.clear_scope();
    EXPECT_TRUE(client_.SuspendAccount(suspend).ok());
    v1::ReactivateAccountRequest reactivate;
    reactivate.set_account_id("eth:in");
    EXPECT_TRUE(client_.ReactivateAccount(reactivate).ok());
    v1::CloseAccountRequest close;
    close.set_account_id("late");
    close.set_reason("never used");
    EXPECT_TRUE(client_.CloseAccount(close).ok());
    Refuse(Request("to-closed", "world", "late", "1.00"), "ACCOUNT_CLOSED");
  }

  client::Client& client_;
};

}  // namespace florin
