#pragma once

#include <cstddef>
#include <string_view>
#include <unordered_map>

namespace florin::domain {

/// Finds an account in a list of the accounts of a command, each once; quick for two and for two
/// thousand.
///
/// Shape: the list is the caller's, and `id_at(i)` is the account id at its place i.
class AccountPlaces {
 public:
  /// -1: not yet there. `size`: of the list.
  template <typename IdAt>
  [[nodiscard]] int Find(std::string_view account_id, std::size_t size, const IdAt& id_at) const {
    if (size <= kLinear) {
      for (std::size_t i = 0; i < size; ++i) {
        if (id_at(i) == account_id) return static_cast<int>(i);
      }
      return -1;
    }
    const auto found = places_.find(account_id);
    return found == places_.end() ? -1 : found->second;
  }

  /// After an account was added at the end. The ids outlive this, and stay where they are.
  template <typename IdAt>
  void Added(std::size_t size, const IdAt& id_at) {
    if (size <= kLinear) return;
    for (std::size_t i = places_.size(); i < size; ++i)
      places_.emplace(id_at(i), static_cast<int>(i));
  }

 private:
  static constexpr std::size_t kLinear = 8;
  std::unordered_map<std::string_view, int> places_;
};

}  // namespace florin::domain
