// Goal: florin-bench runs from end to end; its document has the keys that docs/performance.md
// names.

#include <gtest/gtest.h>

#include <array>
#include <cstdio>
#include <map>
#include <nlohmann/json.hpp>
#include <string>

namespace {

struct Finished {
  int exit_code = -1;
  std::string output;
};

Finished RunBench(const std::string& arguments) {
  const std::string command = std::string(FLORIN_BENCH_PATH) + " " + arguments;
  Finished run;
  FILE* const pipe = popen(command.c_str(), "r");
  if (pipe == nullptr) return run;
  std::array<char, 4096> buffer{};
  for (std::size_t count; (count = fread(buffer.data(), 1, buffer.size(), pipe)) > 0;)
    run.output.append(buffer.data(), count);
  run.exit_code = WEXITSTATUS(pclose(pipe));
  return run;
}

TEST(BenchTest, MeasuresEveryThingItNames) {
  const Finished run = RunBench(
      "--json --rounds 1 --seconds 0.3 --warm-up 0.1 --in-flight 4 --batch-sizes 50 --accounts 100 "
      "--log 5000 --holds 2000 "
      "--rate 500 --only "
      "echo,raw,unary,batch,stream,holds,expiry,replay,delivery,filters,stalled,subscribers,group,"
      "startup "
      "--directory " FLORIN_BENCH_DIRECTORY " 2>/dev/null");
  ASSERT_EQ(run.exit_code, 0) << run.output;
  const auto document = nlohmann::json::parse(run.output);
  std::map<std::string, nlohmann::json> rows;
  for (const auto& row : document.at("rows")) rows[row.at("name")] = row;
  for (const char* const name :
       {"echo-4", "unary-4", "batch-50", "raw-50", "raw-index-50", "stream", "holds", "expiry",
        "replay", "start-clean", "start-killed", "delivery", "unstalled", "stalled",
        "subscribers"}) {
    ASSERT_TRUE(rows.contains(name)) << name << " in " << run.output;
    EXPECT_GT(rows[name].at("value"), 0) << name;
  }
  EXPECT_EQ(rows["unary-4"].at("baseline"), "echo-4");
  EXPECT_GT(rows["unary-4"].at("ratio"), 0);
  for (const char* const key :
       {"p50_ms", "p99_ms", "p999_ms", "server_cores", "client_cores", "commit_commands",
        "commit_bytes", "commit_ms", "written_bytes", "kept_bytes", "peak_memory_mib"}) {
    EXPECT_TRUE(rows["batch-50"].contains(key)) << key;
  }
  // What they cost may be below what is noise.
  ASSERT_TRUE(rows.contains("filters"));
  // Members may still be joining when so little time is over.
  EXPECT_TRUE(rows.contains("group"));
  EXPECT_GT(rows["filters"].at("server_cores_without"), 0);
  EXPECT_EQ(rows["stalled"].at("baseline"), "unstalled");
  for (const char* key : {"resident_mib", "more_memory_mib", "grown_mib"})
    EXPECT_TRUE(rows["stalled"].contains(key)) << key;
  EXPECT_GT(rows["unstalled"].at("resident_mib"), 0);
  EXPECT_TRUE(rows["subscribers"].contains("later_kib"));
  EXPECT_EQ(document.at("notes").size(), 0) << document.at("notes");
}

TEST(BenchTest, RefusesMemory) {
  const Finished run = RunBench("--only echo --directory /dev/shm/florin-bench-test 2>&1");
  EXPECT_EQ(run.exit_code, 1);
  EXPECT_NE(run.output.find("lies in memory, where a sync costs nothing"), std::string::npos)
      << run.output;
}

}  // namespace
