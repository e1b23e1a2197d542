#include "storage/journal/last_position.h"

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

#include "storage/format/bytes.h"
#include "storage/format/errors.h"
#include "storage/format/record_codec.h"
#include "storage/rocks/from_rocks.h"

namespace florin::storage {
namespace {

constexpr std::size_t kSlotSize = 512;
constexpr int kSlots = 2;
constexpr std::string_view kMagic = "FLORINLP";
/// Magic, position, time, hash; the checksum follows.
constexpr std::size_t kBodySize = 8 + 8 + 8 + 32;

std::string EncodeSlot(const JournalHead& head) {
  std::string slot(kMagic);
  PutBigEndian64(&slot, head.position);
  PutBigEndian64(&slot, head.time);
  for (const std::uint8_t byte : head.hash) slot.push_back(static_cast<char>(byte));
  // The chain's own hash serves as checksum: nothing weaker needs to be brought
  // in for 56 bytes.
  const Hash checksum = ChainHash(Hash{}, slot);
  for (const std::uint8_t byte : checksum) slot.push_back(static_cast<char>(byte));
  slot.resize(kSlotSize, '\0');
  return slot;
}

std::optional<JournalHead> DecodeSlot(std::string_view slot) {
  if (slot.size() < kSlotSize || slot.substr(0, kMagic.size()) != kMagic) return std::nullopt;
  const Hash checksum = ChainHash(Hash{}, slot.substr(0, kBodySize));
  const auto same = [](std::uint8_t a, char b) { return a == static_cast<std::uint8_t>(b); };
  if (!std::equal(checksum.begin(), checksum.end(), slot.begin() + kBodySize, same))
    return std::nullopt;
  JournalHead head;
  head.position = ReadBigEndian64(slot.data() + 8);
  head.time = ReadBigEndian64(slot.data() + 16);
  for (std::size_t i = 0; i < head.hash.size(); ++i)
    head.hash[i] = static_cast<std::uint8_t>(slot[24 + i]);
  return head;
}

}  // namespace

LastPosition::LastPosition(std::shared_ptr<rocksdb::FileSystem> file_system, std::string path,
                           bool sync)
    : file_system_(std::move(file_system)), path_(std::move(path)), sync_(sync) {}

LastPosition::~LastPosition() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  changed_.notify_all();
  if (thread_.joinable()) thread_.join();
}

domain::Result<std::unique_ptr<LastPosition>> LastPosition::Open(
    std::shared_ptr<rocksdb::FileSystem> file_system, const std::string& path, bool sync) {
  std::unique_ptr<LastPosition> file(new LastPosition(std::move(file_system), path, sync));
  const bool there = file->file_system_->FileExists(path, rocksdb::IOOptions(), nullptr).ok();
  if (!there) {
    if (domain::Status created = file->Create(); !created.ok()) return created.refusal();
  }
  const rocksdb::IOStatus opened =
      file->file_system_->NewRandomRWFile(path, rocksdb::FileOptions(), &file->file_, nullptr);
  if (!opened.ok()) return FromRocks(opened, "opening", path);
  if (there) {
    if (domain::Status loaded = file->Load(); !loaded.ok()) return loaded.refusal();
  }
  file->thread_ = std::thread([raw = file.get()] { raw->SyncLoop(); });
  return file;
}

domain::Status LastPosition::Create() {
  // Made under another name first: a crash must not leave a file without a
  // whole slot.
  const std::string draft = path_ + ".new";
  const rocksdb::IOOptions options;
  std::unique_ptr<rocksdb::FSWritableFile> file;
  rocksdb::IOStatus status =
      file_system_->NewWritableFile(draft, rocksdb::FileOptions(), &file, nullptr);
  const std::string slot = EncodeSlot(JournalHead{});
  for (int i = 0; i < kSlots && status.ok(); ++i) status = file->Append(slot, options, nullptr);
  if (status.ok()) status = file->Sync(options, nullptr);
  if (status.ok()) status = file->Close(options, nullptr);
  if (status.ok()) status = file_system_->RenameFile(draft, path_, options, nullptr);
  std::unique_ptr<rocksdb::FSDirectory> directory;
  const std::string parent = path_.substr(0, path_.find_last_of('/'));
  if (status.ok()) status = file_system_->NewDirectory(parent, options, &directory, nullptr);
  if (status.ok()) status = directory->Fsync(options, nullptr);
  if (!status.ok()) return FromRocks(status, "creating", path_);
  return domain::Ok{};
}

domain::Status LastPosition::Load() {
  for (int i = 0; i < kSlots; ++i) {
    std::array<char, kSlotSize> scratch{};
    rocksdb::Slice slice;
    const rocksdb::IOStatus status =
        file_->Read(static_cast<std::uint64_t>(i) * kSlotSize, kSlotSize, rocksdb::IOOptions(),
                    &slice, scratch.data(), nullptr);
    if (!status.ok()) return FromRocks(status, "reading", path_);
    const std::optional<JournalHead> head = DecodeSlot({slice.data(), slice.size()});
    if (!head || (found_ && found_->position >= head->position)) continue;
    found_ = head;
    open_slot_ = (i + 1) % kSlots;
  }
  if (found_) return domain::Ok{};
  return DataCorrupt("The file " + path_ +
                         " has no intact slot, so nothing tells how much of the journal was "
                         "acknowledged. Restore it from the same backup as the journal.",
                     {path_});
}

domain::Status LastPosition::Write(const JournalHead& head) {
  const std::string slot = EncodeSlot(head);
  const std::lock_guard lock(mutex_);
  const rocksdb::IOStatus status = file_->Write(static_cast<std::uint64_t>(open_slot_) * kSlotSize,
                                                slot, rocksdb::IOOptions(), nullptr);
  if (!status.ok()) return FromRocks(status, "writing", path_);
  if (!sync_) return domain::Ok{};
  // Already told: it is asleep until the interval is over, or about to look.
  if (!wanted_) changed_.notify_all();
  wanted_ = true;
  return domain::Ok{};
}

domain::Status LastPosition::Health() {
  const std::lock_guard lock(mutex_);
  if (failure_) return *failure_;
  return domain::Ok{};
}

void LastPosition::SyncLoop() {
  std::unique_lock lock(mutex_);
  while (true) {
    changed_.wait(lock, [this] { return wanted_ || stopping_; });
    // What was written last is synced also when stopping.
    if (!wanted_) return;
    // What is written from here on asks for the next sync.
    wanted_ = false;
    lock.unlock();
    const rocksdb::IOStatus status = file_->Sync(rocksdb::IOOptions(), nullptr);
    lock.lock();
    if (!status.ok()) failure_ = FromRocks(status, "syncing", path_);
    // Whole on disk unless it was written again meanwhile: then the other slot still is, and stays
    // untouched until this one is.
    if (status.ok() && !wanted_) open_slot_ = (open_slot_ + 1) % kSlots;
    changed_.wait_for(lock, kSyncInterval, [this] { return stopping_; });
  }
}

}  // namespace florin::storage
