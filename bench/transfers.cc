#include "bench/transfers.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <memory>
#include <stdexcept>

#include "clients/cpp/client.h"

namespace florin::bench {
namespace {

constexpr std::int64_t kAccountsPerCall = 1'000;
constexpr char kOverdraft[] = "1000000000000.00";

std::int64_t UnixMilliseconds() {
  return std::chrono::duration_cast<std::chrono::milliseconds>(
             std::chrono::system_clock::now().time_since_epoch())
      .count();
}

// The system's random numbers would cost more than the rest of a transfer.
client::UuidGenerator MakeGenerator(std::uint64_t seed) {
  auto random = std::make_shared<std::mt19937_64>(seed);
  return {UnixMilliseconds, [random] { return (*random)(); }};
}

std::string RandomUuid(std::mt19937_64* random) {
  const std::uint64_t high = ((*random)() & ~std::uint64_t{0xF000}) | 0x4000;
  const std::uint64_t low = ((*random)() & 0x3FFFFFFFFFFFFFFF) | 0x8000000000000000;
  return fmt::format("{:08x}-{:04x}-{:04x}-{:04x}-{:012x}", high >> 32, (high >> 16) & 0xFFFF,
                     high & 0xFFFF, low >> 48, low & 0xFFFFFFFFFFFF);
}

void OpenAccounts(client::Client& client, std::int64_t first, std::int64_t end) {
  v1::BatchOpenAccountsRequest request;
  for (std::int64_t i = first; i < end; ++i) {
    v1::OpenAccountRequest* const open = request.add_requests();
    open->set_account_id(AccountName(i));
    open->set_asset(kAsset);
    open->set_type(v1::ACCOUNT_TYPE_LIABILITY);
    open->mutable_limits()->set_overdraft_limit(kOverdraft);
  }
  const auto answer = client.BatchOpenAccounts(request);
  if (!answer.ok()) throw std::runtime_error("no accounts: " + answer.error().ToString());
  for (const v1::OpenAccountResult& result : answer.value().results()) {
    if (result.has_refusal()) throw std::runtime_error("no account: " + result.refusal().message());
  }
}

}  // namespace

std::string AccountName(std::int64_t number) { return fmt::format("bench:{:06}", number); }

TransferMaker::TransferMaker(const Workload& workload, std::uint64_t seed)
    : workload_(workload), random_(seed), ids_(MakeGenerator(random_())) {}

std::string TransferMaker::NextId() {
  return workload_.random_ids ? RandomUuid(&random_) : ids_.Next();
}

std::int64_t TransferMaker::PickAccount() {
  return static_cast<std::int64_t>(random_() % static_cast<std::uint64_t>(workload_.accounts));
}

void TransferMaker::FillPosting(v1::Posting* posting) {
  std::int64_t debit = PickAccount();
  if (workload_.hot > 0 && std::generate_canonical<double, 53>(random_) < workload_.hot) debit = 0;
  std::int64_t credit = PickAccount();
  if (credit == debit) credit = (credit + 1) % workload_.accounts;
  posting->set_debit_account_id(AccountName(debit));
  posting->set_credit_account_id(AccountName(credit));
  const std::uint64_t cents = 1 + random_() % 99'999;
  posting->set_amount(fmt::format("{}.{:02}", cents / 100, cents % 100));
}

void TransferMaker::Fill(v1::CreateTransactionRequest* request) {
  request->set_transaction_id(NextId());
  request->clear_postings();
  for (int i = 0; i < workload_.postings; ++i) FillPosting(request->add_postings());
}

void OpenBooks(const std::string& address, std::int64_t end, std::int64_t first) {
  client::ClientOptions options;
  options.deadline = std::chrono::minutes(2);
  const auto client = client::Client::Connect(address, options);
  v1::RegisterAssetRequest asset;
  asset.mutable_asset()->set_code(kAsset);
  asset.mutable_asset()->set_scale(2);
  const auto registered = client->RegisterAsset(asset);
  if (!registered.ok()) throw std::runtime_error("no asset: " + registered.error().ToString());
  for (; first < end; first += kAccountsPerCall)
    OpenAccounts(*client, first, std::min(first + kAccountsPerCall, end));
}

}  // namespace florin::bench
