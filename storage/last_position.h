#pragma once

#include <rocksdb/file_system.h>

#include <condition_variable>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>

#include "domain/result.h"
#include "storage/journal.h"

namespace florin::storage {

/// The file `last_position`: how far the journal was acknowledged, kept apart
/// from the journal so that start-up can tell a torn tail (never acknowledged)
/// from lost acknowledged data.
///
/// Shape: two slots of 512 bytes written in turn, so that a torn write leaves
/// the other one (docs/formats/directories.md). Durability: a mark is written
/// after its group's sync and synced while the next group is; so it may lag one
/// group but never leads. Threads: Write and Wait from the journal's writer;
/// syncing is on a thread of its own.
class LastPosition {
 public:
  /// Opens or creates. Errors: kDataCorrupt if the file is there and neither
  /// slot is whole.
  static domain::Result<std::unique_ptr<LastPosition>> Open(
      std::shared_ptr<rocksdb::FileSystem> file_system, const std::string& path, bool sync);
  ~LastPosition();

  LastPosition(const LastPosition&) = delete;
  LastPosition& operator=(const LastPosition&) = delete;

  /// What was found on opening; nothing if the file is new.
  [[nodiscard]] const std::optional<JournalHead>& found() const { return found_; }
  [[nodiscard]] const std::string& path() const { return path_; }

  /// Writes the mark and has it synced in the background.
  domain::Status Write(const JournalHead& head);
  /// Until the last mark is synced.
  domain::Status Wait();

 private:
  LastPosition(std::shared_ptr<rocksdb::FileSystem> file_system, std::string path, bool sync);

  domain::Status Load();
  domain::Status Create();
  void SyncLoop();

  std::shared_ptr<rocksdb::FileSystem> file_system_;
  std::string path_;
  bool sync_;
  std::optional<JournalHead> found_;
  int next_slot_ = 0;
  std::unique_ptr<rocksdb::FSRandomRWFile> file_;

  std::mutex mutex_;
  std::condition_variable changed_;
  // Guarded by mutex_.
  bool wanted_ = false;
  bool stopping_ = false;
  std::optional<domain::Refusal> failure_;
  std::thread thread_;
};

}  // namespace florin::storage
