// Descriptors of the driver: copies, numbers used again, threads, children, other programs.
//   shim_descriptors          all of it; starts itself again as  shim_descriptors inherited KFD RENDER
#include "shim_check.h"
#include <pthread.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/wait.h>

static const int expected = 1017;

static void copies(void) {
  int kfd = open("/dev/kfd", O_RDWR | O_CLOEXEC);
  CHECK(kfd >= 0 && version_of(kfd) == expected);
  int a = dup(kfd), b = fcntl(kfd, F_DUPFD_CLOEXEC, 100), c = dup2(kfd, 90), d = dup3(kfd, 91, O_CLOEXEC), e = fcntl(kfd, F_DUPFD, 50);
  CHECK(a >= 0 && b >= 100 && c == 90 && d == 91 && e >= 50);
  CHECK(!(fcntl(a, F_GETFD) & FD_CLOEXEC) && fcntl(b, F_GETFD) & FD_CLOEXEC && fcntl(d, F_GETFD) & FD_CLOEXEC);
  close(kfd);
  int all[] = {a, b, c, d, e};
  for (int i = 0; i < 5; i++) CHECK(version_of(all[i]) == expected);
  struct stat s;
  CHECK(fstat(b, &s) == 0 && S_ISCHR(s.st_mode));
  CHECK(dup2(a, a) == a && version_of(a) == expected);
  // A copy over a number takes it away from what it was.
  int null = open("/dev/null", O_RDWR);
  CHECK(dup2(null, a) == a && write(a, "x", 1) == 1 && version_of(a) == -ENOTTY);
  CHECK(dup2(b, null) == null && version_of(null) == expected);
  for (int i = 0; i < 5; i++) close(all[i]);
  close(null);
  CHECK(version_of(b) == -EBADF);
}

// A number that was ours must be an ordinary file's when it is used again, whoever closed it.
static void numbers(void) {
  for (int way = 0; way < 4; way++) {
    int kfd = open("/dev/kfd", O_RDWR);
    FILE *stream = way == 3 ? fdopen(kfd, "r+") : NULL;
    switch (way) {
      case 0: close(kfd); break;
      case 1: CHECK(close_range((unsigned)kfd, (unsigned)kfd, 0) == 0); break;
      case 2: closefrom(kfd); break;
      case 3: CHECK(fclose(stream) == 0); break;
    }
    char name[] = "/tmp/carmine-shim-XXXXXX";
    int file = mkstemp(name);
    if (file != kfd) CHECK(dup2(file, kfd) == kfd);
    unlink(name);
    struct stat s;
    CHECK(write(kfd, "abc", 3) == 3 && lseek(kfd, 1, SEEK_SET) == 1 && fstat(kfd, &s) == 0 && S_ISREG(s.st_mode) && s.st_size == 3);
    char letter;
    CHECK(read(kfd, &letter, 1) == 1 && letter == 'b' && version_of(kfd) == -ENOTTY);
    char *map = mmap(NULL, 4096, PROT_READ, MAP_SHARED, kfd, 0);
    CHECK(map != MAP_FAILED && map[0] == 'a' && munmap(map, 4096) == 0);
    close(kfd);
    if (file != kfd) close(file);
  }
}

static pthread_barrier_t barrier;
static void *one_of_many(void *nothing) {
  (void)nothing;
  pthread_barrier_wait(&barrier);
  for (int round = 0; round < 50; round++) {
    int kfd = open("/dev/kfd", O_RDWR | O_CLOEXEC), render = open("/dev/dri/renderD128", O_RDWR | O_CLOEXEC), null = open("/dev/null", O_RDONLY);
    CHECK(kfd >= 0 && render >= 0 && null >= 0 && version_of(kfd) == expected && version_of(null) == -ENOTTY);
    char letter;
    CHECK(read(null, &letter, 1) == 0);
    FILE *file = fopen(TOPOLOGY "/nodes/1/gpu_id", "r");
    int id = 0;
    CHECK(file && fscanf(file, "%d", &id) == 1 && id != 0);
    fclose(file);
    close(null); close(kfd); close(render);
  }
  return NULL;
}
static void threads(void) {  // must come first: the library is loaded by whichever thread wins
  enum { count = 8 };
  pthread_t thread[count];
  pthread_barrier_init(&barrier, NULL, count);
  for (int i = 0; i < count; i++) CHECK(pthread_create(&thread[i], NULL, one_of_many, NULL) == 0);
  for (int i = 0; i < count; i++) pthread_join(thread[i], NULL);
}

static int status_of(pid_t child) {
  int status = -1;
  CHECK(waitpid(child, &status, 0) == child);
  return status;
}

static void children(char *self) {
  int kfd = open("/dev/kfd", O_RDWR), render = open("/dev/dri/renderD128", O_RDWR);
  pid_t child = fork();
  if (child == 0) {
    CHECK(version_of(kfd) == -EBADF);                   // as the real driver answers
    int own = open("/dev/kfd", O_RDWR);
    CHECK(own >= 0 && version_of(own) == expected);
    close(kfd);
    _exit(0);
  }
  CHECK(status_of(child) == 0 && version_of(kfd) == expected);
  // A child of vfork has our memory but its own descriptors: what it closes stays open here.
  child = vfork();
  if (child == 0) {
    close(kfd);
    int null = open("/dev/null", O_RDWR);
    dup2(null, render);
    _exit(null == kfd ? 0 : 1);
  }
  CHECK(status_of(child) == 0 && version_of(kfd) == expected);
  struct stat s;
  CHECK(fstat(render, &s) == 0 && S_ISCHR(s.st_mode));
  char a[16], b[16];
  snprintf(a, sizeof a, "%d", kfd);
  snprintf(b, sizeof b, "%d", render);
  child = vfork();
  if (child == 0) {
    execl(self, self, "inherited", a, b, NULL);
    _exit(99);
  }
  CHECK(status_of(child) == 0 && version_of(kfd) == expected);
}

// In a program that was started with descriptors of ours: a render node works on, /dev/kfd is another process's.
static int inherited(int kfd, int render) {
  CHECK(version_of(kfd) == -EBADF);
  uint64_t arguments[8] = {0};
  CHECK(ioctl(render, DRM_VERSION, arguments) == 0 && (int)arguments[0] == 3);
  struct stat s;
  CHECK(fstat(render, &s) == 0 && S_ISCHR(s.st_mode));
  int own = open("/dev/kfd", O_RDWR);
  CHECK(own >= 0 && version_of(own) == expected);
  return 0;
}

static void through_a_socket(void) {
  int ends[2];
  CHECK(socketpair(AF_UNIX, SOCK_STREAM, 0, ends) == 0);
  int render = open("/dev/dri/renderD128", O_RDWR);
  char room[CMSG_SPACE(sizeof(int))] = {0}, byte = 'x';
  struct iovec part = {&byte, 1};
  struct msghdr message = {.msg_iov = &part, .msg_iovlen = 1, .msg_control = room, .msg_controllen = sizeof room};
  struct cmsghdr *header = CMSG_FIRSTHDR(&message);
  header->cmsg_level = SOL_SOCKET;
  header->cmsg_type = SCM_RIGHTS;
  header->cmsg_len = CMSG_LEN(sizeof(int));
  memcpy(CMSG_DATA(header), &render, sizeof render);
  CHECK(sendmsg(ends[0], &message, 0) == 1 && recvmsg(ends[1], &message, 0) == 1);
  int got;
  memcpy(&got, CMSG_DATA(CMSG_FIRSTHDR(&message)), sizeof got);
  uint64_t arguments[8] = {0};
  struct stat s;
  CHECK(ioctl(got, DRM_VERSION, arguments) == 0 && (int)arguments[0] == 3);
  CHECK(got != render && fstat(got, &s) == 0 && S_ISCHR(s.st_mode));
  close(got); close(render); close(ends[0]); close(ends[1]);
}

int main(int count, char **words) {
  if (count == 4 && !strcmp(words[1], "inherited")) return inherited(atoi(words[2]), atoi(words[3]));
  threads();
  copies();
  numbers();
  children("/proc/self/exe");
  through_a_socket();
  puts("as it should be");
}
