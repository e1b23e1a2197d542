#include "apps/importer/delimited_reader.h"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>
#include <utility>

namespace florin::importer {
namespace {

constexpr std::size_t kReadBytes = 64 * 1024;
constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";
constexpr std::string_view kBlank = " \t";

std::string Trimmed(const std::string& text) {
  const auto first = text.find_first_not_of(kBlank);
  if (first == std::string::npos) {
    return {};
  }
  return text.substr(first, text.find_last_not_of(kBlank) - first + 1);
}

}  // namespace

DelimitedReader::DelimitedReader(std::unique_ptr<ByteSource> source, const DelimitedFormat& format)
    : source_(std::move(source)), format_(format) {}

Expected<bool> DelimitedReader::Next(Row* row) {
  for (;;) {
    row->line = line_;
    row->fields.clear();
    row->problem.clear();
    row->line_end_in_quotes = false;
    if (start_ == buffer_.size() && at_end_) {
      return false;
    }
    switch (start_ == buffer_.size() ? Parse::kNeedsMore : ParseRecord(row)) {
      case Parse::kRecord:
        Consume(end_);
        if (row->fields.empty()) {
          continue;  // An empty line.
        }
        return true;
      case Parse::kBroken:
        row->fields.assign(1, "");
        row->line_end_in_quotes = false;
        return NextLine(&row->fields.front());
      case Parse::kNeedsMore:
        if (auto filled = Fill(); !filled.ok()) {
          return filled;
        }
    }
  }
}

Expected<bool> DelimitedReader::NextLine(std::string* line) {
  line->clear();
  bool any = false;
  for (;;) {
    const auto newline = buffer_.find('\n', start_);
    const std::size_t stop = std::min(newline, buffer_.size());
    any = any || start_ < buffer_.size();
    line->append(buffer_, start_, std::min(stop - start_, kRecordBytesMax - line->size()));
    if (newline == std::string::npos && !at_end_) {
      // What was looked at goes, so that no byte is looked at twice.
      Consume(stop);
      if (auto filled = Fill(); !filled.ok()) {
        return filled;
      }
      continue;
    }
    Consume(newline == std::string::npos ? stop : stop + 1);
    if (line->ends_with('\r')) {
      line->pop_back();
    }
    return any;
  }
}

DelimitedReader::Parse DelimitedReader::ParseRecord(Row* row) {
  std::size_t at = start_;
  if (const auto width = LineEndAt(at); width > 0) {
    end_ = at + width;
    return Parse::kRecord;
  }
  for (;;) {
    std::string field;
    const bool quoted =
        format_.quote != '\0' && at < buffer_.size() && buffer_[at] == format_.quote;
    const Parse parsed =
        quoted ? ParseQuoted(&at, &field, row) : ParsePlain(&at, &field, &row->problem);
    if (parsed != Parse::kRecord) {
      if (parsed == Parse::kBroken) {
        row->problem = fmt::format("column {}: {}", row->fields.size() + 1, row->problem);
      }
      return parsed;
    }
    AddField(std::move(field), quoted, row);
    if (at == buffer_.size()) {
      end_ = at;  // The file ends without a line end.
      return Parse::kRecord;
    }
    if (const auto width = LineEndAt(at); width > 0) {
      end_ = at + width;
      return Parse::kRecord;
    }
    ++at;  // The separator.
  }
}

DelimitedReader::Parse DelimitedReader::ParseQuoted(std::size_t* at, std::string* field, Row* row) {
  std::size_t position = *at + 1;
  for (;;) {
    const auto quote = buffer_.find(format_.quote, position);
    const bool too_long = std::min(quote, buffer_.size()) - start_ > kRecordBytesMax;
    if (too_long || (quote == std::string::npos && at_end_)) {
      row->problem = "the quote that opens the field is never closed";
      return Parse::kBroken;
    }
    const auto searched = buffer_.begin() + static_cast<std::ptrdiff_t>(position);
    const auto found =
        buffer_.begin() + static_cast<std::ptrdiff_t>(std::min(quote, buffer_.size()));
    if (std::find(searched, found, '\n') != found) {
      if (!format_.multiline) {
        row->problem = "the quote that opens the field is not closed in its line";
        return Parse::kBroken;
      }
      row->line_end_in_quotes = true;
    }
    if (quote == std::string::npos || (quote + 2 > buffer_.size() && !at_end_)) {
      return Parse::kNeedsMore;
    }
    field->append(buffer_, position, quote - position);
    position = quote + 1;
    if (position < buffer_.size() && buffer_[position] == format_.quote) {
      field->push_back(format_.quote);
      ++position;
      continue;
    }
    if (position < buffer_.size() && buffer_[position] == '\r' && position + 1 == buffer_.size() &&
        !at_end_) {
      return Parse::kNeedsMore;
    }
    if (position < buffer_.size() && buffer_[position] != format_.separator &&
        LineEndAt(position) == 0) {
      row->problem = "there is text after the closing quote";
      return Parse::kBroken;
    }
    *at = position;
    return Parse::kRecord;
  }
}

DelimitedReader::Parse DelimitedReader::ParsePlain(std::size_t* at, std::string* field,
                                                   std::string* problem) {
  const char ends[] = {format_.separator, '\n'};
  const auto end = buffer_.find_first_of(std::string_view(ends, sizeof ends), *at);
  if (std::min(end, buffer_.size()) - start_ > kRecordBytesMax) {
    *problem = fmt::format("the row is longer than {} KiB", kRecordBytesMax / 1024);
    return Parse::kBroken;
  }
  if (end == std::string::npos && !at_end_) {
    return Parse::kNeedsMore;
  }
  std::size_t stop = std::min(end, buffer_.size());
  if (stop < buffer_.size() && buffer_[stop] == '\n' && stop > *at && buffer_[stop - 1] == '\r') {
    --stop;
  }
  field->assign(buffer_, *at, stop - *at);
  *at = stop;
  return Parse::kRecord;
}

std::size_t DelimitedReader::LineEndAt(std::size_t at) const {
  if (at < buffer_.size() && buffer_[at] == '\n') {
    return 1;
  }
  const bool crlf = at + 1 < buffer_.size() && buffer_[at] == '\r' && buffer_[at + 1] == '\n';
  return crlf ? 2 : 0;
}

void DelimitedReader::Consume(std::size_t end) {
  line_ += std::count(buffer_.begin() + static_cast<std::ptrdiff_t>(start_),
                      buffer_.begin() + static_cast<std::ptrdiff_t>(end), '\n');
  start_ = end;
}

Expected<bool> DelimitedReader::Fill() {
  buffer_.erase(0, start_);
  start_ = 0;
  const std::size_t old = buffer_.size();
  buffer_.resize(old + kReadBytes);
  auto count = source_->Read(buffer_.data() + old, kReadBytes);
  buffer_.resize(old + (count.ok() ? count.value() : 0));
  if (!count.ok()) {
    // Everything before the trouble is in the buffer.
    const auto lines = std::count(buffer_.begin(), buffer_.end(), '\n');
    return Error{line_ + lines, count.error().message};
  }
  at_end_ = count.value() == 0;
  if (begun_) {
    return true;
  }
  // The mark may come in pieces.
  if (!at_end_ && buffer_.size() < kByteOrderMark.size()) {
    return Fill();
  }
  begun_ = true;
  if (buffer_.starts_with(kByteOrderMark)) {
    buffer_.erase(0, kByteOrderMark.size());
  }
  return true;
}

void DelimitedReader::AddField(std::string field, bool quoted, Row* row) const {
  // A plain line that ends the file may keep the CR of a cut-off CRLF.
  if (!quoted && at_end_ && field.ends_with('\r')) {
    field.pop_back();
  }
  row->fields.push_back(format_.trim ? Trimmed(field) : std::move(field));
}

Row SplitLine(std::string line, const DelimitedFormat& format) {
  DelimitedReader reader(nullptr, format);
  reader.buffer_ = std::move(line);
  reader.begun_ = true;
  reader.at_end_ = true;
  Row row;
  if (const auto read = reader.Next(&row); !read.ok() || !read.value()) {
    return {};
  }
  return row;
}

}  // namespace florin::importer
