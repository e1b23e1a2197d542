#pragma once

#include <utility>
#include <variant>

#include "domain/refusal.h"

namespace florin::domain {

/// A value, or why there is none.
template <typename T>
class [[nodiscard]] Result {
 public:
  Result(T value) : data_(std::move(value)) {}            // NOLINT(google-explicit-constructor)
  Result(Refusal refusal) : data_(std::move(refusal)) {}  // NOLINT(google-explicit-constructor)

  [[nodiscard]] bool ok() const { return std::holds_alternative<T>(data_); }
  [[nodiscard]] T& value() { return std::get<T>(data_); }
  [[nodiscard]] const T& value() const { return std::get<T>(data_); }
  [[nodiscard]] const Refusal& refusal() const { return std::get<Refusal>(data_); }
  T& operator*() { return value(); }
  const T& operator*() const { return value(); }
  T* operator->() { return &value(); }
  const T* operator->() const { return &value(); }

 private:
  std::variant<T, Refusal> data_;
};

struct Ok {};
/// Success, or why not.
using Status = Result<Ok>;

}  // namespace florin::domain
