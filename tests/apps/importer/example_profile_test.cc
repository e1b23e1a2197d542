// Goal: the shipped example stays right by itself, without a server.
#include <gtest/gtest.h>

#include <atomic>
#include <cstdlib>
#include <map>

#include "apps/importer/profile.h"
#include "apps/importer/row_mapper.h"
#include "apps/importer/row_source.h"

namespace florin::importer {
namespace {

constexpr char kFolder[] = FLORIN_SOURCE_DIR "/examples/czech-bank/";

// "12.5" -> 1250.
std::int64_t ToCents(const std::string& amount) {
  const auto point = amount.find('.');
  std::string fraction = point == std::string::npos ? "" : amount.substr(point + 1);
  EXPECT_LE(fraction.size(), 2U) << amount;
  fraction.resize(2, '0');
  return std::stoll(amount.substr(0, point)) * 100 + std::stoll(fraction);
}

TEST(ExampleProfileTest, EveryRowOfTheBankHasARuleAndTheSumIsTheBanks) {
  auto profile = LoadProfile(std::string(kFolder) + "import.toml");
  ASSERT_TRUE(profile.ok()) << profile.error().line << ": " << profile.error().message;
  const std::atomic<bool> stop = false;
  auto source = OpenRows(std::string(kFolder) + "trans.asc.gz", profile.value().file, stop);
  ASSERT_TRUE(source.ok()) << source.error().message;
  ASSERT_FALSE(profile.value().Bind(source.value().columns));
  RowMapper mapper(profile.value(), source.value().columns.size());
  std::map<std::string, std::int64_t> balances;
  std::int64_t rows = 0;
  Row row;
  for (; source.value().reader->Next(&row).value(); ++rows) {
    const auto mapped = mapper.Map(row);
    ASSERT_TRUE(std::holds_alternative<MappedRow>(mapped)) << row.line;
    const auto& posting = std::get<MappedRow>(mapped).transaction.postings(0);
    balances[posting.debit_account_id()] -= ToCents(posting.amount());
    balances[posting.credit_account_id()] += ToCents(posting.amount());
  }
  EXPECT_EQ(rows, 28205);
  std::int64_t clients = 0;
  std::int64_t count = 0;
  for (const auto& [id, cents] : balances) {
    if (id.starts_with("cz:client:")) {
      clients += cents;
      ++count;
    }
  }
  EXPECT_EQ(clients, 3657594610);
  EXPECT_EQ(count, 1139);
}

}  // namespace
}  // namespace florin::importer
