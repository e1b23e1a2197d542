#include "tests/support/command_generator.h"

#include <cstddef>
#include <utility>
#include <vector>

namespace florin::test_support {
namespace {

using reference::Batch;
using reference::CreateTransaction;
using reference::Hold;
using reference::Posting;
using reference::ReverseTransaction;
using reference::SettleTransaction;
using reference::TransactionCommand;
using reference::VoidTransaction;

constexpr std::int64_t kMillisecond = 1'000'000;
constexpr std::int64_t kHour = 3600 * 1000 * kMillisecond;

std::string WorldOf(const std::string& kind) {
  if (kind == "jpy") return "world-jpy:0";
  if (kind == "btc") return "world-btc:0";
  return "world:0";
}

}  // namespace

CommandGenerator::CommandGenerator(std::uint64_t seed, int client, CommandWorld* world)
    : random_(seed * 1000 + static_cast<std::uint64_t>(client)), client_(client), world_(world) {}

std::string CommandGenerator::FreshId(const char* prefix) {
  return std::string(prefix) + std::to_string(client_) + "." + std::to_string(next_id_++);
}

std::string CommandGenerator::MaybeRequestId() { return random_.Percent(60) ? FreshId("r") : ""; }

std::string CommandGenerator::Amount(std::int64_t cents_max) {
  const std::int64_t cents = random_.Between(1, cents_max);
  const std::string whole = std::to_string(cents / 100);
  const std::string rest = {static_cast<char>('0' + cents / 10 % 10),
                            static_cast<char>('0' + cents % 10)};
  if (cents % 100 == 0 && random_.Percent(50)) return "0" + whole;
  if (cents % 10 == 0 && random_.Percent(50)) return whole + "." + rest.substr(0, 1);
  return whole + "." + rest;
}

std::string CommandGenerator::AnyAccount(const std::string& kind) {
  if (kind != "eur") return random_.Pick(world_->Group(kind));
  return random_.Pick(world_->Group(random_.Percent(40) ? "hot" : "eur"));
}

Posting CommandGenerator::NextPosting(const std::string& kind) {
  Posting posting;
  const bool from_world = random_.Percent(60);
  posting.amount =
      kind == "jpy" ? std::to_string(random_.Between(1, 30)) : Amount(from_world ? 4000 : 2500);
  posting.credit_account_id = AnyAccount(kind);
  posting.debit_account_id = from_world ? WorldOf(kind) : AnyAccount(kind);
  // Mostly so that the named account's balance grows.
  if (random_.Percent(32) != world_->IsDebitNormal(posting.credit_account_id))
    std::swap(posting.debit_account_id, posting.credit_account_id);
  while (posting.debit_account_id == posting.credit_account_id)
    posting.debit_account_id = AnyAccount(kind);
  return posting;
}

CreateTransaction CommandGenerator::PlainCreate() {
  CreateTransaction create;
  create.transaction_id = FreshId("t");
  const std::string kind =
      random_.Pick(std::vector<std::string>{"eur", "eur", "eur", "eur", "jpy", "btc"});
  std::size_t count = 1;
  if (random_.Percent(20)) count = static_cast<std::size_t>(random_.Between(2, 5));
  if (random_.Percent(0.5)) count = static_cast<std::size_t>(random_.Between(20, 80));
  for (std::size_t i = 0; i < count; ++i) create.postings.push_back(NextPosting(kind));
  if (random_.Percent(5)) {
    // Accounts that only this client posts to: their versions are known to it.
    const auto& own = world_->OwnAccounts(client_);
    create.postings = {{own[0], own[1 + random_.Below(2)], Amount(1000)}};
  }
  if (random_.Percent(22)) {
    create.hold = Hold{};
    if (random_.Percent(40))
      create.hold->timeout_ns = random_.Between(1, kShortHoldMax.count()) * kMillisecond;
    if (random_.Percent(20)) create.hold->timeout_ns = kHour;
  }
  return create;
}

void CommandGenerator::AddTexts(CreateTransaction* create) {
  create->type = random_.Pick(std::vector<std::string>{"deposit", "transfer", "fee", ""});
  if (random_.Percent(20)) create->reference = "ref-" + std::to_string(random_.Below(100));
  if (random_.Percent(10))
    create->description = "Überweisung \"" + std::to_string(random_.Below(100)) + "\"";
  if (random_.Percent(10))
    create->metadata = {{"channel", "app"}, {"n", std::to_string(random_.Below(10))}};
  if (random_.Percent(5))
    create->effective_time = random_.Between(1, 2'000'000'000) * 1'000'000'000;
  if (random_.Percent(5)) create->correlation_id = "c-" + std::to_string(random_.Below(50));
  if (random_.Percent(5)) create->causation_id = "k-" + std::to_string(random_.Below(50));
}

void CommandGenerator::AddChecks(CreateTransaction* create) {
  const std::string named = random_.Percent(50) ? create->postings[0].debit_account_id
                                                : random_.Pick(world_->OwnAccounts(client_));
  const std::int64_t version = world_->Version(named);
  if (random_.Percent(3) && version > 0) create->version_checks.push_back({named, version});
  if (random_.Percent(3)) {
    const bool own = random_.Percent(50);
    const std::string bound = std::to_string(random_.Between(-40, 60));
    const std::string account =
        own ? create->postings[0].credit_account_id : random_.Pick(world_->Group("hot"));
    create->balance_checks.push_back(
        {account, random_.Percent(70) ? bound : "", random_.Percent(50) ? "300" : ""});
  }
}

void CommandGenerator::AddBusinessDefect(CreateTransaction* create) {
  Posting& last = create->postings.back();
  switch (random_.Below(7)) {
    case 0:
      last.credit_account_id = "nobody:" + std::to_string(random_.Below(5));
      break;
    case 1:
      last.credit_account_id = random_.Pick(world_->Group("big"));
      break;
    case 2:
      last.amount = "1.123456789";
      break;
    case 3:
      create->postings = {{"big:0", "big:1", "30000000000000000000"}};
      break;
    case 4:
      create->postings = {{"big:2", "big:3", "99999999999999999999999999999"}};
      break;
    case 5:
      last.amount = "100000";
      last.debit_account_id = "hot:1";
      if (last.credit_account_id == "hot:1") last.credit_account_id = "hot:2";
      break;
    default:
      // Mostly one that is closed by now; posting to the others keeps them from being closed.
      last.credit_account_id = random_.Pick(world_->Group("end"));
      if (random_.Percent(90))
        last.credit_account_id = world_->PickClosing(&random_).value_or(last.credit_account_id);
      if (last.credit_account_id == last.debit_account_id) last.debit_account_id = "world:0";
      break;
  }
}

void CommandGenerator::Remember(const CreateTransaction& create) {
  KnownTransaction known{create.transaction_id, create.hold.has_value(), {}};
  for (const Posting& posting : create.postings) known.amounts.push_back(posting.amount);
  world_->AddTransaction(known);
}

CreateTransaction CommandGenerator::NextCreate() {
  CreateTransaction create = PlainCreate();
  AddTexts(&create);
  AddChecks(&create);
  if (random_.Percent(6)) AddBusinessDefect(&create);
  Remember(create);
  return create;
}

TransactionCommand CommandGenerator::NextSettle() {
  const auto known =
      random_.Percent(93) ? world_->PickHold(&random_) : world_->PickTransaction(&random_);
  SettleTransaction settle;
  settle.request_id = MaybeRequestId();
  if (!known || random_.Percent(1)) {
    settle.transaction_id = FreshId("none");
    return settle;
  }
  settle.transaction_id = known->transaction_id;
  const bool single = known->amounts.size() == 1;
  if (random_.Percent(45)) return settle;
  if (single && random_.Percent(70)) {
    settle.amount = random_.Percent(50) ? known->amounts[0] : Amount(1500);
    if (random_.Percent(3)) settle.amount = "0.1234567890123";
    if (random_.Percent(9)) settle.amount = "999999";
  } else {
    for (const std::string& amount : known->amounts)
      settle.amounts.push_back(random_.Percent(60) ? amount : "0");
    if (!settle.amounts.empty() && random_.Percent(10)) settle.amounts.back() = "1";
    if (random_.Percent(3)) settle.amounts.emplace_back("1");
  }
  return settle;
}

TransactionCommand CommandGenerator::NextVoid() {
  const auto known =
      random_.Percent(93) ? world_->PickHold(&random_) : world_->PickTransaction(&random_);
  VoidTransaction command;
  command.request_id = MaybeRequestId();
  command.transaction_id = known && !random_.Percent(1) ? known->transaction_id : FreshId("none");
  if (random_.Percent(50)) command.reason = "no longer wanted";
  return command;
}

TransactionCommand CommandGenerator::NextReverse() {
  const auto known = world_->PickTransaction(&random_);
  ReverseTransaction reverse;
  reverse.transaction_id = FreshId("v");
  reverse.reverses_transaction_id =
      known && !random_.Percent(1) ? known->transaction_id : FreshId("none");
  if (random_.Percent(50)) reverse.reason = "booked in error";
  if (random_.Percent(10)) reverse.metadata = {{"ticket", std::to_string(random_.Below(1000))}};
  if (random_.Percent(20)) world_->AddTransaction({reverse.transaction_id, false, {}});
  return reverse;
}

// The same command once more; in one of four cases its content differs.
TransactionCommand CommandGenerator::Again(TransactionCommand command) {
  if (auto* create = std::get_if<CreateTransaction>(&command)) {
    create->correlation_id = FreshId("again");
    if (random_.Percent(20)) create->version_checks = {{"world:0", 1}};
    if (!random_.Percent(25)) return command;
    if (random_.Percent(30)) {
      create->postings[0].amount = Amount(100);
    } else if (random_.Percent(40)) {
      create->description += "!";
    } else if (random_.Percent(50)) {
      create->hold = create->hold ? std::nullopt : std::optional<Hold>(Hold{});
    } else {
      return ReverseTransaction{
          create->transaction_id, create->transaction_id + "x", "", {}, {}, "", ""};
    }
  } else if (auto* settle = std::get_if<SettleTransaction>(&command)) {
    if (random_.Percent(15)) return VoidTransaction{settle->transaction_id, "", settle->request_id};
    if (random_.Percent(15)) settle->request_id = FreshId("r");
  } else if (auto* end = std::get_if<VoidTransaction>(&command)) {
    if (random_.Percent(25)) end->reason += "!";
  } else if (auto* reverse = std::get_if<ReverseTransaction>(&command)) {
    if (random_.Percent(25)) reverse->reason += "!";
    if (random_.Percent(60)) reverse->transaction_id = FreshId("v");
  }
  return command;
}

TransactionCommand CommandGenerator::NextTransactionCommand() {
  TransactionCommand command;
  switch (random_.Weighted({66, 11, 6, 6, 10, 1.4})) {
    case 0:
      command = NextCreate();
      break;
    case 1:
      command = NextSettle();
      break;
    case 2:
      command = NextVoid();
      break;
    case 3:
      command = NextReverse();
      break;
    case 4: {
      const auto before = world_->PickCommand(&random_);
      if (before) return Again(*before);
      command = NextCreate();
      break;
    }
    default:
      return Malformed();
  }
  world_->AddCommand(command);
  return command;
}

TransactionCommand CommandGenerator::NextUnaryCommand() {
  TransactionCommand command = NextTransactionCommand();
  auto* create = std::get_if<CreateTransaction>(&command);
  if (create != nullptr && random_.Percent(6)) create->validate_only = true;
  if (!random_.Percent(5)) return command;
  CreateTransaction long_one = PlainCreate();
  long_one.postings.assign(1001, long_one.postings[0]);
  return long_one;
}

Batch CommandGenerator::NextAtomicBatch() {
  Batch batch;
  batch.atomic = true;
  batch.validate_only = random_.Percent(4);
  const std::int64_t count = random_.Between(1, 5);
  for (std::int64_t i = 0; i < count; ++i) {
    if (i > 0 && random_.Percent(8)) {
      batch.commands.push_back(batch.commands[random_.Below(batch.commands.size())]);
    } else if (random_.Percent(85)) {
      CreateTransaction create = PlainCreate();
      if (random_.Percent(80)) create.postings = {{"world:0", AnyAccount("eur"), Amount(1500)}};
      AddTexts(&create);
      if (random_.Percent(40)) Remember(create);
      batch.commands.emplace_back(create);
      if (create.hold && random_.Percent(50)) {
        batch.commands.emplace_back(
            SettleTransaction{create.transaction_id, "", MaybeRequestId(), {}});
      }
    } else {
      batch.commands.push_back(NextTransactionCommand());
    }
  }
  if (!batch.validate_only && random_.Percent(30)) world_->AddCommand(random_.Pick(batch.commands));
  return batch;
}

}  // namespace florin::test_support
