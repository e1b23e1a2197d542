#include "bench/child_process.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <fstream>
#include <sstream>
#include <stdexcept>
#include <string_view>

namespace florin::bench {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::chrono::minutes kStartLimit{5};
constexpr std::string_view kListening = "listening on ";

std::string EndOf(const std::string& path) {
  std::ifstream file(path);
  std::stringstream text;
  text << file.rdbuf();
  const std::string all = text.str();
  return all.size() > 2000 ? all.substr(all.size() - 2000) : all;
}

// Only calls that are safe between fork and exec in a program with threads.
[[noreturn]] void RunChild(char* const* argv, int output, int log) {
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  dup2(output, STDOUT_FILENO);
  dup2(log, STDERR_FILENO);
  execvp(argv[0], argv);
  _exit(127);
}

// "Key:   123 kB" of a file in /proc, 0 if it is not there.
std::int64_t NumberAfter(const std::string& path, std::string_view key) {
  std::ifstream file(path);
  for (std::string line; std::getline(file, line);) {
    if (line.starts_with(key)) return std::stoll(line.substr(key.size()));
  }
  return 0;
}

double CpuSecondsOf(pid_t pid) {
  std::ifstream file("/proc/" + std::to_string(pid) + "/stat");
  std::string line;
  std::getline(file, line);
  const auto name_end = line.rfind(')');
  if (name_end == std::string::npos) return 0;
  std::istringstream rest(line.substr(name_end + 2));
  std::string word;
  // Fields 14 and 15 of proc(5); the first of `rest` is the third.
  for (int field = 3; field < 14; ++field) rest >> word;
  double user = 0;
  double system = 0;
  rest >> user >> system;
  return (user + system) / static_cast<double>(sysconf(_SC_CLK_TCK));
}

}  // namespace

ChildProcess::ChildProcess(std::vector<std::string> arguments, const std::string& log_path) {
  Launch(arguments, log_path);
  AwaitAddress(log_path);
}

ChildProcess::~ChildProcess() {
  Kill();
  if (output_fd_ >= 0) close(output_fd_);
}

void ChildProcess::Launch(std::vector<std::string>& arguments, const std::string& log_path) {
  std::vector<char*> argv;
  argv.reserve(arguments.size() + 1);
  for (std::string& argument : arguments) argv.push_back(argument.data());
  argv.push_back(nullptr);
  int fds[2];
  if (pipe2(fds, O_CLOEXEC) != 0) throw std::runtime_error("no pipe could be made");
  const int log = open(log_path.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
  started_ = Clock::now();
  pid_ = fork();
  if (pid_ == 0) RunChild(argv.data(), fds[1], log);
  close(fds[1]);
  close(log);
  output_fd_ = fds[0];
  if (pid_ < 0) throw std::runtime_error("no process could be made");
}

void ChildProcess::AwaitAddress(const std::string& log_path) {
  while (Clock::now() < started_ + kStartLimit) {
    pollfd waiting{output_fd_, POLLIN, 0};
    if (poll(&waiting, 1, 100) <= 0) continue;
    char buffer[1024];
    const ssize_t count = read(output_fd_, buffer, sizeof buffer);
    if (count <= 0) break;
    output_.append(buffer, static_cast<std::size_t>(count));
    const auto place = output_.find(kListening);
    const auto end = output_.find('\n', place == std::string::npos ? 0 : place);
    if (place == std::string::npos || end == std::string::npos) continue;
    address_ = output_.substr(place + kListening.size(), end - place - kListening.size());
    return;
  }
  throw std::runtime_error("the server did not come up; its log ends with:\n" + EndOf(log_path));
}

ProcessUsage ChildProcess::Usage() const {
  const std::string proc = "/proc/" + std::to_string(pid_);
  return {CpuSecondsOf(pid_), NumberAfter(proc + "/io", "write_bytes:"),
          NumberAfter(proc + "/status", "VmHWM:") * 1024,
          NumberAfter(proc + "/status", "VmRSS:") * 1024};
}

int ChildProcess::Wait() {
  int status = 0;
  while (waitpid(pid_, &status, 0) < 0 && errno == EINTR) {
  }
  pid_ = -1;
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

int ChildProcess::Terminate() {
  if (pid_ <= 0) return -1;
  kill(pid_, SIGTERM);
  return Wait();
}

void ChildProcess::Kill() {
  if (pid_ <= 0) return;
  kill(pid_, SIGKILL);
  Wait();
}

double OwnCpuSeconds() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  const auto seconds = [](const timeval& time) {
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
  };
  return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

}  // namespace florin::bench
