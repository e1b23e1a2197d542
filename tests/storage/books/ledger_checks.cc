#include "tests/storage/books/ledger_checks.h"

#include <gtest/gtest.h>

#include <algorithm>

namespace florin::storage::testing {
namespace {

std::int64_t CommandEnd(const LedgerScript& script, std::int64_t position) {
  std::int64_t end = 0;
  for (const ExpectedCommand& command : script.commands()) {
    if (command.last_position <= position) end = command.last_position;
  }
  return end;
}

void ExpectBalance(const domain::Result<std::optional<BalanceAt>>& at,
                   const ExpectedEvent* expected) {
  ASSERT_TRUE(at.ok()) << at.refusal().message;
  ASSERT_EQ(at->has_value(), expected != nullptr);
  if (expected == nullptr) return;
  EXPECT_TRUE((*at)->balances == expected->balances);
  EXPECT_EQ((*at)->version, expected->version);
  EXPECT_EQ((*at)->position, expected->position);
}

}  // namespace

const ExpectedEvent* EventAt(const LedgerScript& script, const std::string& account_id,
                             std::int64_t position) {
  const std::int64_t end = CommandEnd(script, position);
  const ExpectedEvent* found = nullptr;
  for (const ExpectedEvent& event : script.accounts().at(account_id)) {
    if (event.position <= end) found = &event;
  }
  return found;
}

void CheckHeads(const LedgerScript& script, Reader* reader) {
  EXPECT_EQ(reader->VisibleHead().position, script.position());
  EXPECT_EQ(reader->AccountCount(), static_cast<std::int64_t>(script.accounts().size()));
  for (const auto& [account_id, events] : script.accounts()) {
    SCOPED_TRACE(account_id);
    const auto head = reader->GetHead(account_id, Tier::kDisk);
    ASSERT_TRUE(head.ok()) << head.refusal().message;
    const domain::AccountState& state = *head->value->state;
    EXPECT_EQ(state.version, events.back().version);
    EXPECT_EQ(state.position, events.back().position);
    EXPECT_TRUE(state.balances == events.back().balances);
    EXPECT_EQ(state.owner_id, script.owners().at(account_id));
    EXPECT_EQ(state.open_position, events.front().position);
  }
}

void CheckBalances(const LedgerScript& script, Reader* reader) {
  for (const auto& [account_id, events] : script.accounts()) {
    for (const ExpectedEvent& event : events) {
      SCOPED_TRACE(account_id + " at version " + std::to_string(event.version));
      ExpectBalance(reader->BalanceAtVersion(account_id, event.version), &event);
    }
    ExpectBalance(reader->BalanceAtVersion(account_id, events.back().version + 1), nullptr);
    for (std::int64_t position = 0; position <= script.position(); ++position) {
      SCOPED_TRACE(account_id + " at position " + std::to_string(position));
      ExpectBalance(reader->BalanceAtPosition(account_id, position),
                    EventAt(script, account_id, position));
    }
  }
}

void CheckCommandEnds(const LedgerScript& script, Reader* reader) {
  for (std::int64_t position = 0; position <= script.position(); ++position) {
    const auto end = reader->CommandEndAtOrBefore(position);
    ASSERT_TRUE(end.ok()) << end.refusal().message;
    EXPECT_EQ(*end, CommandEnd(script, position)) << "at position " << position;
  }
  for (std::int64_t time = script.commands().front().time - 2; time <= script.time() + 2; ++time) {
    std::int64_t expected = 0;
    for (const ExpectedCommand& command : script.commands()) {
      if (command.time <= time) expected = command.last_position;
    }
    const auto end = reader->CommandEndAtOrBeforeTime(time);
    ASSERT_TRUE(end.ok()) << end.refusal().message;
    EXPECT_EQ(*end, expected) << "at time " << time;
  }
}

void CheckTrialBalances(const LedgerScript& script, Reader* reader) {
  for (std::int64_t position = 0; position <= script.position(); position += 7) {
    SCOPED_TRACE("at position " + std::to_string(position));
    domain::BalanceTotals totals;
    std::int64_t count = 0;
    for (const auto& [account_id, events] : script.accounts()) {
      const ExpectedEvent* event = EventAt(script, account_id, position);
      if (event == nullptr) continue;
      ++count;
      totals.Add(event->balances);
    }
    const auto lines = reader->TrialBalance("bank:", "", position);
    ASSERT_TRUE(lines.ok()) << lines.refusal().message;
    ASSERT_EQ(lines->size(), count > 0 ? 1u : 0u);
    if (count == 0) continue;
    EXPECT_EQ(lines->front().asset, "INR");
    EXPECT_EQ(lines->front().account_count, count);
    EXPECT_TRUE(lines->front().totals == totals);
    EXPECT_TRUE(totals.debits_posted == totals.credits_posted);
    EXPECT_TRUE(totals.debits_pending == totals.credits_pending);
  }
}

void CheckStreams(const LedgerScript& script, Reader* reader) {
  for (const auto& [account_id, events] : script.accounts()) {
    std::vector<std::int64_t> all;
    for (const ExpectedEvent& event : events) all.push_back(event.position);
    const auto version = static_cast<std::int64_t>(all.size());
    EXPECT_EQ(reader->StreamPositions(account_id, 1, version).value(), all) << account_id;
    for (std::int64_t first = 1; first <= version; first += 5) {
      const std::int64_t last = std::min(first + 7, version);
      const std::vector<std::int64_t> part(all.begin() + first - 1, all.begin() + last);
      EXPECT_EQ(reader->StreamPositions(account_id, first, last).value(), part)
          << account_id << " from version " << first;
    }
  }
  for (const auto& [id, positions] : script.transaction_events()) {
    EXPECT_EQ(reader->StreamPositions("transaction/" + id, 1, 10).value(), positions) << id;
    EXPECT_EQ(reader->StreamVersion("transaction/" + id).value(),
              static_cast<std::int64_t>(positions.size()))
        << id;
  }
}

void CheckTransactions(const LedgerScript& script, Reader* reader) {
  for (const auto& [id, expected] : script.transactions()) {
    SCOPED_TRACE(id);
    const auto found = reader->GetTransaction(id);
    ASSERT_TRUE(found.ok()) << found.refusal().message;
    ASSERT_TRUE(found->has_value());
    const domain::Transaction& transaction = ***found;
    EXPECT_EQ(transaction.status, expected.status);
    EXPECT_EQ(transaction.version, expected.version);
    EXPECT_EQ(transaction.position, expected.position);
    EXPECT_EQ(transaction.create_position, expected.create_position);
    EXPECT_EQ(transaction.end_position, expected.end_position);
    EXPECT_EQ(transaction.reversed_by_transaction_id, expected.reversed_by_transaction_id);
    const auto place = reader->FindTransaction(id, Tier::kDisk);
    ASSERT_TRUE(place.ok() && place->value);
    EXPECT_EQ(place->value->create_position, expected.create_position);
    EXPECT_EQ(place->value->last_position, expected.position);
  }
  for (const auto& [name, position] : script.requests()) {
    const std::size_t first = name.find('/');
    const std::size_t last = name.rfind('/');
    const auto found = reader->FindRequest(name[0] == 'a', name.substr(first + 1, last - first - 1),
                                           name.substr(last + 1), Tier::kDisk);
    ASSERT_TRUE(found.ok()) << found.refusal().message;
    EXPECT_EQ(found->value, position) << name;
  }
}

namespace {

std::vector<const domain::Transaction*> ExpectedList(const LedgerScript& script,
                                                     const TransactionQuery& query) {
  std::vector<const domain::Transaction*> found;
  for (const auto& [id, transaction] : script.transactions()) {
    const std::uint32_t bit = 1u << static_cast<unsigned>(transaction.status);
    const bool refused = transaction.status == domain::TransactionStatus::kRefused;
    bool wanted = query.statuses == 0 ? !refused : (query.statuses & bit) != 0;
    bool named = query.account_id.empty();
    for (const auto& posting : transaction.postings)
      named = named || posting.debit_account_id == query.account_id ||
              posting.credit_account_id == query.account_id;
    if (query.start_time && transaction.commit_time < *query.start_time) wanted = false;
    if (query.end_time && transaction.commit_time >= *query.end_time) wanted = false;
    if (wanted && named) found.push_back(&transaction);
  }
  std::sort(found.begin(), found.end(), [&](const auto* a, const auto* b) {
    return query.ascending ? a->create_position < b->create_position
                           : a->create_position > b->create_position;
  });
  return found;
}

void CheckList(const LedgerScript& script, const TransactionQuery& query, Reader* reader) {
  const auto expected = ExpectedList(script, query);
  std::vector<std::string> seen;
  // Pages that end by either limit, some of them empty.
  TransactionPageLimits limits;
  std::int64_t after = 0;
  do {
    limits.items = limits.items % 5 + 1;
    limits.scanned = limits.scanned % 11 + 1;
    const auto page = reader->ListTransactions(query, script.position(), after, limits);
    ASSERT_TRUE(page.ok()) << page.refusal().message;
    ASSERT_LE(page->items.size(), limits.items);
    ASSERT_LE(page->scanned, limits.scanned);
    for (const domain::TransactionPtr& transaction : page->items)
      seen.push_back(transaction->transaction_id);
    after = page->next;
  } while (after != 0);
  ASSERT_EQ(seen.size(), expected.size());
  for (std::size_t i = 0; i < seen.size(); ++i) EXPECT_EQ(seen[i], expected[i]->transaction_id);
}

void CheckAccountList(const std::string& prefix, const std::string& owner_id,
                      const std::vector<std::string>& expected, Reader* reader) {
  std::vector<std::string> seen;
  std::string after;
  do {
    const auto page = reader->ListAccounts(prefix, owner_id, after, 3);
    ASSERT_TRUE(page.ok()) << page.refusal().message;
    for (const domain::AccountState& account : page->items) seen.push_back(account.account_id);
    after = page->next;
  } while (!after.empty());
  EXPECT_EQ(seen, expected);
}

}  // namespace

void CheckLists(const LedgerScript& script, Reader* reader) {
  const std::int64_t middle = (script.commands().front().time + script.time()) / 2;
  std::vector<std::string> accounts = {""};
  for (const auto& [account_id, events] : script.accounts()) accounts.push_back(account_id);
  for (const std::string& account_id : accounts) {
    for (const bool ascending : {false, true}) {
      for (const std::uint32_t statuses :
           {0u, 1u << 5, (1u << 1) | (1u << 5), (1u << 2) | (1u << 3)}) {
        for (const int window : {0, 1, 2}) {
          SCOPED_TRACE(::testing::Message()
                       << "account '" << account_id << "' ascending " << ascending << " statuses "
                       << statuses << " window " << window);
          TransactionQuery query;
          query.account_id = account_id;
          query.ascending = ascending;
          query.statuses = statuses;
          if (window == 1) query.start_time = middle;
          if (window == 2) query.end_time = middle;
          CheckList(script, query, reader);
        }
      }
    }
  }
  for (const std::string prefix : {"", "bank:customer:1", "nobody"}) {
    for (const std::string owner : {"", "owner1", "owner"}) {
      SCOPED_TRACE(::testing::Message()
                   << "accounts '" << prefix << "' of owner '" << owner << "'");
      std::vector<std::string> expected;
      for (const auto& [account_id, owner_id] : script.owners()) {
        if (account_id.starts_with(prefix) && (owner.empty() || owner_id == owner))
          expected.push_back(account_id);
      }
      CheckAccountList(prefix, owner, expected, reader);
    }
  }
}

void CheckEverything(const LedgerScript& script, Reader* reader) {
  CheckHeads(script, reader);
  CheckBalances(script, reader);
  CheckCommandEnds(script, reader);
  CheckTrialBalances(script, reader);
  CheckStreams(script, reader);
  CheckTransactions(script, reader);
  CheckLists(script, reader);
}

}  // namespace florin::storage::testing
