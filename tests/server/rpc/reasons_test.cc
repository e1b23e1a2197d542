// The contract's list of reasons, the domain's table and docs/errors.md agree.

#include <google/protobuf/descriptor.h>
#include <gtest/gtest.h>

#include <fstream>
#include <map>
#include <regex>
#include <sstream>
#include <string>

#include "domain/reason.h"
#include "florin/v1/errors.pb.h"
#include "google/rpc/code.pb.h"

namespace florin::server {
namespace {

std::string ReadFile(const std::string& path) {
  std::ifstream file(FLORIN_SOURCE_DIR "/" + path);
  EXPECT_TRUE(file) << path;
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

std::string NameOf(const google::protobuf::EnumValueDescriptor& value) {
  return value.name().substr(std::string("REASON_").size());
}

// Name -> code's name, from the "// NOT_FOUND" lines that head each group of
// errors.proto; and the names that [R] marks.
struct Contract {
  std::map<std::string, std::string> codes;
  std::map<std::string, bool> recorded;
};

Contract ReadContract() {
  Contract contract;
  std::string code;
  std::istringstream lines(ReadFile("proto/florin/v1/errors.proto"));
  const std::regex value("^  REASON_([A-Z_]+) = [0-9]+;(.*)$");
  const std::regex head("^  // ([A-Z_]+)[:,.]?.*$");
  std::smatch match;
  for (std::string line; std::getline(lines, line);) {
    if (std::regex_match(line, match, value)) {
      contract.codes[match[1]] = code;
      contract.recorded[match[1]] = match[2].str().find("[R]") != std::string::npos;
    } else if (std::regex_match(line, match, head)) {
      google::rpc::Code parsed;
      if (google::rpc::Code_Parse(match[1], &parsed)) code = match[1];
    }
  }
  return contract;
}

TEST(ReasonsTest, DomainListsEveryReasonOfTheContractWithItsNumber) {
  const auto* const list = v1::Reason_descriptor();
  for (int i = 1; i < list->value_count(); ++i) {
    const auto& value = *list->value(i);
    const domain::Reason reason = domain::ReasonFromName(NameOf(value));
    EXPECT_EQ(static_cast<int>(reason), value.number()) << value.name();
  }
}

TEST(ReasonsTest, OrderOfCheckingIsTheListsOrder) {
  const auto* const list = v1::Reason_descriptor();
  int last = -1;
  for (int i = 0; i < list->value_count(); ++i) {
    const int rank = domain::RankOf(static_cast<domain::Reason>(list->value(i)->number()));
    EXPECT_GT(rank, last) << list->value(i)->name();
    last = rank;
  }
}

TEST(ReasonsTest, CodesAndRecordingAreTheContracts) {
  const Contract contract = ReadContract();
  const auto* const list = v1::Reason_descriptor();
  ASSERT_EQ(contract.codes.size(), static_cast<std::size_t>(list->value_count()));
  for (int i = 1; i < list->value_count(); ++i) {
    const std::string name = NameOf(*list->value(i));
    const domain::ReasonInfo& info = domain::InfoOf(domain::ReasonFromName(name));
    EXPECT_EQ(info.recorded, contract.recorded.at(name)) << name;
    // The first group is headed by both of its codes.
    if (name == "PERMISSION_DENIED") continue;
    EXPECT_EQ(google::rpc::Code_Name(info.code), contract.codes.at(name)) << name;
  }
}

TEST(ReasonsTest, DocumentExplainsEachReasonOnce) {
  const std::string document = ReadFile("docs/errors.md");
  // | `REASON` | CODE | [R] or empty | cause | what to do |
  const std::regex row(
      R"(\| `([A-Z_]+)` \| ([A-Z_]+) \| (R?) *\| ([^|\n]{10,}) \| ([^|\n]{10,}) \|)");
  std::map<std::string, int> found;
  for (std::sregex_iterator it(document.begin(), document.end(), row), end; it != end; ++it) {
    const std::string name = (*it)[1];
    const domain::Reason reason = domain::ReasonFromName(name);
    ASSERT_NE(reason, domain::Reason::kNone) << name;
    const domain::ReasonInfo& info = domain::InfoOf(reason);
    EXPECT_EQ((*it)[2], google::rpc::Code_Name(info.code)) << name;
    EXPECT_EQ((*it)[3] == "R", info.recorded) << name;
    ++found[name];
  }
  const auto* const list = v1::Reason_descriptor();
  for (int i = 1; i < list->value_count(); ++i) {
    EXPECT_EQ(found[NameOf(*list->value(i))], 1) << list->value(i)->name();
  }
}

}  // namespace
}  // namespace florin::server
