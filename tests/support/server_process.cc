#include "tests/support/server_process.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <cstdlib>
#include <fstream>
#include <sstream>
#include <string_view>
#include <utility>

namespace florin::test_support {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::chrono::seconds kStartLimit{60};
constexpr std::chrono::seconds kTerminateLimit{30};
constexpr int kMessageBytesMax = 64 << 20;
constexpr std::string_view kListening = "listening on ";

// FLORIN_FLORIND names another server to test, such as one built elsewhere.
std::string ServerPath() {
  const char* other = std::getenv("FLORIN_FLORIND");
  return other == nullptr ? FLORIN_FLORIND_PATH : other;
}

// Only calls that are safe between fork and exec in a program with threads.
[[noreturn]] void RunChild(char* const* argv, int stdout_fd, int stderr_fd) {
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  dup2(stdout_fd, STDOUT_FILENO);
  dup2(stderr_fd, STDERR_FILENO);
  execv(argv[0], argv);
  _exit(127);
}

// The "127.0.0.1:PORT" of the first whole line that names it; empty if there is
// none yet.
std::string FindAddress(const std::string& output) {
  const auto place = output.find(kListening);
  if (place == std::string::npos) return "";
  const auto end = output.find('\n', place);
  if (end == std::string::npos) return "";
  const std::string rest =
      output.substr(place + kListening.size(), end - place - kListening.size());
  return rest.substr(0, rest.find_first_of(" ,;\t\r\""));
}

void DrainToEnd(int fd) {
  char buffer[4096];
  while (read(fd, buffer, sizeof buffer) > 0) {
  }
  close(fd);
}

}  // namespace

ServerProcess::ServerProcess(std::string data_dir, std::vector<std::string> extra_args)
    : data_dir_(std::move(data_dir)),
      extra_args_(std::move(extra_args)),
      log_path_(data_dir_ + ".florind.log") {}

ServerProcess::~ServerProcess() {
  Kill9();
  unlink(log_path_.c_str());
}

std::unique_ptr<ServerProcess> ServerProcess::Start(const std::string& data_dir,
                                                    std::vector<std::string> extra_args) {
  std::unique_ptr<ServerProcess> server(new ServerProcess(data_dir, std::move(extra_args)));
  if (!server->Launch()) return nullptr;
  return server;
}

std::unique_ptr<ServerProcess> ServerProcess::StartUnder(std::vector<std::string> wrapper,
                                                         const std::string& data_dir,
                                                         std::vector<std::string> extra_args) {
  std::unique_ptr<ServerProcess> server(new ServerProcess(data_dir, std::move(extra_args)));
  server->wrapper_ = std::move(wrapper);
  if (!server->Launch()) return nullptr;
  return server;
}

bool ServerProcess::Restart() {
  Kill9();
  return Launch();
}

bool ServerProcess::RestartInPlace() {
  listen_ = address_;
  return Restart();
}

bool ServerProcess::Restart(std::vector<std::string> extra_args) {
  extra_args_ = std::move(extra_args);
  return Restart();
}

bool ServerProcess::Launch() {
  const auto start = Clock::now();
  const int output = Spawn();
  const bool listening = output >= 0 && WaitForAddress(output);
  if (output >= 0) drain_ = std::thread(DrainToEnd, output);
  if (!listening) {
    Kill9();
    ADD_FAILURE() << "florind did not come up; its log:\n" << Log();
    return false;
  }
  channel_ = NewChannel();
  start_duration_ = std::chrono::duration_cast<std::chrono::milliseconds>(Clock::now() - start);
  return true;
}

void ServerProcess::StartAndKill9(std::chrono::milliseconds after) {
  Kill9();
  const int output = Spawn();
  ASSERT_GE(output, 0);
  drain_ = std::thread(DrainToEnd, output);
  std::this_thread::sleep_for(after);
  Kill9();
}

int ServerProcess::Spawn() {
  std::vector<std::string> args = wrapper_;
  args.insert(args.end(), {ServerPath(), "--listen", listen_, "--data-dir", data_dir_});
  args.insert(args.end(), extra_args_.begin(), extra_args_.end());
  std::vector<char*> argv;
  argv.reserve(args.size() + 1);
  for (std::string& arg : args) argv.push_back(arg.data());
  argv.push_back(nullptr);

  int fds[2];
  if (pipe2(fds, O_CLOEXEC) != 0) return -1;
  const int log_fd = open(log_path_.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
  pid_ = fork();
  if (pid_ == 0) RunChild(argv.data(), fds[1], log_fd);
  close(fds[1]);
  close(log_fd);
  if (pid_ > 0) return fds[0];
  close(fds[0]);
  return -1;
}

bool ServerProcess::WaitForAddress(int pipe_fd) {
  const auto limit = Clock::now() + kStartLimit;
  std::string output;
  while (Clock::now() < limit) {
    pollfd waiting{pipe_fd, POLLIN, 0};
    if (poll(&waiting, 1, 100) <= 0) continue;
    char buffer[1024];
    const ssize_t count = read(pipe_fd, buffer, sizeof buffer);
    if (count <= 0) return false;
    output.append(buffer, static_cast<size_t>(count));
    address_ = FindAddress(output);
    if (!address_.empty()) return true;
  }
  return false;
}

void ServerProcess::Kill9() {
  if (pid_ <= 0) return;
  kill(pid_, SIGKILL);
  waitpid(pid_, nullptr, 0);
  Reap();
}

int ServerProcess::Terminate() {
  if (pid_ <= 0) return -1;
  kill(pid_, SIGTERM);
  return Wait();
}

int ServerProcess::Wait() {
  const auto limit = Clock::now() + kTerminateLimit;
  int status = 0;
  while (waitpid(pid_, &status, WNOHANG) == 0) {
    if (Clock::now() > limit) {
      Kill9();
      return -1;
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
  Reap();
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

void ServerProcess::Reap() {
  pid_ = -1;
  if (drain_.joinable()) drain_.join();
}

std::shared_ptr<grpc::Channel> ServerProcess::NewChannel() const {
  grpc::ChannelArguments arguments;
  arguments.SetMaxReceiveMessageSize(kMessageBytesMax);
  arguments.SetMaxSendMessageSize(kMessageBytesMax);
  // Channels of equal arguments would share one connection; load tests want
  // several.
  static std::atomic<int> next_id{0};
  arguments.SetInt("florin.test_channel", next_id++);
  return grpc::CreateCustomChannel(address_, grpc::InsecureChannelCredentials(), arguments);
}

std::string ServerProcess::Log() const {
  std::ifstream file(log_path_);
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

std::string ServerProcess::Ending() const {
  siginfo_t how{};
  // It stays to be waited for.
  if (waitid(P_PID, static_cast<id_t>(pid_), &how, WEXITED | WNOHANG | WNOWAIT) != 0)
    return "has ended";
  if (how.si_pid == 0) return "is running";
  return (how.si_code == CLD_EXITED ? "exited with " : "was ended by signal ") +
         std::to_string(how.si_status);
}

}  // namespace florin::test_support
