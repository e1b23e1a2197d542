#pragma once

#include <string>

#include "clients/cpp/effect_store.h"

struct sqlite3;

namespace florin::client {

/// Keeps a checkpoint in the SQLite database that an application's effects go to.
///
/// The application writes its effects through `handle()` within the transaction
/// that is open while its Apply runs. Several stores with different names may
/// share a file, as may other programs.
///
/// Shape: table florin_checkpoints(name, checkpoint), one row for each name; it
/// is made at the first use. The database is switched to WAL with
/// synchronous=FULL, so that a commit outlives a crash of the machine.
/// Threads: one at a time, the application's use of `handle()` included.
class SqliteEffectStore final : public EffectStore {
 public:
  /// Opens `path`, or makes it; a problem shows in Load.
  SqliteEffectStore(const std::string& path, std::string name);
  ~SqliteEffectStore() override;
  SqliteEffectStore(const SqliteEffectStore&) = delete;
  SqliteEffectStore& operator=(const SqliteEffectStore&) = delete;

  Result<std::string> Load() override;
  /// Waits up to 5 s for other programs that write.
  DoneResult Begin() override;
  DoneResult Save(const std::string& from, const std::string& to) override;
  DoneResult Commit() override;
  void Rollback() override;

  /// Runs statements without results, as within Apply.
  DoneResult Execute(const std::string& sql);
  /// The connection; null if the file could not be opened.
  [[nodiscard]] sqlite3* handle() { return database_; }

 private:
  [[nodiscard]] ClientError Problem(const std::string& doing) const;

  const std::string path_;
  const std::string name_;
  sqlite3* database_ = nullptr;
};

}  // namespace florin::client
