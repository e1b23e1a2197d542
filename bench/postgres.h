#pragma once

#include <string>

#include "bench/options.h"

namespace florin::bench {

/// A PostgreSQL of its own with the ledger of bench/peers/postgres in it, driven by pgbench.
///
/// Threads: one. Errors: std::runtime_error with what the failing program said.
class Postgres {
 public:
  /// Makes, starts and loads it below Options::directory.
  explicit Postgres(const Options& options);
  /// Stops it and removes its data.
  ~Postgres();
  Postgres(const Postgres&) = delete;
  Postgres& operator=(const Postgres&) = delete;

  /// Transfers a second with so many clients, after a warm-up.
  double Measure(int clients);

 private:
  std::string Run(const std::string& command) const;
  [[nodiscard]] std::string Bench(int clients, double seconds) const;

  const Options options_;
  std::string programs_;
  std::string directory_;
  bool running_ = false;
};

}  // namespace florin::bench
