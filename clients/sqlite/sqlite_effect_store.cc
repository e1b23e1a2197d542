#include "clients/sqlite/sqlite_effect_store.h"

#include <sqlite3.h>

#include <memory>
#include <utility>

namespace florin::client {
namespace {

constexpr int kBusyMilliseconds = 5'000;
constexpr char kPrepareDatabase[] =
    "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;"
    "CREATE TABLE IF NOT EXISTS florin_checkpoints("
    "name TEXT PRIMARY KEY, checkpoint TEXT NOT NULL)";
// The first checkpoint makes the row. Either statement changes one row, or
// somebody else was here.
constexpr char kInsert[] = "INSERT OR IGNORE INTO florin_checkpoints(checkpoint, name) VALUES(?,?)";
constexpr char kUpdate[] =
    "UPDATE florin_checkpoints SET checkpoint = ? WHERE name = ? AND checkpoint = ?";
constexpr char kSelect[] = "SELECT checkpoint FROM florin_checkpoints WHERE name = ?";

struct Finalize {
  void operator()(sqlite3_stmt* statement) const { sqlite3_finalize(statement); }
};
using Statement = std::unique_ptr<sqlite3_stmt, Finalize>;

Statement Prepare(sqlite3* database, const char* sql) {
  sqlite3_stmt* statement = nullptr;
  sqlite3_prepare_v2(database, sql, -1, &statement, nullptr);
  return Statement(statement);
}

void Bind(const Statement& statement, int place, const std::string& text) {
  sqlite3_bind_text(statement.get(), place, text.data(), static_cast<int>(text.size()),
                    SQLITE_TRANSIENT);
}

}  // namespace

SqliteEffectStore::SqliteEffectStore(const std::string& path, std::string name)
    : path_(path), name_(std::move(name)) {
  if (sqlite3_open(path.c_str(), &database_) == SQLITE_OK) {
    sqlite3_busy_timeout(database_, kBusyMilliseconds);
  }
}

SqliteEffectStore::~SqliteEffectStore() { sqlite3_close(database_); }

Result<std::string> SqliteEffectStore::Load() {
  if (auto prepared = Execute(kPrepareDatabase); !prepared.ok()) {
    return prepared.error();
  }
  const Statement select = Prepare(database_, kSelect);
  if (!select) {
    return Problem("read the checkpoint in");
  }
  Bind(select, 1, name_);
  switch (sqlite3_step(select.get())) {
    case SQLITE_ROW:
      return std::string(reinterpret_cast<const char*>(sqlite3_column_text(select.get(), 0)));
    case SQLITE_DONE:
      return std::string();
    default:
      return Problem("read the checkpoint in");
  }
}

DoneResult SqliteEffectStore::Begin() { return Execute("BEGIN IMMEDIATE"); }

DoneResult SqliteEffectStore::Save(const std::string& from, const std::string& to) {
  const Statement statement = Prepare(database_, from.empty() ? kInsert : kUpdate);
  if (!statement) {
    return Problem("write the checkpoint to");
  }
  Bind(statement, 1, to);
  Bind(statement, 2, name_);
  if (!from.empty()) {
    Bind(statement, 3, from);
  }
  if (sqlite3_step(statement.get()) != SQLITE_DONE) {
    return Problem("write the checkpoint to");
  }
  if (sqlite3_changes(database_) != 1) {
    ClientError error;
    error.code = grpc::StatusCode::ABORTED;
    error.message = "another program has moved the checkpoint '" + name_ + "' in " + path_ +
                    "; run one of them only, or give them different names";
    return error;
  }
  return Done{};
}

DoneResult SqliteEffectStore::Commit() { return Execute("COMMIT"); }

void SqliteEffectStore::Rollback() {
  // Of a transaction that SQLite has ended by itself there is nothing to undo.
  if (database_ != nullptr && sqlite3_get_autocommit(database_) == 0) {
    (void)Execute("ROLLBACK");
  }
}

DoneResult SqliteEffectStore::Execute(const std::string& sql) {
  if (sqlite3_exec(database_, sql.c_str(), nullptr, nullptr, nullptr) != SQLITE_OK) {
    return Problem("write to");
  }
  return Done{};
}

ClientError SqliteEffectStore::Problem(const std::string& doing) const {
  ClientError error;
  error.code = grpc::StatusCode::INTERNAL;
  error.message = "cannot " + doing + " " + path_ + ": " + sqlite3_errmsg(database_);
  return error;
}

}  // namespace florin::client
