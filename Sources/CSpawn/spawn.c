// A doubled clone(2) in place of a doubled fork(2): no page tables are copied, whatever the host's size, and no atfork
// handler of the host runs.
// Why twice: execve gives a process SIGCHLD as its exit signal back, so a child would be seen by the host's wait(-1); an
// orphan is not.  Why no exit signal on the first: until it is reaped, a few microseconds later, it is such a child itself;
// without an exit signal only a wait with __WCLONE or __WALL sees it, and nobody is sent SIGCHLD.
// Order: CLONE_VFORK suspends the caller until execve or _exit, so the stacks and arguments stay alive; every signal is
// blocked meanwhile, since a handler would run in memory that is shared with the host.
// Full: a host that is its container's first process, or a subreaper, inherits the orphan and will see it end.
#define _GNU_SOURCE
#include "carmine_spawn.h"
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stddef.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

enum { stack_size = 64 * 1024 };

struct job {
  const char *path;
  char *const *argv;
  char *const *envp;
  int socket;
  int keep_standard_error;
  char *second_stack;
  volatile int error;
};

static void close_from(unsigned first) {
#ifdef SYS_close_range
  if (syscall(SYS_close_range, first, ~0u, 0) == 0) return;
#endif
  struct rlimit limit;
  unsigned last = 65536;
  if (getrlimit(RLIMIT_NOFILE, &limit) == 0 && limit.rlim_cur < last) last = (unsigned)limit.rlim_cur;
  for (unsigned fd = first; fd < last; fd++) close((int)fd);
}

/// In the helper itself, before it becomes the program.
static int become(void *argument) {
  struct job *job = argument;
  for (int number = 1; number < NSIG; number++) {
    // By hand, for libc keeps two numbers to itself, which a parent may have left ignored.  All zeros is SIG_DFL.
    const unsigned long action[4] = {0};
    syscall(SYS_rt_sigaction, number, action, NULL, sizeof(unsigned long));
  }
  setsid();
  // Out of the way of 0, 1 and 2, which the host may have closed.
  int socket = fcntl(job->socket, F_DUPFD, 3);
  int null = open("/dev/null", O_RDWR);
  if (null >= 0 && null < 3) null = fcntl(null, F_DUPFD, 3);
  if (socket < 0 || null < 0) goto failed;
  if (dup2(socket, 0) < 0 || dup2(socket, 1) < 0) goto failed;
  if ((!job->keep_standard_error || fcntl(2, F_GETFD) < 0) && dup2(null, 2) < 0) goto failed;
  close_from(3);
  sigset_t none;
  sigemptyset(&none);
  sigprocmask(SIG_SETMASK, &none, NULL);
  execve(job->path, job->argv, job->envp);
failed:
  job->error = errno;
  _exit(127);
}

/// The child that exists only so that its own child is an orphan.
static int step(void *argument) {
  struct job *job = argument;
  if (clone(become, job->second_stack + stack_size, CLONE_VM | CLONE_VFORK | SIGCHLD, job) < 0) job->error = errno;
  _exit(0);
}

int carmine_spawn_detached(
    const char *path, char *const argv[], char *const envp[], int socket, int keep_standard_error) {
  char *stacks = mmap(NULL, 2 * stack_size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_STACK, -1, 0);
  if (stacks == MAP_FAILED) return errno;
  struct job job = {path, argv, envp, socket, keep_standard_error, stacks + stack_size, 0};
  sigset_t all, before;
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, &before);
  int error = 0;
  pid_t child = clone(step, stacks + stack_size, CLONE_VM | CLONE_VFORK, &job);
  if (child < 0) {
    error = errno;
  } else {
    while (waitpid(child, NULL, __WCLONE) < 0 && errno == EINTR) {}
    error = job.error;
  }
  pthread_sigmask(SIG_SETMASK, &before, NULL);
  munmap(stacks, 2 * stack_size);
  return error;
}

void carmine_end_with_parent(void) {
  const struct rlimit none = {0, 0};
  setrlimit(RLIMIT_CORE, &none);
  prctl(PR_SET_PDEATHSIG, SIGKILL);
}

const char *carmine_own_library(void) {
  Dl_info self;
  return dladdr((void *)carmine_own_library, &self) ? self.dli_fname : NULL;
}
