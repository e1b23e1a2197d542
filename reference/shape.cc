#include "reference/shape.h"

#include <algorithm>
#include <cstddef>
#include <set>
#include <string>
#include <vector>

#include "domain/amount.h"

namespace florin::reference {
namespace {

using domain::Reason;

constexpr std::size_t kTransactionIdBytesMax = 64;
constexpr std::size_t kAccountIdBytesMax = 128;
constexpr std::size_t kNameBytesMax = 128;
constexpr std::size_t kTextBytesMax = 512;
constexpr std::size_t kMetadataEntriesMax = 32;
constexpr std::size_t kMetadataKeyBytesMax = 64;
constexpr std::size_t kMetadataBytesMax = 4096;
constexpr std::size_t kPostingsMax = 1000;
constexpr std::size_t kItemsMax = 8192;

bool IsAlphanumeric(char c) {
  return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
}

bool OnlyOf(const std::string& text, const std::string& others) {
  return std::all_of(text.begin(), text.end(), [&](char c) {
    return IsAlphanumeric(c) || others.find(c) != std::string::npos;
  });
}

/// What was found so far, the reason that comes first kept; of equal reasons
/// the earlier finding.
class Findings {
 public:
  void Add(Reason reason, const std::string& field) {
    if (first_ && domain::RankOf(first_->reason) <= domain::RankOf(reason)) return;
    first_ = Refusal{reason, {{"field", field}}};
  }

  void NeedId(const std::string& text, std::size_t bytes_max, const std::string& field) {
    if (text.empty()) {
      Add(Reason::kFieldMissing, field);
    } else {
      AllowId(text, bytes_max, field);
    }
  }

  void AllowId(const std::string& text, std::size_t bytes_max, const std::string& field) {
    if (text.size() > bytes_max || !OnlyOf(text, ":._@-")) Add(Reason::kFieldInvalid, field);
  }

  void AllowText(const std::string& text, std::size_t bytes_max, const std::string& field) {
    if (text.size() > bytes_max) Add(Reason::kFieldInvalid, field);
  }

  void AllowMetadata(const StringMap& metadata) {
    std::size_t bytes = 0;
    for (const auto& [key, value] : metadata) {
      bytes += key.size() + value.size();
      const bool lower =
          std::none_of(key.begin(), key.end(), [](char c) { return c >= 'A' && c <= 'Z'; });
      if (key.empty() || key.size() > kMetadataKeyBytesMax || !lower || !OnlyOf(key, "_.-")) {
        Add(Reason::kFieldInvalid, "metadata");
      }
      if (value.size() > kTextBytesMax) Add(Reason::kFieldInvalid, "metadata");
    }
    if (metadata.size() > kMetadataEntriesMax || bytes > kMetadataBytesMax)
      Add(Reason::kFieldInvalid, "metadata");
  }

  /// An amount that has to be above zero.
  void NeedPositive(const std::string& text, const std::string& field) {
    if (text.empty()) {
      Add(Reason::kFieldMissing, field);
      return;
    }
    const auto amount = domain::ParseDecimal(text);
    if (!amount || amount->digits == 0) Add(Reason::kAmountInvalid, field);
  }

  /// Empty, zero or above.
  void AllowAmount(const std::string& text, const std::string& field) {
    if (!text.empty() && !domain::ParseDecimal(text)) Add(Reason::kAmountInvalid, field);
  }

  void AllowLimits(const LimitsRequest& limits) {
    AllowAmount(limits.overdraft_limit, "limits.overdraft_limit");
    AllowAmount(limits.max_balance, "limits.max_balance");
    const auto overdraft = domain::ParseDecimal(limits.overdraft_limit);
    if (limits.unlimited_overdraft && overdraft && overdraft->digits > 0) {
      Add(Reason::kFieldInvalid, "limits");
    }
  }

  void AllowExpectedVersion(std::int64_t version) {
    if (version < 0) Add(Reason::kFieldInvalid, "expected_version");
  }

  std::optional<Refusal> first() const { return first_; }

 private:
  std::optional<Refusal> first_;
};

void CheckPosting(const Posting& posting, const std::string& field, Findings* findings) {
  findings->NeedId(posting.debit_account_id, kAccountIdBytesMax, field + ".debit_account_id");
  findings->NeedId(posting.credit_account_id, kAccountIdBytesMax, field + ".credit_account_id");
  findings->NeedPositive(posting.amount, field + ".amount");
  if (!posting.debit_account_id.empty() && posting.debit_account_id == posting.credit_account_id) {
    findings->Add(Reason::kSameAccount, field + ".credit_account_id");
  }
}

void CheckChecks(const CreateTransaction& command, Findings* findings) {
  std::set<std::string> named;
  if (command.version_checks.size() > 2000) findings->Add(Reason::kFieldInvalid, "version_checks");
  if (command.balance_checks.size() > 2000) findings->Add(Reason::kFieldInvalid, "balance_checks");
  for (std::size_t i = 0; i < command.version_checks.size(); ++i) {
    const VersionCheck& check = command.version_checks[i];
    const std::string field = "version_checks[" + std::to_string(i) + "]";
    findings->NeedId(check.account_id, kAccountIdBytesMax, field + ".account_id");
    if (check.expected_version < 1)
      findings->Add(Reason::kFieldInvalid, field + ".expected_version");
    if (!named.insert(check.account_id).second)
      findings->Add(Reason::kFieldInvalid, field + ".account_id");
  }
  for (std::size_t i = 0; i < command.balance_checks.size(); ++i) {
    const BalanceCheck& check = command.balance_checks[i];
    const std::string field = "balance_checks[" + std::to_string(i) + "]";
    findings->NeedId(check.account_id, kAccountIdBytesMax, field + ".account_id");
    if (!check.min_available.empty() && !ParseSigned(check.min_available))
      findings->Add(Reason::kAmountInvalid, field + ".min_available");
    findings->AllowAmount(check.max_posted, field + ".max_posted");
  }
}

std::optional<Refusal> Check(const CreateTransaction& command) {
  Findings findings;
  findings.NeedId(command.transaction_id, kTransactionIdBytesMax, "transaction_id");
  if (command.postings.empty()) findings.Add(Reason::kFieldMissing, "postings");
  if (command.postings.size() > kPostingsMax) findings.Add(Reason::kTooManyPostings, "postings");
  for (std::size_t i = 0; i < command.postings.size(); ++i) {
    CheckPosting(command.postings[i], "postings[" + std::to_string(i) + "]", &findings);
  }
  findings.AllowText(command.type, kNameBytesMax, "type");
  findings.AllowText(command.reference, kNameBytesMax, "reference");
  findings.AllowText(command.description, kTextBytesMax, "description");
  findings.AllowMetadata(command.metadata);
  if (command.hold && command.hold->timeout_ns.value_or(1) <= 0) {
    findings.Add(Reason::kFieldInvalid, "hold.timeout");
  }
  CheckChecks(command, &findings);
  findings.AllowText(command.correlation_id, kNameBytesMax, "correlation_id");
  findings.AllowText(command.causation_id, kNameBytesMax, "causation_id");
  return findings.first();
}

std::optional<Refusal> Check(const SettleTransaction& command) {
  Findings findings;
  findings.NeedId(command.transaction_id, kTransactionIdBytesMax, "transaction_id");
  if (!command.amount.empty()) findings.NeedPositive(command.amount, "amount");
  findings.AllowId(command.request_id, kTransactionIdBytesMax, "request_id");
  if (!command.amount.empty() && !command.amounts.empty())
    findings.Add(Reason::kFieldInvalid, "amounts");
  bool above_zero = command.amounts.empty();
  for (std::size_t i = 0; i < command.amounts.size(); ++i) {
    const auto amount = domain::ParseDecimal(command.amounts[i]);
    if (!amount) findings.Add(Reason::kAmountInvalid, "amounts[" + std::to_string(i) + "]");
    if (!amount || amount->digits > 0) above_zero = true;
  }
  if (!above_zero) findings.Add(Reason::kFieldInvalid, "amounts");
  return findings.first();
}

std::optional<Refusal> Check(const VoidTransaction& command) {
  Findings findings;
  findings.NeedId(command.transaction_id, kTransactionIdBytesMax, "transaction_id");
  findings.AllowText(command.reason, kTextBytesMax, "reason");
  findings.AllowId(command.request_id, kTransactionIdBytesMax, "request_id");
  return findings.first();
}

std::optional<Refusal> Check(const ReverseTransaction& command) {
  Findings findings;
  findings.NeedId(command.transaction_id, kTransactionIdBytesMax, "transaction_id");
  findings.NeedId(command.reverses_transaction_id, kTransactionIdBytesMax,
                  "reverses_transaction_id");
  findings.AllowText(command.reason, kTextBytesMax, "reason");
  findings.AllowMetadata(command.metadata);
  findings.AllowText(command.correlation_id, kNameBytesMax, "correlation_id");
  findings.AllowText(command.causation_id, kNameBytesMax, "causation_id");
  return findings.first();
}

std::optional<Refusal> Check(const std::monostate&) {
  return Refusal{Reason::kFieldMissing, {{"field", "command"}}};
}

template <typename Command>
std::optional<Refusal> CheckChange(const Command& command, const std::string& reason) {
  Findings findings;
  findings.NeedId(command.account_id, kAccountIdBytesMax, "account_id");
  findings.AllowText(reason, kTextBytesMax, "reason");
  findings.AllowExpectedVersion(command.expected_version);
  findings.AllowId(command.request_id, kTransactionIdBytesMax, "request_id");
  return findings.first();
}

}  // namespace

std::optional<domain::Decimal> ParseSigned(const std::string& text) {
  if (!text.starts_with('-')) return domain::ParseDecimal(text);
  auto value = domain::ParseDecimal(text.substr(1));
  if (value) value->digits = -value->digits;
  return value;
}

std::optional<Refusal> CheckShape(const RegisterAsset& command) {
  Findings findings;
  const bool upper = std::none_of(command.code.begin(), command.code.end(),
                                  [](char c) { return c >= 'a' && c <= 'z'; });
  if (command.code.empty()) {
    findings.Add(Reason::kFieldMissing, "asset.code");
  } else if (command.code.size() > 16 || !upper || !OnlyOf(command.code, "._-")) {
    findings.Add(Reason::kFieldInvalid, "asset.code");
  }
  if (command.scale < 0 || command.scale > domain::kScaleMax)
    findings.Add(Reason::kFieldInvalid, "asset.scale");
  findings.AllowText(command.name, kNameBytesMax, "asset.name");
  return findings.first();
}

std::optional<Refusal> CheckShape(const OpenAccount& command) {
  Findings findings;
  findings.NeedId(command.account_id, kAccountIdBytesMax, "account_id");
  findings.AllowText(command.owner_id, kNameBytesMax, "owner_id");
  if (command.asset.empty()) findings.Add(Reason::kFieldMissing, "asset");
  if (command.type == domain::AccountType::kUnspecified)
    findings.Add(Reason::kFieldMissing, "type");
  findings.AllowLimits(command.limits);
  findings.AllowMetadata(command.metadata);
  return findings.first();
}

std::optional<Refusal> CheckShape(const UpdateAccount& command) {
  Findings findings;
  findings.NeedId(command.account_id, kAccountIdBytesMax, "account_id");
  findings.AllowLimits(command.limits);
  findings.AllowMetadata(command.metadata);
  findings.AllowExpectedVersion(command.expected_version);
  findings.AllowId(command.request_id, kTransactionIdBytesMax, "request_id");
  findings.AllowText(command.owner_id, kNameBytesMax, "owner_id");
  const std::set<std::string> paths = {
      "limits",   "limits.overdraft_limit", "limits.unlimited_overdraft",
      "metadata", "limits.max_balance",     "owner_id"};
  for (const std::string& path : command.update_mask.value_or(std::set<std::string>{})) {
    if (paths.count(path) == 0) findings.Add(Reason::kFieldInvalid, "update_mask");
  }
  return findings.first();
}

std::optional<Refusal> CheckShape(const SuspendAccount& command) {
  return CheckChange(command, command.reason);
}
std::optional<Refusal> CheckShape(const ReactivateAccount& command) {
  return CheckChange(command, command.reason);
}
std::optional<Refusal> CheckShape(const CloseAccount& command) {
  return CheckChange(command, command.reason);
}

std::optional<Refusal> CheckShape(const TransactionCommand& command) {
  return std::visit([](const auto& one) { return Check(one); }, command);
}

std::optional<Refusal> CheckShape(const Batch& batch) {
  if (batch.commands.size() > kItemsMax) {
    return Refusal{Reason::kTooManyItems,
                   {{"field", "commands"}, {"limit", std::to_string(kItemsMax)}}};
  }
  return std::nullopt;
}

std::optional<Refusal> CheckItemShape(const TransactionCommand& command) {
  std::optional<Refusal> refusal = CheckShape(command);
  const auto* create = std::get_if<CreateTransaction>(&command);
  if (create == nullptr || !create->validate_only) return refusal;
  if (refusal && domain::RankOf(refusal->reason) < domain::RankOf(Reason::kFieldInvalid))
    return refusal;
  return Refusal{Reason::kFieldInvalid, {{"field", "validate_only"}}};
}

}  // namespace florin::reference
