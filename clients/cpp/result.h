#pragma once

#include <cassert>
#include <utility>
#include <variant>

#include "clients/cpp/client_error.h"

namespace florin::client {

/// A call's answer, or why there is none. Never both, never neither.
///
/// Check `ok()` first: `value()` of an error (and `error()` of a value) is a
/// bug in the caller and ends the program in debug builds.
template <typename T>
class [[nodiscard]] Result {
 public:
  // Implicit on purpose: `return response;` and `return error;` both read well.
  // NOLINTBEGIN(google-explicit-constructor)
  Result(T value) : content_(std::move(value)) {}
  Result(ClientError error) : content_(std::move(error)) {}
  // NOLINTEND(google-explicit-constructor)

  [[nodiscard]] bool ok() const { return content_.index() == 0; }

  [[nodiscard]] const T& value() const& {
    assert(ok());
    return *std::get_if<0>(&content_);
  }
  [[nodiscard]] T& value() & {
    assert(ok());
    return *std::get_if<0>(&content_);
  }
  [[nodiscard]] T&& value() && {
    assert(ok());
    return std::move(*std::get_if<0>(&content_));
  }
  [[nodiscard]] const ClientError& error() const {
    assert(!ok());
    return *std::get_if<1>(&content_);
  }

 private:
  std::variant<T, ClientError> content_;
};

/// The result of what has no answer but "done".
struct Done {};
using DoneResult = Result<Done>;

}  // namespace florin::client
