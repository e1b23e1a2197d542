#pragma once

#include <concepts>
#include <cstddef>
#include <iosfwd>
#include <string>
#include <string_view>
#include <type_traits>

#include "text/visible.h"

namespace florin::cli {

/// A sentence that somebody else made, and that quotes values: an error of the
/// server, what the importer has to say.
struct Sentence {
  std::string_view text;
};

/// Text that may go to a terminal as it is: our own, or what was made visible.
struct Shown {
  std::string text;
};

/// Where the program writes for a person: everything goes through here.
///
/// A terminal obeys what it is sent, so only what stands in this program's source
/// is written as it is: literals, and numbers. All other text becomes visible
/// (text/visible.h): it can neither end a line nor hide one. Made of any stream.
///
///     console.out << "opened: " << account.account_id() << '\n';
///
/// Threads: as the stream.
class Printer {
 public:
  // NOLINTNEXTLINE(google-explicit-constructor): a stream is what a test has.
  Printer(std::ostream& stream) : stream_(stream) {}

  /// Literals.
  template <std::size_t kSize>
  const Printer& operator<<(const char (&literal)[kSize]) const {
    Write(std::string_view(literal));
    return *this;
  }
  /// Numbers.
  template <std::integral Number>
  requires(!std::same_as<Number, char> && !std::same_as<Number, bool>) const Printer& operator<<(
      Number number) const {
    Write(std::to_string(number));
    return *this;
  }
  /// The end of a line; any other character is a text.
  const Printer& operator<<(char character) const;
  /// Every other text.
  template <typename Text>
  requires(std::convertible_to<const Text&, std::string_view> &&
           !std::is_array_v<Text>) const Printer&
  operator<<(const Text& text) const {
    Write(text::Visible(std::string_view(text)));
    return *this;
  }
  const Printer& operator<<(const Sentence& sentence) const;
  const Printer& operator<<(const Shown& shown) const;

  /// JSON, whose strings become visible by JSON's own escapes: it says the same.
  void Json(std::string_view json) const;
  void Flush() const;
  /// False: something could not be written.
  explicit operator bool() const;

  /// For what a program reads: an export's bytes.
  [[nodiscard]] std::ostream& stream() const { return stream_; }

 private:
  void Write(std::string_view text) const;

  std::ostream& stream_;
};

}  // namespace florin::cli
