#pragma once

#include <grpcpp/grpcpp.h>
#include <sys/types.h>

#include <chrono>
#include <memory>
#include <string>
#include <thread>
#include <vector>

namespace florin::test_support {

/// The real `florind`, run as a child process on a port of its own choice.
///
/// Threads: one thread starts, stops and restarts; that thread has to outlive
/// the server, because the kernel ends the child together with the thread that
/// made it (so that a crashed test leaves no server behind). channel() and
/// address() may be used from any thread between starts.
class ServerProcess {
 public:
  /// Starts `florind --listen 127.0.0.1:0 --data-dir DATA_DIR EXTRA_ARGS...`
  /// and waits until it says where it listens. Null, with a GoogleTest failure
  /// that quotes the server's log, if it does not come up in time.
  static std::unique_ptr<ServerProcess> Start(const std::string& data_dir,
                                              std::vector<std::string> extra_args = {});

  /// The same, run by `wrapper`: a program and its arguments, which sets up its surroundings and
  /// then becomes florind, such as {"/bin/sh", "-c", "ulimit -n 512; exec \"$@\"", "sh"}.
  static std::unique_ptr<ServerProcess> StartUnder(std::vector<std::string> wrapper,
                                                   const std::string& data_dir,
                                                   std::vector<std::string> extra_args = {});

  ~ServerProcess();
  ServerProcess(const ServerProcess&) = delete;
  ServerProcess& operator=(const ServerProcess&) = delete;

  /// Starts again on the same directory, after Kill9() or Terminate(). False:
  /// as Start() with null.
  bool Restart();
  /// The same, at the address it had: for clients that connect again.
  bool RestartInPlace();
  /// The same, with other arguments from now on.
  bool Restart(std::vector<std::string> extra_args);

  /// Starts, does not wait for the server to be ready, and kills it `after`
  /// that long.
  void StartAndKill9(std::chrono::milliseconds after);

  /// SIGKILL, then waits for the end. What the server was doing stops where it
  /// stands.
  void Kill9();
  /// SIGTERM, then waits. Returns the exit code; -1 if a signal ended it or it
  /// had to be killed after 30 s.
  int Terminate();

  /// "127.0.0.1:PORT". The port changes with each start.
  const std::string& address() const { return address_; }
  /// A new channel each time; messages of up to 64 MiB pass, so that the
  /// server's own limit is what shows.
  std::shared_ptr<grpc::Channel> NewChannel() const;
  /// One channel, kept until the server is started again.
  const std::shared_ptr<grpc::Channel>& channel() const { return channel_; }
  pid_t pid() const { return pid_; }
  const std::string& data_dir() const { return data_dir_; }
  /// What the server wrote to standard error, all starts so far.
  std::string Log() const;
  /// Whether it runs, or how it ended.
  std::string Ending() const;
  /// How long the last start took from fork to the line that says where it
  /// listens.
  std::chrono::milliseconds start_duration() const { return start_duration_; }

 private:
  ServerProcess(std::string data_dir, std::vector<std::string> extra_args);

  bool Launch();
  /// Returns the end of the pipe to read the child's standard output from; -1:
  /// no child.
  int Spawn();
  bool WaitForAddress(int pipe_fd);
  int Wait();
  void Reap();

  std::string data_dir_;
  std::vector<std::string> wrapper_;
  std::vector<std::string> extra_args_;
  std::string log_path_;
  std::string listen_ = "127.0.0.1:0";
  std::string address_;
  std::shared_ptr<grpc::Channel> channel_;
  std::chrono::milliseconds start_duration_{0};
  pid_t pid_ = -1;
  // Reads standard output to its end: a full pipe would block the server.
  std::thread drain_;
};

}  // namespace florin::test_support
