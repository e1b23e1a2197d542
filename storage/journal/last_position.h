#pragma once

#include <rocksdb/file_system.h>

#include <chrono>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>

#include "domain/result.h"
#include "storage/journal/journal.h"

namespace florin::storage {

/// The file `last_position`: how far the journal was acknowledged, kept apart
/// from the journal so that start-up can tell a torn tail (never acknowledged)
/// from lost acknowledged data.
///
/// Shape: two slots of 512 bytes, of which one is written until it is synced and
/// then the other, so that a torn write leaves one (docs/formats/directories.md). Durability: a
/// mark is written after its commit group's sync, so it never leads, and a process that dies leaves
/// it whole. It is synced by a thread of its own, every kSyncInterval while there is something new:
/// after a power loss it may lag by that much. Threads: Write and failure from the journal's
/// writer.
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

  /// Two syncs are at least so far apart: each takes its turn on the disk from the journal's.
  static constexpr std::chrono::milliseconds kSyncInterval{10};

  /// Writes the mark and has it synced in the background.
  domain::Status Write(const JournalHead& head);
  /// Why a mark could not be synced, if so.
  [[nodiscard]] domain::Status Health();

 private:
  LastPosition(std::shared_ptr<rocksdb::FileSystem> file_system, std::string path, bool sync);

  domain::Status Load();
  domain::Status Create();
  void SyncLoop();

  std::shared_ptr<rocksdb::FileSystem> file_system_;
  std::string path_;
  bool sync_;
  std::optional<JournalHead> found_;
  std::unique_ptr<rocksdb::FSRandomRWFile> file_;

  std::mutex mutex_;
  std::condition_variable changed_;
  // All guarded by mutex_.
  // The slot to write; the other one is whole on disk.
  int open_slot_ = 0;
  bool wanted_ = false;
  bool stopping_ = false;
  std::optional<domain::Refusal> failure_;
  std::thread thread_;
};

}  // namespace florin::storage
