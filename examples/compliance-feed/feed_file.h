#pragma once

#include <clients/cpp/effect_store.h>

#include <cstdint>
#include <string>

/// A file of lines with a transaction: what is appended and how far the feed has
/// come change together.
///
/// Beside FILE stands FILE.checkpoint, "LENGTH MARK". A commit appends, syncs, and
/// then replaces FILE.checkpoint by renaming, which is the moment when it counts.
/// Whatever is in FILE beyond LENGTH is cut off at the next start, and comes again
/// from the ledger.
class FeedFile final : public florin::client::EffectStore {
 public:
  explicit FeedFile(std::string path);
  ~FeedFile() override;
  FeedFile(const FeedFile&) = delete;
  FeedFile& operator=(const FeedFile&) = delete;

  /// Takes the file for this process alone. Fails if another has it, if
  /// FILE.checkpoint is gone, or if FILE is shorter than it says.
  florin::client::Result<std::string> Load() override;
  florin::client::DoneResult Begin() override;
  /// Within a transaction.
  void Append(const std::string& line);
  florin::client::DoneResult Save(const std::string& from, const std::string& to) override;
  florin::client::DoneResult Commit() override;
  void Rollback() override;

 private:
  florin::client::DoneResult Open();
  florin::client::DoneResult ReadCheckpoint();
  florin::client::DoneResult WriteCheckpoint(std::int64_t length, const std::string& mark);

  const std::string path_;
  const std::string checkpoint_path_;
  int file_ = -1;
  std::int64_t length_ = 0;  // committed
  std::string mark_;         // committed
  std::string lines_;        // of the open transaction
  std::string next_mark_;    // of the open transaction
};
