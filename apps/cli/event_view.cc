#include "apps/cli/event_view.h"

#include <fmt/format.h>

#include <algorithm>
#include <initializer_list>
#include <string_view>

#include "apps/cli/color.h"
#include "apps/cli/text.h"

namespace florin::cli {
namespace {

std::string SideName(v1::Side side) {
  switch (side) {
    case v1::SIDE_DEBIT:
      return "debited";
    case v1::SIDE_CREDIT:
      return "credited";
    default:
      return "";
  }
}

std::string DescribeTransaction(const v1::Transaction& transaction) {
  std::string text = transaction.type();
  if (transaction.has_refusal()) {
    return text + (text.empty() ? "" : ", ") + transaction.refusal().reason();
  }
  const int postings = transaction.postings_size();
  if (postings > 0) {
    const auto& posting = transaction.postings(0);
    text +=
        fmt::format("{}{} {} -> {}", text.empty() ? "" : ", ",
                    posting.posted_amount().empty() ? posting.amount() : posting.posted_amount(),
                    posting.debit_account_id(), posting.credit_account_id());
  }
  return postings > 1 ? text + fmt::format(" (+{} postings)", postings - 1) : text;
}

std::string Describe(const v1::Event& event) {
  switch (event.payload_case()) {
    case v1::Event::kFundsMoved: {
      const auto& moved = event.funds_moved();
      return fmt::format("{} {}, balance {}", SideName(moved.side()), moved.amount(),
                         moved.balance_after());
    }
    case v1::Event::kFundsReserved: {
      const auto& reserved = event.funds_reserved();
      return fmt::format("{} {}, available {}", SideName(reserved.side()), reserved.amount(),
                         reserved.available_after());
    }
    case v1::Event::kTransactionRecorded:
      return DescribeTransaction(event.transaction_recorded().transaction());
    case v1::Event::kAccountOpened:
      return fmt::format("{} {}", event.account_opened().account().asset(),
                         FormatType(event.account_opened().account().type()));
    case v1::Event::kAccountChanged:
      return event.account_changed().reason();
    case v1::Event::kAssetRegistered:
      return fmt::format("{} decimals", event.asset_registered().asset().scale());
    default:
      return "";
  }
}

bool EndsWithOneOf(std::string_view type, std::initializer_list<std::string_view> words) {
  return std::any_of(words.begin(), words.end(),
                     [&](std::string_view word) { return type.ends_with(word); });
}

// Refusals stand out; what brings and what takes are told apart.
Color ColorOf(std::string_view type) {
  if (EndsWithOneOf(type, {".refused", ".failed"})) {
    return Color::kRed;
  }
  if (EndsWithOneOf(type, {".deposited", ".posted", ".opened", ".reactivated"})) {
    return Color::kGreen;
  }
  if (EndsWithOneOf(type, {".withdrawn", ".reversed", ".voided", ".expired", ".suspended"})) {
    return Color::kYellow;
  }
  return Color::kBlue;
}

}  // namespace

Shown FormatEvent(const v1::Event& event, bool colored) {
  // Lines come one by one, so the widths cannot follow the contents; these fit
  // nearly all.
  const Shown place{
      fmt::format("{:>9}  {:<24}", event.position(), FormatTime(event.has_time(), event.time()))};
  const Shown type{fmt::format("{:<23}", text::Visible(event.type()))};
  std::string rest =
      fmt::format("  {:<32}  {}", text::Visible(event.stream()), text::Visible(Describe(event)));
  rest.erase(rest.find_last_not_of(' ') + 1);
  if (!colored) {
    return {place.text + "  " + type.text + rest};
  }
  return {Paint(place, Color::kDim).text + "  " + Paint(type, ColorOf(event.type())).text + rest};
}

}  // namespace florin::cli
