#include "tests/support/group_record.h"

namespace florin::test_support {
namespace {

constexpr std::int64_t kFirstVersion = 2;

std::string TextOf(const GroupRecord::Key& key) {
  return key.first + "#" + std::to_string(key.second);
}

}  // namespace

void GroupRecord::Delivered(const v1::Event& event) {
  const std::lock_guard lock(mutex_);
  const Key key = KeyOf(event);
  const auto next = next_.try_emplace(key.first, kFirstVersion).first->second;
  if (key.second > next) {
    problems_.push_back(TextOf(key) + " came before " + TextOf({key.first, next}) + " was done");
  }
  if (durable_.contains(key)) problems_.push_back(TextOf(key) + " was durable and came again");
  ++counts_.delivered;
  if (!seen_.insert(key).second) ++counts_.redelivered;
  if (done_.contains(key)) ++counts_.done_again;
}

void GroupRecord::Done(const Key& key) {
  const std::lock_guard lock(mutex_);
  done_.insert(key);
  std::int64_t& next = next_.try_emplace(key.first, kFirstVersion).first->second;
  while (done_.contains({key.first, next})) ++next;
}

void GroupRecord::Durable(const Key& key) {
  const std::lock_guard lock(mutex_);
  if (durable_.insert(key).second) ++counts_.durable;
}

GroupRecord::Counts GroupRecord::counts() const {
  const std::lock_guard lock(mutex_);
  return counts_;
}

std::vector<std::string> GroupRecord::problems() const {
  const std::lock_guard lock(mutex_);
  return problems_;
}

std::vector<GroupRecord::Key> GroupRecord::Missing(const std::vector<v1::Event>& events) const {
  const std::lock_guard lock(mutex_);
  std::vector<Key> missing;
  for (const v1::Event& event : events) {
    if (!done_.contains(KeyOf(event))) missing.push_back(KeyOf(event));
  }
  return missing;
}

}  // namespace florin::test_support
