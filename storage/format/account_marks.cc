#include "storage/format/account_marks.h"

#include <algorithm>

namespace florin::storage {
namespace {

constexpr std::size_t kMarkBytes = 4;

void AddOnce(AccountMark mark, AccountMarks* marks) {
  // Sorted where there are many: a hold may name two thousand accounts.
  const auto place = std::lower_bound(marks->begin(), marks->end(), mark);
  if (place == marks->end() || *place != mark) marks->insert(place, mark);
}

}  // namespace

/// FNV-1a of 64 bits, folded.
AccountMark MarkOf(std::string_view account_id) {
  std::uint64_t hash = 0xcbf29ce484222325;
  for (const char c : account_id) {
    hash ^= static_cast<std::uint8_t>(c);
    hash *= 0x100000001b3;
  }
  const auto mark = static_cast<AccountMark>(hash ^ (hash >> 32));
  return mark == 0 ? 1 : mark;
}

AccountMarks MarksOf(const domain::Transaction& transaction) {
  AccountMarks marks;
  for (const domain::TransactionPosting& posting : transaction.postings) {
    AddOnce(MarkOf(posting.debit_account_id), &marks);
    AddOnce(MarkOf(posting.credit_account_id), &marks);
  }
  return marks;
}

void PutMarks(std::string* out, const AccountMarks& marks) {
  for (const AccountMark mark : marks) {
    for (std::size_t i = 0; i < kMarkBytes; ++i)
      out->push_back(static_cast<char>((mark >> (8 * i)) & 0xff));
  }
}

std::optional<AccountMarks> ReadMarks(std::string_view bytes) {
  if (bytes.size() % kMarkBytes != 0) return std::nullopt;
  AccountMarks marks;
  for (std::size_t begin = 0; begin < bytes.size(); begin += kMarkBytes) {
    AccountMark mark = 0;
    for (std::size_t i = 0; i < kMarkBytes; ++i)
      mark |= static_cast<AccountMark>(static_cast<std::uint8_t>(bytes[begin + i])) << (8 * i);
    marks.push_back(mark);
  }
  return marks;
}

}  // namespace florin::storage
