#include "tests/integration/ledger/ledger_service_fixture.h"

#include <google/protobuf/text_format.h>

namespace florin::test_support {

using Stub = v1::LedgerService::Stub;

std::unique_ptr<TemporaryDirectory> LedgerServiceFixture::directory_;
std::unique_ptr<ServerProcess> LedgerServiceFixture::server_;
std::unique_ptr<Stub> LedgerServiceFixture::stub_;

bool ParseText(const std::string& text, google::protobuf::Message* message) {
  return google::protobuf::TextFormat::ParseFromString(text, message);
}

v1::CreateTransactionRequest TransferRequest(const std::string& transaction_id,
                                             const std::string& debit, const std::string& credit,
                                             const std::string& amount, const std::string& more) {
  auto request = FromText<v1::CreateTransactionRequest>(more);
  request.set_transaction_id(transaction_id);
  v1::Posting* const posting = request.add_postings();
  posting->set_debit_account_id(debit);
  posting->set_credit_account_id(credit);
  posting->set_amount(amount);
  return request;
}

void LedgerServiceFixture::SetUpTestSuite() {
  directory_ = std::make_unique<TemporaryDirectory>();
  server_ = ServerProcess::Start(directory_->path() + "/data");
  ASSERT_NE(server_, nullptr);
  stub_ = v1::LedgerService::NewStub(server_->channel());
  for (const char* const asset : {"code: 'EUR' scale: 2", "code: 'SBI'"}) {
    v1::RegisterAssetResponse response;
    const auto request = FromText<v1::RegisterAssetRequest>(std::string("asset { ") + asset + " }");
    ASSERT_EQ(Said(Call(&Stub::RegisterAsset, request, &response)), "OK");
  }
  Open("world", "type: 3 limits { unlimited_overdraft: true }");
}

void LedgerServiceFixture::TearDownTestSuite() {
  stub_.reset();
  if (server_ != nullptr) {
    EXPECT_EQ(server_->Terminate(), 0);
  }
  server_.reset();
  directory_.reset();
}

std::string LedgerServiceFixture::Said(const grpc::Status& status) {
  if (status.ok()) return "OK";
  std::string said = ReasonOf(status);
  if (said.empty()) {
    said = std::to_string(status.error_code()) + " " + status.error_message();
  }
  const std::string field = FieldOf(status);
  return field.empty() ? said : said + " " + field;
}

v1::Account LedgerServiceFixture::Open(const std::string& account_id, const std::string& more) {
  auto request = FromText<v1::OpenAccountRequest>(more);
  request.set_account_id(account_id);
  if (request.asset().empty()) request.set_asset("EUR");
  if (request.type() == v1::ACCOUNT_TYPE_UNSPECIFIED) {
    request.set_type(v1::ACCOUNT_TYPE_LIABILITY);
  }
  v1::OpenAccountResponse response;
  EXPECT_EQ(Said(Call(&Stub::OpenAccount, request, &response)), "OK") << account_id;
  return response.account();
}

v1::CreateTransactionResponse LedgerServiceFixture::Transfer(const std::string& transaction_id,
                                                             const std::string& debit,
                                                             const std::string& credit,
                                                             const std::string& amount,
                                                             const std::string& more) {
  v1::CreateTransactionResponse response;
  EXPECT_EQ(Said(Call(&Stub::CreateTransaction,
                      TransferRequest(transaction_id, debit, credit, amount, more), &response)),
            "OK")
      << transaction_id;
  return response;
}

std::string LedgerServiceFixture::TryTransfer(const std::string& transaction_id,
                                              const std::string& debit, const std::string& credit,
                                              const std::string& amount, const std::string& more) {
  v1::CreateTransactionResponse response;
  return Said(Call(&Stub::CreateTransaction,
                   TransferRequest(transaction_id, debit, credit, amount, more), &response));
}

v1::Account LedgerServiceFixture::Get(const std::string& account_id) {
  v1::GetAccountRequest request;
  request.set_account_id(account_id);
  v1::GetAccountResponse response;
  EXPECT_EQ(Said(Call(&Stub::GetAccount, request, &response)), "OK") << account_id;
  return response.account();
}

}  // namespace florin::test_support
