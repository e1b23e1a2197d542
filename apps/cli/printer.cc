#include "apps/cli/printer.h"

#include <ostream>

namespace florin::cli {

const Printer& Printer::operator<<(char character) const {
  Write(character == '\n' ? "\n" : text::Visible(std::string_view(&character, 1)));
  return *this;
}

const Printer& Printer::operator<<(const Sentence& sentence) const {
  Write(text::Visible(sentence.text, text::Backslash::kKept));
  return *this;
}

const Printer& Printer::operator<<(const Shown& shown) const {
  Write(shown.text);
  return *this;
}

void Printer::Json(std::string_view json) const { Write(text::VisibleJson(json)); }

void Printer::Flush() const { stream_.flush(); }

Printer::operator bool() const { return static_cast<bool>(stream_); }

void Printer::Write(std::string_view text) const { stream_ << text; }

}  // namespace florin::cli
