#include "bench/raw_load.h"

#include <rocksdb/db.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <filesystem>
#include <stdexcept>

#include "bench/thread_load.h"
#include "bench/transfers.h"
#include "clients/cpp/client.h"
#include "storage/rocks/rocks_options.h"

namespace florin::bench {
namespace {

constexpr std::size_t kBlockCacheBytes = std::size_t{128} << 20;

/// As florind protects what it appends while it is in memory.
constexpr std::size_t kProtectionBytes = 8;

/// Besides an entry for each id florind writes one for every 32nd version of an account, of which a
/// transfer makes two, and now and then the accounts themselves: a tenth of the transfers' number,
/// with 10,000 accounts.
constexpr std::uint64_t kTransfersPerVersionEntry = 16;
constexpr std::uint64_t kTransfersPerAccountEntry = 10;
constexpr std::size_t kAccountBytes = 90;

void Check(const rocksdb::Status& status) {
  if (!status.ok()) throw std::runtime_error("raw RocksDB: " + status.ToString());
}

std::string BigEndian(std::uint64_t number) {
  std::string key(8, '\0');
  for (int i = 7; i >= 0; --i, number >>= 8)
    key[static_cast<std::size_t>(i)] = static_cast<char>(number);
  return key;
}

std::unique_ptr<rocksdb::DB> OpenDatabase(const rocksdb::DBOptions& database,
                                          const rocksdb::ColumnFamilyOptions& family,
                                          const std::string& directory) {
  std::filesystem::remove_all(directory);
  std::filesystem::create_directories(std::filesystem::path(directory).parent_path());
  rocksdb::DB* opened = nullptr;
  Check(rocksdb::DB::Open(rocksdb::Options(database, family), directory, &opened));
  return std::unique_ptr<rocksdb::DB>(opened);
}

class RawLoadImpl final : public ThreadLoad {
 public:
  RawLoadImpl(const std::string& directory, const Workload& workload, RawShape shape,
              bool with_index)
      : ThreadLoad(1),
        shape_(std::move(shape)),
        shared_(storage::MakeRocksShared(nullptr, kBlockCacheBytes)),
        journal_(OpenDatabase(storage::JournalDbOptions(shared_),
                              storage::JournalFamilyOptions(shared_), directory + "/journal")),
        ids_(workload, 1) {
    if (with_index)
      index_ = OpenDatabase(storage::IndexDbOptions(shared_), storage::IndexFamilyOptions(shared_),
                            directory + "/index");
  }
  ~RawLoadImpl() override { Stop(); }

 private:
  void Run(int) override {
    std::size_t next = 0;
    double owed = 0;
    while (!stopping()) {
      const auto start = std::chrono::steady_clock::now();
      AppendOnce(&next);
      if (index_ != nullptr) PutIndex();
      latencies().Record(std::chrono::steady_clock::now() - start);
      owed += shape_.commands;
      const auto whole = static_cast<std::int64_t>(owed);
      CountDone(whole);
      owed -= static_cast<double>(whole);
    }
  }

  void AppendOnce(std::size_t* next) {
    rocksdb::WriteBatch batch(0, 0, kProtectionBytes, 0);
    double left = shape_.bytes;
    while (left > 0) {
      const std::string& commit_group =
          shape_.commit_groups[(*next)++ % shape_.commit_groups.size()];
      const auto take = std::min(static_cast<double>(commit_group.size()), left);
      Check(batch.Put(BigEndian(++position_),
                      rocksdb::Slice(commit_group.data(), static_cast<std::size_t>(take))));
      left -= std::max(take, 1.0);
    }
    rocksdb::WriteOptions options;
    options.sync = true;
    Check(journal_->Write(options, &batch));
  }

  void PutIndex() {
    rocksdb::WriteBatch batch;
    const auto commands = static_cast<std::int64_t>(std::ceil(shape_.commands));
    for (std::int64_t i = 0; i < commands; ++i) {
      Check(batch.Put("t" + ids_.NextId(), BigEndian(++position_)));
      const std::string account = AccountName(static_cast<std::int64_t>(position_ * 7919 % 10'000));
      if (position_ % kTransfersPerVersionEntry == 0)
        Check(batch.Put("s" + account + BigEndian(position_), BigEndian(position_)));
      if (position_ % kTransfersPerAccountEntry == 0)
        Check(batch.Put("a" + account, std::string(kAccountBytes, 'x')));
    }
    rocksdb::WriteOptions options;
    options.disableWAL = true;
    Check(index_->Write(options, &batch));
  }

  const RawShape shape_;
  storage::RocksShared shared_;
  std::unique_ptr<rocksdb::DB> journal_;
  std::unique_ptr<rocksdb::DB> index_;
  TransferMaker ids_;
  std::uint64_t position_ = 0;
};

}  // namespace

std::unique_ptr<Load> RawLoad(const std::string& directory, const Workload& workload,
                              RawShape shape, bool with_index) {
  if (shape.commit_groups.empty())
    throw std::runtime_error("raw RocksDB: the server wrote nothing");
  return std::make_unique<RawLoadImpl>(directory, workload, std::move(shape), with_index);
}

std::vector<std::string> ReadCommitGroups(const std::string& address, std::size_t bytes_max) {
  const auto client = client::Client::Connect(address);
  const auto status = client->GetStatus({});
  if (!status.ok()) throw std::runtime_error("no status: " + status.error().ToString());
  v1::ReadCommitGroupsRequest request;
  // An event is some 60 bytes; from further back there is too much rather than too little.
  request.set_start_position(std::max<std::int64_t>(
      1, status.value().head_position() - static_cast<std::int64_t>(bytes_max / 30)));
  std::vector<std::string> commit_groups;
  std::size_t bytes = 0;
  while (bytes < bytes_max) {
    auto page = client->ReadCommitGroups(request);
    if (!page.ok()) throw std::runtime_error("no groups: " + page.error().ToString());
    for (v1::CommitGroup& commit_group : *page.value().mutable_commit_groups()) {
      bytes += commit_group.records().size();
      commit_groups.push_back(std::move(*commit_group.mutable_records()));
    }
    if (page.value().next_page_token().empty()) break;
    request.set_page_token(page.value().next_page_token());
  }
  return commit_groups;
}

}  // namespace florin::bench
