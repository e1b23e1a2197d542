#include "server/convert/accounts.h"

#include <fmt/format.h>

#include <optional>
#include <string_view>
#include <utility>

#include "server/convert/shape.h"
#include "server/rpc/quote.h"

namespace florin::server {
namespace {

using domain::AccountChangeKind;
using domain::AccountCommand;

template <typename Command>
domain::Result<AccountCommand> Finished(const Shape& shape, Command command) {
  if (!shape.ok()) return shape.refusal();
  return AccountCommand(std::move(command));
}

domain::LimitsRequest ToLimits(const v1::Limits& limits, Shape* shape) {
  domain::LimitsRequest out;
  out.overdraft_limit = shape->OptionalAmount({"limits.overdraft_limit"}, limits.overdraft_limit(),
                                              Shape::Zero::kAllowed);
  out.unlimited_overdraft = limits.unlimited_overdraft();
  out.max_balance =
      shape->OptionalAmount({"limits.max_balance"}, limits.max_balance(), Shape::Zero::kAllowed);
  if (limits.unlimited_overdraft() && out.overdraft_limit.has_value() &&
      !out.overdraft_limit->IsZero()) {
    shape->Invalid({"limits"},
                   "has both overdraft_limit and unlimited_overdraft; send one "
                   "of them");
  }
  return out;
}

domain::AccountType ToType(v1::AccountType type, Shape* shape) {
  if (!shape->Present({"type"}, type != v1::ACCOUNT_TYPE_UNSPECIFIED)) {
    return domain::AccountType::kUnspecified;
  }
  if (!v1::AccountType_IsValid(type)) {
    shape->Invalid({"type"},
                   fmt::format("is {}, which is not an AccountType; use 1 (ASSET) to 5 (EXPENSE)",
                               static_cast<int>(type)));
    return domain::AccountType::kUnspecified;
  }
  return static_cast<domain::AccountType>(type);
}

domain::SuspendScope ToScope(v1::SuspendScope scope, Shape* shape) {
  if (!v1::SuspendScope_IsValid(scope)) {
    shape->Invalid({"scope"}, fmt::format("is {}, which is not a SuspendScope; use 0 to 3",
                                          static_cast<int>(scope)));
  }
  // Unspecified means both, so that the two are the same content.
  return scope == v1::SUSPEND_SCOPE_UNSPECIFIED ? domain::SuspendScope::kBoth
                                                : static_cast<domain::SuspendScope>(scope);
}

// The bits of one path of an update mask; nothing if there is no such path.
std::optional<int> MaskBits(std::string_view path) {
  using namespace std::string_view_literals;
  if (path == "limits"sv) {
    return domain::kUpdateOverdraftLimit | domain::kUpdateUnlimitedOverdraft |
           domain::kUpdateMaxBalance;
  }
  if (path == "limits.overdraft_limit"sv) return domain::kUpdateOverdraftLimit;
  if (path == "limits.unlimited_overdraft"sv) {
    return domain::kUpdateUnlimitedOverdraft;
  }
  if (path == "limits.max_balance"sv) return domain::kUpdateMaxBalance;
  if (path == "metadata"sv) return domain::kUpdateMetadata;
  if (path == "owner_id"sv) return domain::kUpdateOwner;
  return std::nullopt;
}

int FilledInBits(const v1::UpdateAccountRequest& request) {
  int bits = 0;
  const v1::Limits& limits = request.limits();
  if (!limits.overdraft_limit().empty()) bits |= domain::kUpdateOverdraftLimit;
  if (limits.unlimited_overdraft()) bits |= domain::kUpdateUnlimitedOverdraft;
  if (!limits.max_balance().empty()) bits |= domain::kUpdateMaxBalance;
  if (!request.metadata().empty()) bits |= domain::kUpdateMetadata;
  if (!request.owner_id().empty()) bits |= domain::kUpdateOwner;
  return bits;
}

std::uint8_t ToMask(const v1::UpdateAccountRequest& request, Shape* shape) {
  if (request.update_mask().paths().empty()) {
    return static_cast<std::uint8_t>(FilledInBits(request));
  }
  int bits = 0;
  for (const std::string& path : request.update_mask().paths()) {
    const std::optional<int> named = MaskBits(path);
    if (!named) {
      shape->Invalid({"update_mask"}, fmt::format("has the path {}; paths are limits, "
                                                  "limits.overdraft_limit, "
                                                  "limits.unlimited_overdraft, "
                                                  "limits.max_balance, metadata, owner_id",
                                                  Quote(path)));
    }
    bits |= named.value_or(0);
  }
  return static_cast<std::uint8_t>(bits);
}

// What all changes of an account share.
template <typename Request>
domain::ChangeAccount ToChange(AccountChangeKind kind, const Request& request, Shape* shape) {
  domain::ChangeAccount change;
  change.kind = kind;
  shape->Id({"account_id"}, request.account_id(), IdKind::kAccount);
  change.account_id = request.account_id();
  shape->NotNegative({"expected_version"}, request.expected_version());
  change.expected_version = request.expected_version();
  shape->OptionalId({"request_id"}, request.request_id(), IdKind::kRequest);
  change.request_id = request.request_id();
  return change;
}

template <typename Request>
domain::ChangeAccount ToReasonedChange(AccountChangeKind kind, const Request& request,
                                       Shape* shape) {
  domain::ChangeAccount change = ToChange(kind, request, shape);
  shape->Text({"reason"}, request.reason(), kLongTextBytesMax);
  change.reason = request.reason();
  return change;
}

}  // namespace

domain::Result<domain::RegisterAsset> ToCommand(const v1::RegisterAssetRequest& request) {
  Shape shape;
  const v1::Asset& asset = request.asset();
  shape.Id({"asset.code"}, asset.code(), IdKind::kAsset);
  if (asset.scale() < 0 || asset.scale() > domain::kScaleMax) {
    shape.Invalid({"asset.scale"},
                  fmt::format("is {}; it must be 0 to {}", asset.scale(), domain::kScaleMax));
  }
  shape.Text({"asset.name"}, asset.name(), kShortTextBytesMax);
  if (!shape.ok()) return shape.refusal();
  return domain::RegisterAsset{domain::Asset{asset.code(), asset.scale(), asset.name()}};
}

domain::Result<AccountCommand> ToCommand(const v1::OpenAccountRequest& request) {
  Shape shape;
  domain::OpenAccount command;
  shape.Id({"account_id"}, request.account_id(), IdKind::kAccount);
  command.account_id = request.account_id();
  shape.Text({"owner_id"}, request.owner_id(), kShortTextBytesMax);
  command.owner_id = request.owner_id();
  shape.Id({"asset"}, request.asset(), IdKind::kAsset);
  command.asset = request.asset();
  command.type = ToType(request.type(), &shape);
  command.limits = ToLimits(request.limits(), &shape);
  command.metadata = shape.Metadata(request.metadata());
  return Finished(shape, std::move(command));
}

domain::Result<AccountCommand> ToCommand(const v1::UpdateAccountRequest& request) {
  Shape shape;
  domain::ChangeAccount change = ToChange(AccountChangeKind::kUpdate, request, &shape);
  change.limits = ToLimits(request.limits(), &shape);
  change.metadata = shape.Metadata(request.metadata());
  shape.Text({"owner_id"}, request.owner_id(), kShortTextBytesMax);
  change.owner_id = request.owner_id();
  change.update_mask = ToMask(request, &shape);
  return Finished(shape, std::move(change));
}

domain::Result<AccountCommand> ToCommand(const v1::SuspendAccountRequest& request) {
  Shape shape;
  domain::ChangeAccount change = ToReasonedChange(AccountChangeKind::kSuspend, request, &shape);
  change.scope = ToScope(request.scope(), &shape);
  return Finished(shape, std::move(change));
}

domain::Result<AccountCommand> ToCommand(const v1::ReactivateAccountRequest& request) {
  Shape shape;
  domain::ChangeAccount change = ToReasonedChange(AccountChangeKind::kReactivate, request, &shape);
  return Finished(shape, std::move(change));
}

domain::Result<AccountCommand> ToCommand(const v1::CloseAccountRequest& request) {
  Shape shape;
  domain::ChangeAccount change = ToReasonedChange(AccountChangeKind::kClose, request, &shape);
  return Finished(shape, std::move(change));
}

}  // namespace florin::server
