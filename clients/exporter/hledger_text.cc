#include "clients/exporter/hledger_text.h"

#include <fmt/format.h>
#include <google/protobuf/util/time_util.h>

#include <algorithm>

namespace florin::exporter {
namespace {

bool StandsForItself(char c) {
  return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') ||
         std::string_view(":._@-/+").find(c) != std::string_view::npos;
}

}  // namespace

std::string HledgerAccount(std::string_view account_id) {
  std::string name;
  for (const char c : account_id) {
    name += StandsForItself(c) ? std::string(1, c)
                               : fmt::format("%{:02X}", static_cast<unsigned char>(c));
  }
  return name;
}

std::string HledgerAmount(std::string_view amount, std::string_view asset) {
  return fmt::format("{} \"{}\"", amount, asset);
}

std::string Negated(std::string_view amount) {
  if (amount.starts_with('-')) {
    return std::string(amount.substr(1));
  }
  const bool zero = amount.find_first_not_of("0.") == std::string_view::npos;
  return zero ? std::string(amount) : fmt::format("-{}", amount);
}

std::string HledgerBalance(const v1::Account& account) {
  const bool debit_normal =
      account.type() == v1::ACCOUNT_TYPE_ASSET || account.type() == v1::ACCOUNT_TYPE_EXPENSE;
  const std::string& posted = account.balances().posted();
  return debit_normal ? posted : Negated(posted);
}

std::string HledgerLine(std::string_view text) {
  std::string line(text);
  std::replace_if(
      line.begin(), line.end(), [](char c) { return (c >= 0 && c < ' ') || c == '\x7f'; }, ' ');
  return line;
}

std::string HledgerDescription(std::string_view text) {
  std::string line = HledgerLine(text);
  std::replace(line.begin(), line.end(), ';', ',');
  return line;
}

std::string HledgerDate(const google::protobuf::Timestamp& time) {
  return google::protobuf::util::TimeUtil::ToString(time).substr(0, sizeof("2026-11-21") - 1);
}

char HledgerType(v1::AccountType type) {
  switch (type) {
    case v1::ACCOUNT_TYPE_ASSET:
      return 'A';
    case v1::ACCOUNT_TYPE_LIABILITY:
      return 'L';
    case v1::ACCOUNT_TYPE_REVENUE:
      return 'R';
    case v1::ACCOUNT_TYPE_EXPENSE:
      return 'X';
    default:
      return 'E';
  }
}

}  // namespace florin::exporter
