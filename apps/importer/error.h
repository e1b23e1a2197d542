#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <variant>

namespace florin::importer {

/// Where and why a profile or an input file cannot be used. `message` is a
/// sentence for people that names the value; `line` counts from 1, 0 where no
/// line is to blame.
struct Error {
  std::int64_t line = 0;
  std::string message;
};

/// A value, or why there is none.
template <typename T>
class [[nodiscard]] Expected {
 public:
  // Functions return a T or an Error as it is: that is what the type is for.
  // NOLINTBEGIN(google-explicit-constructor)
  Expected(T value) : content_(std::move(value)) {}
  Expected(Error error) : content_(std::move(error)) {}
  // NOLINTEND(google-explicit-constructor)

  [[nodiscard]] bool ok() const { return content_.index() == 0; }
  [[nodiscard]] const T& value() const& { return std::get<0>(content_); }
  [[nodiscard]] T& value() & { return std::get<0>(content_); }
  [[nodiscard]] T&& value() && { return std::get<0>(std::move(content_)); }
  [[nodiscard]] const Error& error() const { return std::get<1>(content_); }

 private:
  std::variant<T, Error> content_;
};

}  // namespace florin::importer
