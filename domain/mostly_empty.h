#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

namespace florin::domain {

// They stand for a T and for an optional, and convert as these do.
// NOLINTBEGIN(google-explicit-constructor)

/// A std::optional whose value is mostly not there, in the space of a pointer. Copies are deep.
template <typename T>
class HeapOptional {
 public:
  HeapOptional() = default;
  HeapOptional(std::nullopt_t) {}
  HeapOptional(T value) : value_(std::make_unique<T>(std::move(value))) {}
  HeapOptional(std::optional<T> value)
      : value_(value ? std::make_unique<T>(*std::move(value)) : nullptr) {}
  HeapOptional(const HeapOptional& other)
      : value_(other.value_ ? std::make_unique<T>(*other.value_) : nullptr) {}
  HeapOptional(HeapOptional&& other) noexcept = default;
  ~HeapOptional() = default;

  HeapOptional& operator=(const HeapOptional& other) {
    if (this != &other) value_ = other.value_ ? std::make_unique<T>(*other.value_) : nullptr;
    return *this;
  }
  HeapOptional& operator=(HeapOptional&& other) noexcept = default;

  [[nodiscard]] bool has_value() const { return value_ != nullptr; }
  explicit operator bool() const { return has_value(); }
  [[nodiscard]] T& operator*() { return *value_; }
  [[nodiscard]] const T& operator*() const { return *value_; }
  [[nodiscard]] T* operator->() { return value_.get(); }
  [[nodiscard]] const T* operator->() const { return value_.get(); }
  [[nodiscard]] T value_or(T otherwise) const { return value_ ? *value_ : std::move(otherwise); }
  void reset() { value_.reset(); }

  operator std::optional<T>() const { return value_ ? std::optional<T>(*value_) : std::nullopt; }

 private:
  std::unique_ptr<T> value_;
};

/// A T that is mostly empty (T{}), in the space of a pointer: what is empty takes no more, and is
/// copied and freed for nothing. Read like a T. Copies are deep.
///
/// Transactions are made by the hundred thousand a second, and most of what can be said of one is
/// not said.
template <typename T>
class MostlyEmpty {
 public:
  MostlyEmpty() = default;
  MostlyEmpty(T value) { *this = std::move(value); }
  MostlyEmpty& operator=(T value) {
    if constexpr (requires { value.empty(); }) {
      if (value.empty()) {
        value_.reset();
        return *this;
      }
    }
    value_ = std::move(value);
    return *this;
  }
  /// Of a text: from any other kind of text.
  template <typename U>
  requires(std::is_constructible_v<T, U> && !std::is_same_v<std::remove_cvref_t<U>, MostlyEmpty> &&
           !std::is_same_v<std::remove_cvref_t<U>, T>) MostlyEmpty&
  operator=(U&& value) {
    return *this = T(std::forward<U>(value));
  }

  [[nodiscard]] bool empty() const { return !value_; }
  [[nodiscard]] const T& operator*() const { return value_ ? *value_ : Nothing(); }
  [[nodiscard]] const T* operator->() const { return &**this; }
  operator const T&() const { return **this; }
  operator std::string_view() const requires std::is_same_v<T, std::string> { return **this; }

  friend bool operator==(const MostlyEmpty& a, const MostlyEmpty& b) { return *a == *b; }
  friend bool operator==(const MostlyEmpty& a, const T& b) { return *a == b; }

 private:
  static const T& Nothing() {
    static const T nothing{};
    return nothing;
  }

  HeapOptional<T> value_;
};

// NOLINTEND(google-explicit-constructor)

}  // namespace florin::domain
