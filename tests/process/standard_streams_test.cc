// What a program gets for the standard streams that its parent left closed.

#include "process/standard_streams.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>

#include "process/descriptor_limit.h"

namespace florin::process {
namespace {

// Runs `body` in a child, as it changes what the whole process has; its exit code.
template <typename Body>
int InChild(Body body) {
  const pid_t child = fork();
  if (child == 0) _exit(body());
  int status = 0;
  waitpid(child, &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

TEST(StandardStreamsTest, NoFileGetsTheNumberOfAClosedStream) {
  EXPECT_GT(InChild([] {
              close(STDIN_FILENO);
              close(STDOUT_FILENO);
              close(STDERR_FILENO);
              OpenStandardStreams();
              return open("/dev/zero", O_RDONLY);
            }),
            STDERR_FILENO);
}

TEST(StandardStreamsTest, AClosedStreamFailsInsteadOfSwallowing) {
  EXPECT_EQ(InChild([] {
              close(STDIN_FILENO);
              close(STDOUT_FILENO);
              OpenStandardStreams();
              char byte = 'x';
              const bool read_failed = read(STDIN_FILENO, &byte, 1) < 0 && errno == EBADF;
              return read_failed && !WriteOutput("x") ? 0 : 1;
            }),
            0);
}

TEST(StandardStreamsTest, OpenStreamsStayAsTheyAre) {
  EXPECT_EQ(InChild([] {
              int ends[2];
              if (pipe(ends) != 0 || dup2(ends[1], STDOUT_FILENO) < 0) return 1;
              OpenStandardStreams();
              char byte = ' ';
              return WriteOutput("x") && read(ends[0], &byte, 1) == 1 && byte == 'x' ? 0 : 1;
            }),
            0);
}

TEST(StandardStreamsTest, AFullDiskIsTold) {
  EXPECT_EQ(InChild([] {
              const int full = open("/dev/full", O_WRONLY);
              return dup2(full, STDOUT_FILENO) >= 0 && !WriteOutput("x") ? 0 : 1;
            }),
            0);
}

TEST(DescriptorLimitTest, TheSoftLimitBecomesTheHardOne) {
  EXPECT_EQ(InChild([] {
              rlimit limit{};
              getrlimit(RLIMIT_NOFILE, &limit);
              limit.rlim_cur = 64;
              setrlimit(RLIMIT_NOFILE, &limit);
              const std::size_t raised = RaiseDescriptorLimit();
              getrlimit(RLIMIT_NOFILE, &limit);
              return raised == limit.rlim_max && limit.rlim_cur == limit.rlim_max ? 0 : 1;
            }),
            0);
}

}  // namespace
}  // namespace florin::process
