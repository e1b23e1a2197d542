// A small shop: opens its accounts, takes a payment, books a day's sales in one
// batch, and follows what happened. Run it twice with the same day: the second
// run changes nothing.
//
//     shop 127.0.0.1:50051 2026-11-21
#include <clients/cpp/batch_sender.h>
#include <clients/cpp/client.h>
#include <clients/cpp/event_subscription.h>
#include <process/standard_streams.h>
#include <text/visible.h>

#include <chrono>
#include <cstdint>
#include <cstdlib>
#include <iostream>
#include <string>

namespace {

namespace v1 = florin::v1;
using florin::client::Client;
using florin::client::ClientError;

constexpr int kSales = 100;

bool Fail(const char* doing, const ClientError& error) {
  std::cerr << doing << ": " << error.ToString() << '\n';
  return false;
}

v1::OpenAccountRequest Account(const std::string& id, v1::AccountType type) {
  v1::OpenAccountRequest request;
  request.set_account_id(id);
  request.set_asset("EUR");
  request.set_type(type);
  request.mutable_limits()->set_unlimited_overdraft(true);
  return request;
}

v1::CreateTransactionRequest Sale(const std::string& id, const std::string& amount) {
  v1::CreateTransactionRequest request;
  request.set_transaction_id(id);
  request.set_type("sale");
  auto* posting = request.add_postings();
  posting->set_debit_account_id("shop:till");
  posting->set_credit_account_id("shop:sales");
  posting->set_amount(amount);
  return request;
}

bool OpenBooks(Client& client) {
  v1::RegisterAssetRequest asset;
  asset.mutable_asset()->set_code("EUR");
  asset.mutable_asset()->set_scale(2);
  if (const auto registered = client.RegisterAsset(asset); !registered.ok()) {
    return Fail("registering EUR", registered.error());
  }
  for (const auto& account : {Account("shop:till", v1::ACCOUNT_TYPE_ASSET),
                              Account("shop:sales", v1::ACCOUNT_TYPE_REVENUE)}) {
    if (const auto opened = client.OpenAccount(account); !opened.ok()) {
      return Fail("opening an account", opened.error());
    }
  }
  return true;
}

// One transfer, with a deadline of its own. It is retried under the same id.
bool TakePayment(Client& client, const std::string& day) {
  const auto done = client.CreateTransaction(Sale("shop-" + day + "-first", "12.50"),
                                             {.deadline = std::chrono::seconds(5)});
  if (!done.ok()) {
    return Fail("taking a payment", done.error());
  }
  std::cout << "payment " << (done.value().replayed() ? "known" : "posted") << ", the till has "
            << florin::text::Visible(done.value().account_balances(0).balances().posted()) << '\n';
  return true;
}

// Many transactions in one message; each has its own result.
bool BookSales(Client& client, const std::string& day) {
  v1::ExecuteBatchRequest batch;
  for (int i = 0; i < kSales; ++i) {
    *batch.add_commands()->mutable_create_transaction() =
        Sale("shop-" + day + "-" + std::to_string(i), "1.00");
  }
  const auto booked = florin::client::ExecuteBatchUntilDecided(client, batch);
  if (!booked.ok()) {
    return Fail("booking the sales", booked.error());
  }
  int known = 0;
  for (const auto& result : booked.value().results()) {
    if (result.has_refusal()) {
      return Fail("booking a sale", florin::client::FromRefusal(result.refusal()));
    }
    known += result.replayed() ? 1 : 0;
  }
  std::cout << "sales " << kSales - known << " posted, " << known << " known\n";
  return true;
}

// Every sale so far. A program that goes on for ever would store each batch's
// checkpoint with what it made of the events, and begin there the next time.
bool FollowSales(Client& client) {
  v1::SubscribeEventsRequest request;
  request.set_beginning(true);
  request.mutable_filter()->add_type_patterns("transaction.posted");
  florin::client::EventSubscription subscription(client, request);
  std::int64_t seen = 0;
  for (;;) {
    const auto batch = subscription.Next();
    if (!batch.ok()) {
      return Fail("following the ledger", batch.error());
    }
    seen += batch.value().events_size();
    if (batch.value().caught_up()) {
      break;
    }
  }
  std::cout << "seen " << seen << " transactions\n";
  return true;
}

}  // namespace

int main(int argc, char** argv) {
  florin::process::OpenStandardStreams();
  if (argc != 3) {
    std::cerr << "usage: shop HOST:PORT DAY\n";
    return EXIT_FAILURE;
  }
  const auto client = Client::Connect(argv[1]);
  const std::string day = argv[2];
  const bool done = OpenBooks(*client) && TakePayment(*client, day) && BookSales(*client, day) &&
                    FollowSales(*client);
  if (!std::cout.flush()) {
    std::cerr << "standard output could not be written\n";
    return EXIT_FAILURE;
  }
  return done ? EXIT_SUCCESS : EXIT_FAILURE;
}
