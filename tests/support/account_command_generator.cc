#include <cstddef>
#include <cstdint>
#include <vector>

#include "tests/support/command_generator.h"

namespace florin::test_support {
namespace {

using domain::SuspendScope;
using reference::CloseAccount;
using reference::OpenAccount;
using reference::ReactivateAccount;
using reference::RegisterAsset;
using reference::SuspendAccount;
using reference::UpdateAccount;

constexpr std::int64_t kTransfersBeforeClose = 100;

}  // namespace

AccountCommand CommandGenerator::NextAccountCommand() {
  if (random_.Percent(8)) {
    if (auto before = world_->PickAccountCommand(&random_)) {
      // The same request_id with other content now and then.
      if (auto* suspend = std::get_if<SuspendAccount>(&*before);
          suspend != nullptr && random_.Percent(30)) {
        suspend->reason += "!";
      }
      return *before;
    }
  }
  AccountCommand command = FreshAccountCommand();
  world_->AddAccountCommand(command);
  return command;
}

AccountCommand CommandGenerator::FreshAccountCommand() {
  switch (random_.Weighted({22, 28, 6, 20, 10, 14})) {
    case 0:
      return NextOpen();
    case 1:
      return NextUpdate();
    case 2:
      return NextSuspend();
    case 3:
      return NextReactivate();
    case 4:
      return NextClose();
    default:
      return NextAsset();
  }
}

AccountCommand CommandGenerator::NextOpen() {
  OpenAccount open = random_.Pick(world_->accounts());
  if (random_.Percent(45)) {
    switch (random_.Below(4)) {
      case 0:
        open.owner_id += "x";
        break;
      case 1:
        open.asset = "BTC";
        break;
      case 2:
        open.limits.max_balance = "123";
        break;
      default:
        open.metadata["other"] = "1";
        break;
    }
  } else if (random_.Percent(60)) {
    open.account_id = "never:" + std::to_string(random_.Below(5));
    open.asset = "XXX";
    if (random_.Percent(10)) open.asset = "";
  } else if (random_.Percent(20)) {
    open.account_id = "never:" + std::to_string(random_.Below(5));
    open.limits = {random_.Percent(50) ? "0.1234567890123456789" : "0.123456789012345678", true,
                   ""};
    open.asset = "EUR";
  }
  return open;
}

AccountCommand CommandGenerator::NextUpdate() {
  UpdateAccount update;
  update.account_id = random_.Pick(world_->Group(random_.Percent(50) ? "hot" : "eur"));
  if (random_.Percent(8)) update.account_id = "nobody:1";
  if (random_.Percent(8)) update.account_id = random_.Pick(world_->Group("end"));
  if (random_.Percent(3)) update.account_id = "world:0";
  update.request_id = MaybeRequestId();
  if (random_.Percent(15)) update.expected_version = world_->Version(update.account_id);
  // The world keeps its limits, or nothing would be accepted any more.
  switch (update.account_id == "world:0" ? random_.Between(3, 5) : random_.Between(0, 5)) {
    case 0:
      update.limits.overdraft_limit = std::to_string(random_.Between(0, 120));
      update.update_mask = {"limits.overdraft_limit"};
      break;
    case 1:
      update.limits.max_balance = std::to_string(random_.Between(100, 2500));
      update.update_mask = {"limits.max_balance"};
      if (random_.Percent(30)) update.limits.max_balance = "";
      break;
    case 2:
      update.limits = {Amount(9000), false, random_.Percent(40) ? "800.00" : ""};
      update.update_mask = {"limits"};
      break;
    case 3:
      update.metadata = {{"note", std::to_string(random_.Below(20))}};
      if (random_.Percent(50)) update.update_mask = {"metadata"};
      break;
    case 4:
      update.owner_id = "owner-" + std::to_string(random_.Below(9));
      break;
    default:
      update.limits.overdraft_limit = random_.Percent(10) ? "1.2345" : "20";
      update.limits.unlimited_overdraft = random_.Percent(5);
      break;
  }
  return update;
}

AccountCommand CommandGenerator::NextSuspend() {
  SuspendAccount suspend;
  suspend.account_id = random_.Pick(world_->Group(random_.Percent(30) ? "hot" : "eur"));
  if (random_.Percent(15)) suspend.account_id = random_.Pick(world_->Group("end"));
  suspend.request_id = MaybeRequestId();
  suspend.reason = "under review";
  suspend.scope =
      random_.Pick(std::vector<SuspendScope>{SuspendScope::kUnspecified, SuspendScope::kBoth,
                                             SuspendScope::kDebits, SuspendScope::kCredits});
  world_->SetSuspended(suspend.account_id, true);
  return suspend;
}

AccountCommand CommandGenerator::NextReactivate() {
  ReactivateAccount reactivate;
  const auto suspended = world_->PickSuspended(&random_);
  reactivate.account_id = suspended ? *suspended : AnyAccount("eur");
  reactivate.request_id = MaybeRequestId();
  if (random_.Percent(30)) reactivate.expected_version = world_->Version(reactivate.account_id);
  world_->SetSuspended(reactivate.account_id, false);
  return reactivate;
}

AccountCommand CommandGenerator::NextClose() {
  CloseAccount close;
  // Once money has moved the world's balance is hardly ever zero, so that it stays open; the others
  // of this choice may end for good.
  const bool moved = next_id_ > kTransfersBeforeClose;
  close.account_id = moved && random_.Percent(70) ? "world:0" : random_.Pick(world_->Group("end"));
  if (close.account_id != "world:0") world_->AddClosing(close.account_id);
  close.request_id = MaybeRequestId();
  close.reason = "asked for";
  return close;
}

AccountCommand CommandGenerator::NextAsset() {
  RegisterAsset asset = random_.Pick(world_->assets());
  if (random_.Percent(40)) asset.scale = (asset.scale + 1) % 19;
  if (random_.Percent(20)) asset.name += "?";
  if (random_.Percent(5)) asset.code = "lower";
  return asset;
}

}  // namespace florin::test_support
