#include "storage/books/index_keys.h"

#include "storage/format/bytes.h"

namespace florin::storage {
namespace {

constexpr char kEnd = '\0';

std::string Ended(std::string_view id, std::size_t more) {
  std::string key;
  key.reserve(id.size() + 1 + more);
  key.append(id);
  key.push_back(kEnd);
  return key;
}

}  // namespace

std::string FamilyKey(Family family, std::string_view key) {
  std::string stored;
  stored.reserve(1 + key.size());
  stored.push_back(static_cast<char>(family));
  stored.append(key);
  return stored;
}

std::string StreamPrefix(std::string_view account_id) { return Ended(account_id, 0); }

std::string StreamKey(std::string_view account_id, std::int64_t version) {
  std::string key = Ended(account_id, 8);
  PutBigEndian64(&key, version);
  return key;
}

std::string OwnerKey(std::string_view owner_id, std::string_view account_id) {
  std::string key = Ended(owner_id, account_id.size());
  key.append(account_id);
  return key;
}

std::string RequestKey(bool target_is_account, std::string_view target_id,
                       std::string_view request_id) {
  std::string key(1, target_is_account ? 'a' : 't');
  key += Ended(target_id, request_id.size());
  key.append(request_id);
  return key;
}

std::string HoldKey(std::int64_t expire_time, std::string_view transaction_id) {
  std::string key;
  PutBigEndian64(&key, expire_time);
  key.append(transaction_id);
  return key;
}

std::string RefusalPrefix(std::string_view account_id) { return Ended(account_id, 0); }

std::string RefusalKey(std::string_view account_id, std::int64_t position) {
  std::string key = Ended(account_id, 8);
  PutBigEndian64(&key, position);
  return key;
}

}  // namespace florin::storage
