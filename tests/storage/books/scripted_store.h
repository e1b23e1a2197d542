#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <random>

#include "storage/books/embedded_store.h"
#include "tests/storage/books/ledger_script.h"
#include "tests/storage/fault_file_system.h"
#include "tests/support/temporary_directory.h"

namespace florin::storage::testing {

/// A store in a directory of its own, filled at random, with the model of what
/// it must answer.
class ScriptedStoreTest : public ::testing::Test {
 protected:
  ScriptedStoreTest() {
    options_.directory = directory_.path() + "/data";
    // Real syncs would only make it slow.
    options_.file_system = std::make_shared<FaultFileSystem>(1);
  }

  /// Closes the store first, if it is open.
  void Open() {
    store_.reset();
    auto store = EmbeddedStore::Open(options_);
    ASSERT_TRUE(store.ok()) << store.refusal().message;
    store_ = std::move(store.value());
    script_.Continue(&store_->writer());
  }

  /// Random commands, about five to a commit.
  void Run(int commands) {
    for (int i = 0; i < commands; ++i) {
      script_.Random(&random_);
      if (random_() % 5 == 0) {
        ASSERT_TRUE(script_.Commit().ok());
      }
    }
    ASSERT_TRUE(script_.Commit().ok());
  }

  test_support::TemporaryDirectory directory_;
  StoreOptions options_;
  std::mt19937_64 random_;
  std::unique_ptr<EmbeddedStore> store_;
  LedgerScript script_{nullptr};
};

}  // namespace florin::storage::testing
