// Goal: effects and checkpoint in one SQLite database change together, also when
// the process is killed between any two steps.
#include "clients/sqlite/sqlite_effect_store.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sqlite3.h>
#include <sys/wait.h>

#include <cstdlib>
#include <vector>

#include "tests/clients/fake_log.h"
#include "tests/support/temporary_directory.h"

namespace florin::client {
namespace {

using testing::HasSubstr;

std::vector<std::int64_t> Seen(const std::string& path) {
  std::vector<std::int64_t> positions;
  sqlite3* database = nullptr;
  sqlite3_open(path.c_str(), &database);
  sqlite3_stmt* rows = nullptr;
  sqlite3_prepare_v2(database, "SELECT position FROM seen ORDER BY rowid", -1, &rows, nullptr);
  while (sqlite3_step(rows) == SQLITE_ROW) {
    positions.push_back(sqlite3_column_int64(rows, 0));
  }
  sqlite3_finalize(rows);
  sqlite3_close(database);
  return positions;
}

class SqliteEffectStoreTest : public testing::Test {
 protected:
  [[nodiscard]] std::string Path(const std::string& name) const {
    return directory_.path() + "/" + name;
  }

  const test_support::TemporaryDirectory directory_;
};

TEST_F(SqliteEffectStoreTest, KeepsTheCheckpointOfEachName) {
  SqliteEffectStore first(Path("db"), "first");
  SqliteEffectStore second(Path("db"), "second");
  EXPECT_EQ(first.Load().value(), "");
  EXPECT_EQ(second.Load().value(), "");
  ASSERT_TRUE(first.Begin().ok());
  ASSERT_TRUE(first.Save("", "a").ok());
  ASSERT_TRUE(first.Commit().ok());
  EXPECT_EQ(SqliteEffectStore(Path("db"), "first").Load().value(), "a");
  EXPECT_EQ(second.Load().value(), "");
}

TEST_F(SqliteEffectStoreTest, ARollbackUndoesEffectAndCheckpoint) {
  SqliteEffectStore store(Path("db"), "feed");
  ASSERT_TRUE(store.Load().ok());
  ASSERT_TRUE(store.Execute("CREATE TABLE seen(position INTEGER)").ok());
  ASSERT_TRUE(store.Begin().ok());
  ASSERT_TRUE(store.Execute("INSERT INTO seen VALUES(1)").ok());
  ASSERT_TRUE(store.Save("", "a").ok());
  store.Rollback();
  EXPECT_EQ(store.Load().value(), "");
  EXPECT_TRUE(Seen(Path("db")).empty());
}

TEST_F(SqliteEffectStoreTest, RefusesToMoveACheckpointThatSomebodyElseMoved) {
  SqliteEffectStore store(Path("db"), "feed");
  ASSERT_TRUE(store.Load().ok());
  ASSERT_TRUE(store.Begin().ok());
  ASSERT_TRUE(store.Save("", "a").ok());
  ASSERT_TRUE(store.Commit().ok());
  for (const char* from : {"", "b"}) {
    ASSERT_TRUE(store.Begin().ok());
    const DoneResult saved = store.Save(from, "c");
    ASSERT_FALSE(saved.ok());
    EXPECT_EQ(saved.error().code, grpc::StatusCode::ABORTED);
    EXPECT_THAT(saved.error().message, HasSubstr("another program has moved"));
    store.Rollback();
  }
  EXPECT_EQ(store.Load().value(), "a");
}

TEST_F(SqliteEffectStoreTest, SaysWhichFileItCannotUse) {
  SqliteEffectStore store(Path("missing/db"), "feed");
  const auto loaded = store.Load();
  ASSERT_FALSE(loaded.ok());
  EXPECT_EQ(loaded.error().code, grpc::StatusCode::INTERNAL);
  EXPECT_THAT(loaded.error().message, HasSubstr("missing/db"));
}

TEST_F(SqliteEffectStoreTest, AKillBetweenAnyTwoStepsRepeatsNothingAndLosesNothing) {
  FakeLog log;
  log.head = 6;
  log.command = 3;
  log.batch = 2;
  log.per_connection = 100;
  const FakeServer server({&log});
  const std::vector<std::int64_t> all = {1, 2, 3, 4, 5, 6};
  const auto run = [&](const std::string& database, int step) {
    const std::string command = "exec '" FLORIN_SQLITE_FEED "' " + server.target() + " " +
                                database + " " + std::to_string(step);
    return std::system(command.c_str());
  };
  for (int step = 0;; ++step) {
    const std::string database = Path("db" + std::to_string(step));
    const int status = run(database, step);
    if (WIFEXITED(status)) {
      // It has fewer steps than that.
      EXPECT_EQ(WEXITSTATUS(status), 0);
      EXPECT_GT(step, 8);
      break;
    }
    ASSERT_TRUE(WIFSIGNALED(status));
    ASSERT_EQ(run(database, -1), 0);
    ASSERT_EQ(Seen(database), all) << "killed at step " << step;
  }
}

}  // namespace
}  // namespace florin::client
