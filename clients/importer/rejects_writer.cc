#include "clients/importer/rejects_writer.h"

#include <fmt/format.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <string_view>
#include <utility>

#include "clients/importer/rejects_path.h"

namespace florin::importer {
namespace {

std::string Quoted(std::string_view field) {
  if (field.find_first_of(",\"\r\n") == std::string_view::npos) {
    return std::string(field);
  }
  std::string result = "\"";
  for (const char c : field) {
    result += c == '"' ? "\"\"" : std::string(1, c);
  }
  return result + '"';
}

}  // namespace

RejectsWriter::RejectsWriter(std::string path, std::vector<std::string> columns)
    : path_(std::move(path)), columns_(std::move(columns)) {}

void RejectsWriter::Write(const Row& row, const std::string& reason, const std::string& message) {
  const std::scoped_lock lock(mutex_);
  if (!opened_) {
    Open();
  }
  file_ << row.line << ',' << reason << ',' << Quoted(message);
  for (const auto& field : row.fields) {
    file_ << ',' << Quoted(field);
  }
  file_ << '\n';
  Check();
}

std::optional<Error> RejectsWriter::error() {
  const std::scoped_lock lock(mutex_);
  return error_;
}

std::optional<Error> RejectsWriter::Finish(bool whole) {
  const std::scoped_lock lock(mutex_);
  if (opened_) {
    file_.close();
    Check();
  } else if (whole && IsRejectsFile(path_)) {
    std::error_code ignored;
    std::filesystem::remove(path_, ignored);
  }
  return error_;
}

void RejectsWriter::Open() {
  opened_ = true;
  errno = 0;
  file_.open(path_, std::ios::binary | std::ios::trunc);
  file_ << kRejectsBegin;
  for (const auto& column : columns_) {
    file_ << ',' << Quoted(column);
  }
  file_ << '\n';
  Check();
}

void RejectsWriter::Check() {
  if (!file_ && !error_) {
    error_ = Error{0, fmt::format("cannot write the rejected rows to {}: {}; "
                                  "name another file with --rejects",
                                  path_, std::strerror(errno))};
  }
}

}  // namespace florin::importer
