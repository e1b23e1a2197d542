#include "actors/ledger/decider.h"

#include <absl/container/inlined_vector.h>

#include <array>
#include <limits>
#include <span>
#include <utility>

namespace florin::actors {
namespace {

using domain::Finding;
using domain::Reason;

/// The lowest item that is refused, and why.
struct FirstRefusal {
  std::size_t item = std::numeric_limits<std::size_t>::max();
  Finding finding;

  void Offer(std::size_t at, const Finding& candidate) {
    if (!candidate.Any() || at > item) return;
    if (at < item || IsUnreadable(candidate.reason)) {
      item = at;
      finding = candidate;
      return;
    }
    if (IsUnreadable(finding.reason)) return;
    domain::KeepFirst(candidate, &finding);
  }
};

using PostingSlots = std::array<const Slot*, 2>;

/// The slots of every posting of every create, [debit, credit], built in one pass over the
/// mentions.
class SlotsByPosting {
 public:
  explicit SlotsByPosting(const Flight& flight) : offsets_(flight.items.size() + 1) {
    for (std::size_t i = 0; i < flight.items.size(); ++i) {
      const auto* create = std::get_if<domain::CreateTransaction>(flight.items[i].command.get());
      offsets_[i + 1] = offsets_[i] + (create == nullptr ? 0 : create->transaction.postings.size());
    }
    slots_.resize(offsets_.back());
    for (const Slot& slot : flight.slots) {
      for (const domain::Mention& mention : slot.mentions) Put(mention, &slot);
    }
  }

  [[nodiscard]] std::span<const PostingSlots> Of(std::size_t item) const {
    return std::span(slots_.data(), slots_.size())
        .subspan(offsets_[item], offsets_[item + 1] - offsets_[item]);
  }

 private:
  void Put(const domain::Mention& mention, const Slot* slot) {
    const bool is_leg = mention.kind == domain::MentionKind::kDebitLeg ||
                        mention.kind == domain::MentionKind::kCreditLeg;
    if (!is_leg || offsets_[mention.item] == offsets_[mention.item + 1]) return;
    slots_[offsets_[mention.item] + mention.index]
          [mention.kind == domain::MentionKind::kDebitLeg ? 0 : 1] = slot;
  }

  absl::InlinedVector<std::size_t, 2> offsets_;
  absl::InlinedVector<PostingSlots, 1> slots_;
};

Finding FindMismatch(std::span<const PostingSlots> slots) {
  for (std::size_t i = 0; i < slots.size(); ++i) {
    const auto [debit, credit] = slots[i];
    if (debit->exists && credit->exists && debit->asset != credit->asset) {
      return Finding{Reason::kAssetMismatch, static_cast<int>(i), domain::Side::kCredit};
    }
  }
  return {};
}

domain::TransactionPtr BeforeDecided(const Flight& flight, const Item& item) {
  const std::string& target = domain::TargetOf(*item.command);
  if (item.previous_here) return AfterItem(flight, item.previous_item, target);
  if (item.previous != nullptr) return AfterItem(*item.previous, item.previous_item, target);
  return item.base;
}

/// Fills in what the item makes of transactions, as if it happened; offers what speaks against it.
void TryItem(Flight& flight, std::size_t index, const SlotsByPosting& slots_by_posting,
             FirstRefusal* first) {
  Item& item = flight.items[index];
  if (item.pre_refusal) {
    first->Offer(index, Finding{item.pre_refusal->reason, 0, domain::Side::kUnspecified});
    return;
  }
  if (item.repeats) return;
  const domain::TransactionPtr before = BeforeDecided(flight, item);
  const domain::TransactionFinding on_transaction =
      domain::CheckTransaction(*item.command, before.get());
  if (on_transaction.replays_end) {
    item.status = ItemStatus::kReplaysEnd;
    item.target_after = before;
    return;
  }
  first->Offer(index, on_transaction.finding);
  const std::span<const PostingSlots> slots = slots_by_posting.Of(index);
  first->Offer(index, FindMismatch(slots));
  if (first->item <= index) return;
  const bool alone = flight.items.size() == 1;
  if (alone && std::holds_alternative<domain::CreateTransaction>(*item.command)) {
    item.status = ItemStatus::kDone;
    return;
  }
  domain::TransactionEffect effect = domain::ApplyCommand(
      *item.command, before.get(), flight.time,
      [&](int posting) { return slots[static_cast<std::size_t>(posting)][0]->scale; });
  item.status = ItemStatus::kDone;
  if (OwnIdOf(*item.command).empty()) {
    item.target_after = std::move(effect.after);
  } else {
    item.own_after = std::move(effect.after);
    item.target_after = std::move(effect.original_after);
  }
}

/// Nothing happened: every transaction is as it was, but for the refusal that is `remembered`,
/// which the items behind it find. Requires: the items before it are refused.
void RefuseItem(Flight& flight, std::size_t index, const FirstRefusal& first,
                domain::TransactionPtr remembered) {
  Item& item = flight.items[index];
  const domain::TransactionPtr before = BeforeDecided(flight, item);
  item.own_after = nullptr;
  item.target_after = before;
  if (index == first.item) {
    item.status = ItemStatus::kRefused;
    item.reason = first.finding.reason;
    item.own_after = std::move(remembered);
    return;
  }
  // A replay of an end that came before the batch stands as it is.
  const bool stands = !item.pre_refusal && !item.repeats &&
                      domain::CheckTransaction(*item.command, before.get()).replays_end;
  item.status = stands ? ItemStatus::kReplaysEnd : ItemStatus::kSkipped;
}

/// Amounts are shown at their asset's scale also where nothing was posted. What does not fit it,
/// and what names no account that is there, stays as the client wrote it.
void BringToScale(std::span<const PostingSlots> slots, domain::Transaction* refused) {
  for (std::size_t i = 0; i < slots.size(); ++i) {
    const auto [debit, credit] = slots[i];
    const Slot* const known = debit != nullptr && debit->exists ? debit : credit;
    if (known == nullptr || !known->exists) continue;
    domain::Decimal& amount = refused->postings[i].amount;
    domain::Int128 minor = 0;
    if (domain::ToMinor(amount, known->scale, &minor) == domain::ScaleFit::kFits)
      amount = {minor, known->scale};
  }
}

void RefuseItems(Flight& flight, const FirstRefusal& first,
                 const SlotsByPosting& slots_by_posting) {
  const Item& refused = flight.items[first.item];
  // It was tried after the items before it, which are undone below.
  std::shared_ptr<domain::Transaction> remembered;
  if (domain::InfoOf(first.finding.reason).recorded) {
    const domain::TransactionPtr before = BeforeDecided(flight, refused);
    remembered = domain::RefusedTransaction(*refused.command, before.get(), flight.time);
    // A reversal has the amounts of what it names.
    if (remembered != nullptr) BringToScale(slots_by_posting.Of(first.item), remembered.get());
  }
  for (std::size_t i = 0; i < flight.items.size(); ++i) RefuseItem(flight, i, first, remembered);
}

}  // namespace

bool IsUnreadable(Reason reason) {
  return reason == Reason::kDataCorrupt || reason == Reason::kStorageUnavailable;
}

void AnnounceDecision(const FlightPtr& flight, bool happened) {
  if (flight->decision->Decide(happened)) {
    // Which of them waits is not kept: the others find nothing to do.
    for (const Slot& slot : flight->slots) slot.account->Wake();
  }
  if (flight->sequencer_waits.load(std::memory_order_seq_cst))
    flight->sink->OnAwaitedDecision(flight);
  flight->sink->OnDecided(flight);
}

void Decide(const FlightPtr& flight) {
  bool happened = false;
  if (!flight->validate_only) {
    FirstRefusal first;
    for (const Slot& slot : flight->slots) first.Offer(slot.finding_item, slot.finding);
    const std::size_t items = flight->items.size();
    const SlotsByPosting slots_by_posting(*flight);
    for (std::size_t i = 0; i < items && i <= first.item; ++i)
      TryItem(*flight, i, slots_by_posting, &first);
    happened = first.item >= items;
    if (!happened) RefuseItems(*flight, first, slots_by_posting);
  }
  AnnounceDecision(flight, happened);
}

}  // namespace florin::actors
