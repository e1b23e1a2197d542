#include "bench/postgres.h"

#include <fmt/format.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <regex>
#include <stdexcept>

#include "process/standard_streams.h"
#include "text/visible.h"

namespace florin::bench {
namespace {

namespace fs = std::filesystem;

constexpr char kSettings[] = R"(
listen_addresses = ''
unix_socket_directories = '{}'
shared_buffers = 1GB
fsync = on
synchronous_commit = on
full_page_writes = on
max_connections = 300
max_wal_size = 4GB
)";

// The newest that Debian has installed.
std::string FindPrograms() {
  std::string newest;
  std::error_code none;
  for (const auto& entry : fs::directory_iterator("/usr/lib/postgresql", none)) {
    const std::string bin = entry.path() / "bin";
    if (fs::exists(bin + "/initdb") && bin > newest) newest = bin;
  }
  if (newest.empty())
    throw std::runtime_error("PostgreSQL is not there: apt-get install postgresql");
  return newest;
}

// Runs `command` in a shell; its output. Throws with the output if it fails.
std::string Shell(const std::string& command) {
  FILE* const pipe = popen((command + " 2>&1").c_str(), "r");
  if (pipe == nullptr) throw std::runtime_error("no shell for: " + command);
  std::string output;
  std::array<char, 4096> buffer{};
  for (std::size_t count; (count = fread(buffer.data(), 1, buffer.size(), pipe)) > 0;)
    output.append(buffer.data(), count);
  if (pclose(pipe) != 0) throw std::runtime_error(command + " failed:\n" + output);
  return output;
}

std::string Quoted(const std::string& text) {
  std::string quoted = "'";
  for (const char c : text) quoted += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return quoted + "'";
}

}  // namespace

Postgres::Postgres(const Options& options)
    : options_(options),
      programs_(FindPrograms()),
      directory_(fs::absolute(options.directory + "/postgres").lexically_normal().string()) {
  fs::remove_all(directory_);
  fs::create_directories(directory_);
  // It refuses to run as root.
  if (geteuid() == 0) Shell("chown postgres: " + Quoted(directory_));
  fs::permissions(directory_, fs::perms::owner_all);
  const std::string data = directory_ + "/data";
  Run(fmt::format("{}/initdb -D {} -U florin -A trust --no-sync -E UTF8 --locale=C", programs_,
                  Quoted(data)));
  std::ofstream(data + "/postgresql.conf", std::ios::app) << fmt::format(kSettings, directory_);
  Run(fmt::format("{}/pg_ctl -w -D {} -l {} start", programs_, Quoted(data),
                  Quoted(directory_ + "/log")));
  running_ = true;
  Run(fmt::format("{}/psql -h {} -U florin -d postgres -q -v ON_ERROR_STOP=1 -v accounts={} -f {}",
                  programs_, Quoted(directory_), options.workload.accounts,
                  Quoted(FLORIN_PEERS_DIRECTORY "/postgres/schema.sql")));
}

Postgres::~Postgres() {
  try {
    if (running_)
      Run(fmt::format("{}/pg_ctl -w -m immediate -D {} stop", programs_,
                      Quoted(directory_ + "/data")));
    fs::remove_all(directory_);
  } catch (const std::exception& error) {
    process::WriteError(
        fmt::format("florin-bench: {}\n", text::Visible(error.what(), text::Backslash::kKept)));
  }
}

std::string Postgres::Run(const std::string& command) const {
  // pg_ctl's server keeps what it inherits open: it must not be our pipe.
  const std::string detached =
      command + (command.ends_with(" start") ? " >/dev/null </dev/null" : "");
  if (geteuid() != 0) return Shell(detached);
  return Shell("cd / && runuser -u postgres -- sh -c " + Quoted(detached));
}

std::string Postgres::Bench(int clients, double seconds) const {
  return Run(
      fmt::format("{}/pgbench -h {} -U florin -d postgres -n -M prepared -c {} -j {} -T {} -D "
                  "accounts={} -f {}",
                  programs_, Quoted(directory_), clients, std::min(clients, 2),
                  std::max(1, static_cast<int>(seconds)), options_.workload.accounts,
                  Quoted(FLORIN_PEERS_DIRECTORY "/postgres/transfer.sql")));
}

double Postgres::Measure(int clients) {
  static_cast<void>(Bench(clients, options_.warm_up_seconds));
  const std::string output = Bench(clients, options_.measured_seconds);
  std::smatch found;
  static const std::regex kRate("tps = ([0-9.]+)");
  static const std::regex kFailed("number of failed transactions: ([0-9]+)");
  if (!std::regex_search(output, found, kRate))
    throw std::runtime_error("pgbench said no rate:\n" + output);
  const double rate = std::stod(found[1]);
  if (std::regex_search(output, found, kFailed) && found[1] != "0")
    throw std::runtime_error("transfers of pgbench failed:\n" + output);
  return rate;
}

}  // namespace florin::bench
