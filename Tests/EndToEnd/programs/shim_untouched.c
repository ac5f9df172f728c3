// A program that has nothing to do with the driver, and looks whether the shim shows: what is allocated, loaded, started;
// errno; calls in signal handlers, in children of vfork, in threads that are cancelled.
#include "shim_check.h"
#include <dirent.h>
#include <malloc.h>
#include <pthread.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/time.h>
#include <sys/wait.h>

static int entries(const char *path) {
  DIR *stream = opendir(path);
  int count = 0;
  while (readdir(stream)) count++;
  closedir(stream);
  return count;
}

// Calls that allocate nothing by themselves.
static void ordinary_calls(void) {
  struct stat s;
  char text[64];
  int fd = open("/etc/passwd", O_RDONLY), at = openat(AT_FDCWD, "/dev/null", O_RDWR), copy = dup(fd), other = fcntl(fd, F_DUPFD_CLOEXEC, 60);
  CHECK(fd >= 0 && at >= 0 && copy >= 0 && other >= 60);
  CHECK(read(fd, text, sizeof text) > 0 && pread(fd, text, 4, 0) == 4 && lseek(fd, 0, SEEK_SET) == 0 && write(at, "x", 1) == 1);
  CHECK(stat("/sys", &s) == 0 && lstat("/dev/null", &s) == 0 && fstat(fd, &s) == 0 && fstatat(AT_FDCWD, "/proc", &s, 0) == 0);
  CHECK(access("/dev/zero", R_OK) == 0 && readlink("/proc/self/exe", text, sizeof text) > 0);
  CHECK(open("/dev/kfdx", O_RDWR) < 0 && errno == ENOENT && open("/sys/class/kfdx", O_RDONLY) < 0 && open("/nowhere", O_RDONLY) < 0);
  CHECK(ioctl(fd, GET_VERSION, text) < 0 && errno == ENOTTY);
  void *page = mmap(NULL, 4096, PROT_READ, MAP_PRIVATE, fd, 0);
  CHECK(page != MAP_FAILED && munmap(page, 4096) == 0);
  CHECK(dup2(at, other) == other && close(other) == 0 && close(copy) == 0 && close(at) == 0 && close(fd) == 0);
  CHECK(open(NULL, O_RDONLY) < 0 && errno == EFAULT && stat((char *)16, &s) < 0 && errno == EFAULT && close(-1) < 0 && errno == EBADF);
}

static void keeps_errno(void) {
  errno = 4321;
  ordinary_calls();
  struct stat s;
  char text[8];
  errno = 4321;
  int fd = open("/dev/null", O_RDWR);
  read(fd, text, 8); write(fd, text, 8); fstat(fd, &s); stat("/dev", &s); access("/dev", F_OK); fcntl(fd, F_GETFD); close(dup(fd)); close(fd);
  closedir(opendir("/"));
  fclose(fopen("/etc/passwd", "r"));
  CHECK(errno == 4321);
}

static volatile sig_atomic_t handled;
// As small as POSIX lets a signal's stack be, and 2 KiB: libc's calls need next to nothing, and so must ours.
static void small_stack(void) {
  size_t size = ((size_t)sysconf(_SC_MINSIGSTKSZ) + 2048 + 4095) & ~4095ul;
  char *memory = mmap(NULL, size + 8192, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  CHECK(mprotect(memory + 4096, size, PROT_READ | PROT_WRITE) == 0);
  stack_t stack = {.ss_sp = memory + 4096 + size - (size_t)sysconf(_SC_MINSIGSTKSZ) - 2048, .ss_size = (size_t)sysconf(_SC_MINSIGSTKSZ) + 2048};
  memset(memory + 4096, 0x5a, size);
  CHECK(sigaltstack(&stack, NULL) == 0);
}
static void handler(int number) {
  (void)number;
  int saved = errno;
  char letter;
  struct stat s;
  int fd = open("/dev/zero", O_RDONLY | O_CLOEXEC);
  if (fd < 0 || read(fd, &letter, 1) != 1 || fstat(fd, &s) || stat("/sys/class", &s) || access("/proc/self", F_OK) || close(fd)) _exit(7);
  handled++;
  errno = saved;
}
// The handler comes while the program is inside malloc and the loader, whose locks no interposer may want.
static void in_handlers(void) {
  struct sigaction action = {.sa_handler = handler, .sa_flags = SA_RESTART | SA_ONSTACK};
  small_stack();
  sigaction(SIGALRM, &action, NULL);
  struct itimerval often = {{0, 200}, {0, 200}};
  setitimer(ITIMER_REAL, &often, NULL);
  for (int i = 0; handled < 300; i++) {
    free(malloc((size_t)(i % 5000)));
    FILE *file = fopen("/etc/passwd", "r");
    fclose(file);
    errno = 99;
    for (volatile int spin = 0; spin < 100; spin++) {}
    CHECK(errno == 99);
  }
  struct itimerval never = {{0, 0}, {0, 0}};
  setitimer(ITIMER_REAL, &never, NULL);
}

static void in_vfork(void) {
  for (int i = 0; i < 20; i++) {
    pid_t child = vfork();
    if (child == 0) {
      int fd = open("/dev/null", O_RDWR);
      dup2(fd, 1);
      close(fd);
      execlp("true", "true", NULL);
      _exit(1);
    }
    int status = -1;
    CHECK(waitpid(child, &status, 0) == child && status == 0);
  }
}

static int ends[2];
static void *blocked(void *nothing) {
  char letter;
  read(ends[0], &letter, 1);               // a cancellation point, as libc's own
  return nothing;
}
static void cancelled(void) {
  pthread_t thread;
  void *result;
  CHECK(pipe(ends) == 0 && pthread_create(&thread, NULL, blocked, NULL) == 0);
  usleep(1000);
  CHECK(pthread_cancel(thread) == 0 && pthread_join(thread, &result) == 0 && result == PTHREAD_CANCELED);
  close(ends[0]); close(ends[1]);
}

int main(void) {
  ordinary_calls();
  size_t before = mallinfo2().uordblks;
  for (int i = 0; i < 1000; i++) ordinary_calls();
  CHECK(mallinfo2().uordblks == before);
  keeps_errno();
  in_handlers();
  in_vfork();
  cancelled();
  printf("%d threads, %d descriptors\n", entries("/proc/self/task") - 2, entries("/proc/self/fd") - 2);
  FILE *maps = fopen("/proc/self/maps", "r");
  char line[4096];
  int software = 0;
  while (fgets(line, sizeof line, maps)) software += strstr(line, "libcarmine-softgpu") || strstr(line, "libcarmine.so");
  fclose(maps);
  CHECK(software == 0);
  puts("as it should be");
}
