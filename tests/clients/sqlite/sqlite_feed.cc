// A program that keeps the positions of a log's events in a SQLite database and
// kills itself at one of its steps. For sqlite_effect_store_test.
//
//     sqlite_feed TARGET DATABASE STEP     STEP -1: never
#include <signal.h>
#include <unistd.h>

#include <cstdlib>
#include <iostream>
#include <string>

#include "clients/cpp/exactly_once.h"
#include "clients/sqlite/sqlite_effect_store.h"

namespace florin::client {
namespace {

class MortalStore final : public EffectStore {
 public:
  MortalStore(const std::string& path, int last_step) : store_(path, "feed"), left_(last_step) {}

  Result<std::string> Load() override {
    MaybeDie();
    auto loaded = store_.Load();
    if (const auto made = store_.Execute("CREATE TABLE IF NOT EXISTS seen(position INTEGER)");
        !made.ok()) {
      return made.error();
    }
    return loaded;
  }
  DoneResult Begin() override {
    MaybeDie();
    return store_.Begin();
  }
  DoneResult Apply(const v1::Event& event) {
    MaybeDie();
    return store_.Execute("INSERT INTO seen VALUES(" + std::to_string(event.position()) + ")");
  }
  DoneResult Save(const std::string& from, const std::string& to) override {
    MaybeDie();
    return store_.Save(from, to);
  }
  DoneResult Commit() override {
    MaybeDie();
    return store_.Commit();
  }
  void Rollback() override { store_.Rollback(); }

 private:
  void MaybeDie() {
    if (left_-- == 0) {
      kill(getpid(), SIGKILL);
    }
  }

  SqliteEffectStore store_;
  int left_;
};

int Run(const std::string& target, const std::string& database, int last_step) {
  const auto client = Client::Connect(target);
  MortalStore store(database, last_step);
  ExactlyOnceSubscription feed(*client, {}, store,
                               [&](const v1::Event& event) { return store.Apply(event); },
                               {.subscription = {}, .until_caught_up = true});
  const DoneResult result = feed.Run();
  if (!result.ok()) {
    std::cerr << result.error().ToString() << '\n';
  }
  return result.ok() ? EXIT_SUCCESS : EXIT_FAILURE;
}

}  // namespace
}  // namespace florin::client

int main(int argc, char** argv) {
  return argc == 4 ? florin::client::Run(argv[1], argv[2], std::atoi(argv[3])) : EXIT_FAILURE;
}
