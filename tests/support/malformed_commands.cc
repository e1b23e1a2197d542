#include <cstddef>
#include <string>
#include <vector>

#include "tests/support/command_generator.h"

namespace florin::test_support {

using reference::CreateTransaction;
using reference::SettleTransaction;
using reference::TransactionCommand;
using reference::VoidTransaction;

TransactionCommand CommandGenerator::Malformed() {
  CreateTransaction create = PlainCreate();
  static const std::vector<std::string> kNoAmounts = {"-1",
                                                      "1e5",
                                                      "NaN",
                                                      "0",
                                                      "0.00",
                                                      "1.",
                                                      ".5",
                                                      "+1",
                                                      "1,5",
                                                      " 1",
                                                      "0x10",
                                                      "1.0000000000000000000",
                                                      "1234567890123456789012345678901234567890",
                                                      "170141183460469231731687303715884105728"};
  switch (random_.Below(16)) {
    case 0:
      create.transaction_id.clear();
      break;
    case 1:
      create.postings.clear();
      break;
    case 2:
      create.postings[0].debit_account_id.clear();
      break;
    case 3:
      return TransactionCommand();
    case 4:
      create.transaction_id += " and a space";
      break;
    case 5:
      create.transaction_id.assign(65, 'x');
      break;
    case 6:
      create.type.assign(129, 'x');
      break;
    case 7:
      create.version_checks = {{"world:0", 5}, {"world:0", 5}};
      break;
    case 8:
      create.metadata = {{"Upper", "1"}};
      break;
    case 9:
      return SettleTransaction{FreshId("none"), "1", "", {"1"}};
    case 10:
    case 11:
      create.postings[0].credit_account_id = create.postings[0].debit_account_id;
      break;
    case 12:
      return SettleTransaction{FreshId("none"), random_.Pick(kNoAmounts), "", {}};
    case 13:
      return VoidTransaction{"", "", ""};
    default:
      create.postings.back().amount = random_.Pick(kNoAmounts);
      break;
  }
  return create;
}

}  // namespace florin::test_support
