#include "apps/importer/rejects_writer.h"

#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <string_view>
#include <utility>

#include "apps/importer/rejects_path.h"

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
  std::string line = fmt::format("{},{},{}", row.line, reason, Quoted(message));
  for (const auto& field : row.fields) {
    line += ',' + Quoted(field);
  }
  Put(line);
}

std::optional<Error> RejectsWriter::error() {
  const std::scoped_lock lock(mutex_);
  return error_;
}

std::optional<Error> RejectsWriter::Finish(bool whole) {
  const std::scoped_lock lock(mutex_);
  if (file_) {
    if (std::fclose(file_.release()) != 0) {
      Fail();
    }
  } else if (!opened_ && whole && IsRejectsFile(path_)) {
    // The list itself goes, and not a symbolic link to it.
    std::error_code ignored;
    const auto place = std::filesystem::canonical(path_, ignored);
    std::filesystem::remove(place, ignored);
  }
  return error_;
}

void RejectsWriter::Open() {
  opened_ = true;
  const auto opened = OpenRejectsFile(path_);
  if (!opened.ok()) {
    error_ = opened.error();
    return;
  }
  file_.reset(fdopen(opened.value(), "w"));
  if (!file_) {
    Fail();
    close(opened.value());
    return;
  }
  std::string line = kRejectsBegin;
  for (const auto& column : columns_) {
    line += ',' + Quoted(column);
  }
  Put(line);
}

void RejectsWriter::Put(const std::string& line) {
  if (file_ && (std::fwrite(line.data(), 1, line.size(), file_.get()) != line.size() ||
                std::fputc('\n', file_.get()) == EOF)) {
    Fail();
  }
}

void RejectsWriter::Fail() {
  if (!error_) {
    error_ = Error{0, fmt::format("cannot write the rejected rows to {}: {}; "
                                  "name another file with --rejects",
                                  path_, std::strerror(errno))};
  }
}

}  // namespace florin::importer
