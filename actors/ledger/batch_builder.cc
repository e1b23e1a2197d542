#include "actors/ledger/batch_builder.h"

#include <utility>

#include "actors/ledger/recent_commands.h"
#include "domain/content.h"
#include "domain/refusal_text.h"

namespace florin::actors {
namespace {

using domain::TransactionCommand;

/// What a command that used an id first would leave, as far as content goes.
domain::Transaction ContentOf(const TransactionCommand& command) {
  if (const auto* create = std::get_if<domain::CreateTransaction>(&command))
    return create->transaction;
  const auto& reverse = std::get<domain::ReverseTransaction>(command);
  domain::Transaction content;
  content.reverses_transaction_id = reverse.reverses_transaction_id;
  content.description = reverse.reason;
  content.metadata = reverse.metadata;
  content.effective_time = reverse.effective_time;
  return content;
}

void MarkRepeated(Item* item, std::uint32_t first, const std::string& id,
                  const std::string& field) {
  if (field.empty()) {
    item->repeats = first;
  } else {
    item->pre_refusal = domain::IdReused(id, field);
  }
}

std::string KeyOf(const TransactionCommand& command) {
  return RecentCommands::RequestKey(false, domain::TargetOf(command), RequestIdOf(command));
}

}  // namespace

bool UsedIds::Link(const Flight& flight, Item* item) const {
  const std::string& own = OwnIdOf(*item->command);
  if (const auto found = own_ids_.find(own); !own.empty() && found != own_ids_.end()) {
    const Item& first = flight.items[found->second];
    MarkRepeated(item, found->second, own,
                 domain::DifferingField(*item->command, ContentOf(*first.command)));
    return true;
  }
  const std::string& request = RequestIdOf(*item->command);
  if (request.empty()) return false;
  const auto found = requests_.find(KeyOf(*item->command));
  if (found == requests_.end()) return false;
  MarkRepeated(item, found->second, request,
               domain::DifferingRequest(*item->command, *flight.items[found->second].command));
  return true;
}

void UsedIds::Add(const Item& item, std::uint32_t index) {
  const std::string& own = OwnIdOf(*item.command);
  if (!own.empty()) own_ids_[own] = index;
  if (!RequestIdOf(*item.command).empty()) requests_[KeyOf(*item.command)] = index;
}

bool BatchBuilder::LinkTargetHere(Item* item) {
  const std::string& target = domain::TargetOf(*item->command);
  const auto found = last_touch_.find(target);
  if (target.empty() || found == last_touch_.end()) return false;
  Item& previous = flight_->items[found->second];
  previous.followed_here = true;
  item->previous_here = true;
  item->previous_item = found->second;
  item->target_shape = ShapeAfter(previous, target);
  return true;
}

void BatchBuilder::Add(Item item) {
  const auto index = static_cast<std::uint32_t>(flight_->items.size());
  if (!item.pre_refusal && !item.repeats) {
    const std::string& own = OwnIdOf(*item.command);
    if (!own.empty()) last_touch_[own] = index;
    const std::string& target = domain::TargetOf(*item.command);
    if (!target.empty()) last_touch_[target] = index;
    used_.Add(item, index);
  }
  flight_->items.push_back(std::move(item));
}

domain::TransactionPtr ShapeAfter(const Item& item, const std::string& id) {
  if (OwnIdOf(*item.command) != id) return item.target_shape;
  if (const auto* create = std::get_if<domain::CreateTransaction>(item.command.get()))
    return {item.command, &create->transaction};
  if (item.target_shape == nullptr) return nullptr;
  auto turned = std::make_shared<domain::Transaction>(*item.target_shape);
  for (auto& posting : turned->postings)
    std::swap(posting.debit_account_id, posting.credit_account_id);
  return turned;
}

}  // namespace florin::actors
