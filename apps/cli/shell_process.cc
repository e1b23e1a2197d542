#include "apps/cli/shell_process.h"

#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>

namespace florin::cli {
namespace {

ProcessEnd NotStarted(int error) {
  return {.description = std::string("it could not be started: ") + std::strerror(error)};
}

// A socket rather than a pipe: to write to one that nobody reads any more can be
// told not to raise SIGPIPE, which would end this program.
void Feed(int socket, const std::string& input) {
  std::size_t sent = 0;
  while (sent < input.size()) {
    const ssize_t count = send(socket, input.data() + sent, input.size() - sent, MSG_NOSIGNAL);
    if (count < 0 && errno != EINTR) {
      return;
    }
    sent += count < 0 ? 0 : static_cast<std::size_t>(count);
  }
}

// In a process group of its own, with `input` as standard input.
int Spawn(const std::string& command, int input, pid_t* pid) {
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, input, STDIN_FILENO);
  posix_spawnattr_t attributes;
  posix_spawnattr_init(&attributes);
  posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGDEF);
  posix_spawnattr_setpgroup(&attributes, 0);
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGPIPE);
  posix_spawnattr_setsigdefault(&attributes, &signals);
  std::string shell = "/bin/sh";
  std::string option = "-c";
  std::string text = command;
  std::array<char*, 4> arguments = {shell.data(), option.data(), text.data(), nullptr};
  const int error =
      posix_spawn(pid, shell.c_str(), &actions, &attributes, arguments.data(), environ);
  posix_spawnattr_destroy(&attributes);
  posix_spawn_file_actions_destroy(&actions);
  return error;
}

ProcessEnd Wait(pid_t pid) {
  int status = 0;
  while (waitpid(pid, &status, 0) < 0 && errno == EINTR) {
  }
  if (WIFSIGNALED(status)) {
    return {.description = "signal " + std::to_string(WTERMSIG(status))};
  }
  return {.ok = WEXITSTATUS(status) == 0,
          .description = "exit code " + std::to_string(WEXITSTATUS(status))};
}

}  // namespace

ProcessEnd RunInShell(const std::string& command, const std::string& input) {
  std::array<int, 2> ends = {-1, -1};
  if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data()) != 0) {
    return NotStarted(errno);
  }
  pid_t pid = 0;
  const int error = Spawn(command, ends[1], &pid);
  close(ends[1]);
  if (error == 0) {
    Feed(ends[0], input);
  }
  close(ends[0]);
  return error == 0 ? Wait(pid) : NotStarted(error);
}

}  // namespace florin::cli
