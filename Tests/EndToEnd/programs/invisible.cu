// What a program can see of the compiler that its first launch starts: nothing by wait, by signal or by descriptor.
// Run with an empty kernel cache.  Every check that fails prints a line with `why:` in front.
#include <cuda_runtime.h>

#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <dirent.h>
#include <fcntl.h>
#include <set>
#include <sys/wait.h>
#include <unistd.h>

__global__ void fill(int *p, int value) { p[threadIdx.x] = value + threadIdx.x; }

static volatile sig_atomic_t child_signals;
static int failures;
static void expect(bool right, const char *what) {
  if (!right) {
    printf("why: %s\n", what);
    failures += 1;
  }
}

static std::set<int> descriptors() {
  std::set<int> found;
  DIR *folder = opendir("/proc/self/fd");
  while (dirent *entry = readdir(folder))
    if (entry->d_name[0] != '.' && atoi(entry->d_name) != dirfd(folder)) found.insert(atoi(entry->d_name));
  closedir(folder);
  return found;
}

int main() {
  struct sigaction action = {};
  action.sa_handler = [](int) { child_signals = child_signals + 1; };
  sigaction(SIGCHLD, &action, nullptr);
  sigset_t mask_before = {}, mask_after = {};
  sigprocmask(SIG_SETMASK, nullptr, &mask_before);

  // A pipe that a child would inherit: its reader sees the end only when no other process holds the writing side.
  int ends[2];
  expect(pipe(ends) == 0, "pipe");
  close(0);
  std::set<int> before = descriptors();

  int *p = nullptr, host[32];
  expect(cudaMalloc(&p, sizeof host) == cudaSuccess, "cudaMalloc");
  fill<<<1, 32>>>(p, 40);
  expect(cudaGetLastError() == cudaSuccess, "the launch");
  expect(cudaMemcpy(host, p, sizeof host, cudaMemcpyDeviceToHost) == cudaSuccess, "cudaMemcpy");
  for (int i = 0; i < 32; i++) expect(host[i] == 40 + i, "a value of the kernel's");

  errno = 0;
  expect(wait(nullptr) == -1 && errno == ECHILD, "wait(2) saw a child that is not the program's");
  errno = 0;
  expect(waitpid(-1, nullptr, __WALL | WNOHANG) == -1 && errno == ECHILD, "waitpid(__WALL) saw a child that is not the program's");
  expect(child_signals == 0, "SIGCHLD came for a child that is not the program's");
  sigprocmask(SIG_SETMASK, nullptr, &mask_after);
  expect(memcmp(&mask_before, &mask_after, sizeof mask_before) == 0, "the signal mask changed");
  struct sigaction now = {};
  sigaction(SIGCHLD, nullptr, &now);
  expect(now.sa_handler == action.sa_handler, "the SIGCHLD handler changed");

  for (int descriptor : descriptors()) {
    if (before.count(descriptor)) continue;
    expect(descriptor > 2, "one of the descriptors 0, 1 and 2 was taken");
    expect(fcntl(descriptor, F_GETFD) & FD_CLOEXEC, "a new descriptor would be inherited by the program's own children");
  }
  for (int descriptor : before) expect(fcntl(descriptor, F_GETFD) >= 0, "a descriptor of the program's was closed");
  int lowest = open("/dev/null", O_RDONLY);
  expect(lowest == 0, "open(2) did not give the lowest descriptor, which the program had closed");

  close(ends[1]);
  alarm(20);
  char byte;
  expect(read(ends[0], &byte, 1) == 0, "the writing side of a pipe is held by another process");
  alarm(0);

  // A child of the program's own: it must be able to leave in every way, and its status must arrive.
  for (int way = 0; way < 3; way++) {
    int signals = child_signals;
    fflush(stdout);
    pid_t child = fork();
    if (child == 0) {
      if (way == 0) exit(70);
      if (way == 1) _exit(71);
      execlp("sh", "sh", "-c", "exit 72", nullptr);
      _exit(1);
    }
    int status = 0;
    pid_t ended;
    while ((ended = wait(&status)) < 0 && errno == EINTR) {}
    expect(ended == child, "wait(2) returned another child than the program's");
    if (!(WIFEXITED(status) && WEXITSTATUS(status) == 70 + way)) printf("why: the child's status is %#x in way %d\n", status, way), failures += 1;
    expect(child_signals == signals + 1, "not one SIGCHLD for the program's own child");
  }
  // And the device still works in the parent.
  fill<<<1, 32>>>(p, 90);
  expect(cudaMemcpy(host, p, sizeof host, cudaMemcpyDeviceToHost) == cudaSuccess && host[31] == 121, "the device after fork");
  printf("%d failures\n", failures);
  return failures ? 1 : 0;
}
