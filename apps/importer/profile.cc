#include "apps/importer/profile.h"

#include <fmt/format.h>

#include <cerrno>
#include <cstring>
#include <fstream>
#include <sstream>

namespace florin::importer {
namespace {

using Columns = std::vector<std::string>;

std::optional<Error> BindMetadata(MetadataSpec* metadata, const Columns& columns) {
  for (auto& [key, text] : *metadata) {
    if (auto error = text.Bind(columns)) {
      return error;
    }
  }
  return std::nullopt;
}

std::optional<Error> BindAccount(AccountSpec* account, const Columns& columns) {
  for (auto* text : {&account->id, &account->owner, &account->asset}) {
    if (auto error = text->Bind(columns)) {
      return error;
    }
  }
  return BindMetadata(&account->metadata, columns);
}

std::optional<Error> BindTransaction(TransactionSpec* transaction, const Columns& columns) {
  for (auto* text : {&transaction->id, &transaction->amount, &transaction->effective_time,
                     &transaction->type, &transaction->reference, &transaction->description}) {
    if (!*text) {
      continue;
    }
    if (auto error = (*text)->Bind(columns)) {
      return error;
    }
  }
  return BindMetadata(&transaction->metadata, columns);
}

std::optional<Error> BindRule(Rule* rule, const Columns& columns) {
  for (auto& condition : rule->conditions) {
    const auto index = FindColumn(columns, condition.column, condition.line);
    if (!index.ok()) {
      return index.error();
    }
    condition.index = index.value();
  }
  return BindTransaction(&rule->transaction, columns);
}

}  // namespace

std::optional<Error> Profile::Bind(const Columns& columns) {
  for (auto& account : accounts) {
    if (auto error = BindAccount(&account, columns)) {
      return error;
    }
  }
  if (auto error = BindTransaction(&transaction, columns)) {
    return error;
  }
  for (auto& rule : rules) {
    if (auto error = BindRule(&rule, columns)) {
      return error;
    }
  }
  return std::nullopt;
}

Expected<Profile> LoadProfile(const std::string& path) {
  std::ifstream stream(path, std::ios::binary);
  std::ostringstream text;
  if (!stream || !(text << stream.rdbuf())) {
    return Error{0, fmt::format("cannot read: {}", std::strerror(errno))};
  }
  return ParseProfile(text.str());
}

}  // namespace florin::importer
