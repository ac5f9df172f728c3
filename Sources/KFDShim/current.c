// The working folder, when it is one of the driver's: chdir(2), fchdir(2), getcwd(3).  The host has no such folder, so the process
// really stands in an empty one of the same name below a private place in /tmp: that way children of fork(2) and exec(2) know
// where they are.  A relative path that leaves the driver's folders again is looked for from that place, and not found; an absolute
// one, and chdir("..") out of them, mean what they always do.
// Threads: any, as far as a program's own changes of its working folder are.
#include "shim.h"
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

_Atomic int carmine_in_folder;
char carmine_folder[PATH_MAX];

// "/tmp/.carmine-kfd-" and the user's number; its length.
static size_t stage(char *to) {
  static const char begin[] = "/tmp/.carmine-kfd-";
  memcpy(to, begin, sizeof begin - 1);
  size_t length = sizeof begin - 1;
  char digits[12];
  int count = 0;
  unsigned user = geteuid();
  do digits[count++] = (char)('0' + user % 10); while (user /= 10);
  while (count) to[length++] = digits[--count];
  to[length] = 0;
  return length;
}

// Who begins in such a place, begins in the driver's folder.
__attribute__((constructor(103))) static void inherit(void) {
  char place[64], here[PATH_MAX];
  size_t length = stage(place);
  long size = syscall(SYS_getcwd, here, sizeof here);
  if (size <= (long)length || memcmp(here, place, length) != 0 || here[length] != '/') return;
  memcpy(carmine_folder, here + length, (size_t)size - length);
  atomic_store(&carmine_in_folder, 1);
}

// Takes "." and ".." out of an absolute path, in place.
static void straighten(char *path) {
  char *to = path;
  for (const char *at = path; *at;) {
    while (*at == '/') at++;
    size_t size = strcspn(at, "/");
    if (size == 2 && at[0] == '.' && at[1] == '.') {
      while (to > path && *--to != '/') {}
    } else if (size && !(size == 1 && at[0] == '.')) {
      *to++ = '/';
      memmove(to, at, size);
      to += size;
    }
    at += size;
  }
  if (to == path) *to++ = '/';
  *to = 0;
}

// A relative path as seen from the driver's folder; false if that is outside of what the driver has.
bool carmine_from_folder(const char *path, char *buffer) {
  size_t length = strlen(carmine_folder), rest = strnlen(path, PATH_MAX);
  if (rest >= PATH_MAX) return false;
  memcpy(buffer, carmine_folder, length);
  buffer[length] = '/';
  memcpy(buffer + length + 1, path, rest + 1);
  char straight[CARMINE_PLACE];
  memcpy(straight, buffer, length + rest + 2);
  straighten(straight);
  return carmine_names_driver(straight);
}

// Makes the empty folder and steps into it; `path` has no links.
static int step(const char *path) {
  char place[64 + PATH_MAX];
  size_t length = stage(place);
  struct stat status;
  if (mkdir(place, 0700) < 0 && errno != EEXIST) return -errno;
  if (syscall(SYS_newfstatat, AT_FDCWD, place, &status, AT_SYMLINK_NOFOLLOW) < 0) return -errno;
  if (!S_ISDIR(status.st_mode) || status.st_uid != geteuid()) return -EACCES;
  for (const char *at = path; *at;) {
    size_t size = strcspn(at + 1, "/") + 1;
    memcpy(place + length, at, size);
    place[length += size] = 0;
    if (mkdir(place, 0700) < 0 && errno != EEXIST) return -errno;
    at += size;
  }
  return NEXT(chdir, int (*)(const char *))(place) < 0 ? -errno : 0;
}

static int enter(const char *where) {
  const carmine_kernel_calls *calls = carmine_enter();
  if (!calls) return -ENOENT;
  char path[PATH_MAX];
  carmine_file_status status;
  int error = calls->status(where, 1, &status);
  int64_t length = error ? error : calls->link(where, 1, path, sizeof path - 1);
  carmine_leave();
  if (length < 0) return (int)length;
  if (!S_ISDIR(status.mode)) return -ENOTDIR;
  if (length >= PATH_MAX - 64) return -ENAMETOOLONG;
  path[length] = 0;
  error = step(path);
  if (error) return error;
  memcpy(carmine_folder, path, (size_t)length + 1);
  atomic_store(&carmine_in_folder, 1);
  return 0;
}

// True when it was answered here.
SLOW static bool change(const char *path, int *result) {
  char buffer[CARMINE_PLACE];
  int saved = errno;
  const char *where = carmine_place(AT_FDCWD, path, buffer);
  if (where) {
    *result = (int)carmine_result(enter(where), saved);
    return true;
  }
  if (path[0] == '/' || !atomic_load(&carmine_in_folder)) return false;
  // Out of the driver's folders.
  straighten(buffer);
  *result = NEXT(chdir, int (*)(const char *))(buffer);
  if (*result == 0) atomic_store(&carmine_in_folder, 0);
  return true;
}
SHOWN int chdir(const char *path) {
  int result;
  if (unlikely(concerns(AT_FDCWD, path)) && change(path, &result)) return result;
  result = NEXT(chdir, int (*)(const char *))(path);
  if (unlikely(result == 0 && atomic_load_explicit(&carmine_in_folder, memory_order_relaxed))) atomic_store(&carmine_in_folder, 0);
  return result;
}
SLOW static int change_to(int fd) {
  char path[PATH_MAX];
  int saved = errno;
  const carmine_kernel_calls *calls = carmine_enter();
  int64_t length = calls ? calls->path_of(fd, path, sizeof path - 1) : -EBADF;
  if (calls) carmine_leave();
  if (length >= 0 && length < PATH_MAX) {
    path[length] = 0;
    length = enter(path);
  }
  return (int)carmine_result((long)length, saved);
}
SHOWN int fchdir(int fd) {
  if (unlikely(is_ours(fd))) return change_to(fd);
  int result = NEXT(fchdir, int (*)(int))(fd);
  if (unlikely(result == 0 && atomic_load_explicit(&carmine_in_folder, memory_order_relaxed))) {
    // Back into a folder that stands for one of the driver's?
    atomic_store(&carmine_in_folder, 0);
    inherit();
  }
  return result;
}

// getcwd(3): `to` may be null, and then `room` 0.
SLOW static char *current(char *to, size_t room) {
  size_t size = strlen(carmine_folder) + 1;
  if (!to) {
    if (!room) room = size;
    to = room >= size ? malloc(room) : NULL;
    if (!to) { errno = room >= size ? ENOMEM : ERANGE; return NULL; }
  } else if (room < size) {
    errno = room ? ERANGE : EINVAL;
    return NULL;
  }
  return memcpy(to, carmine_folder, size);
}
SHOWN char *getcwd(char *to, size_t room) {
  if (unlikely(atomic_load_explicit(&carmine_in_folder, memory_order_relaxed))) return current(to, room);
  return NEXT(getcwd, char *(*)(char *, size_t))(to, room);
}
SHOWN char *__getcwd_chk(char *to, size_t room, size_t size) {
  if (unlikely(room <= size && atomic_load_explicit(&carmine_in_folder, memory_order_relaxed))) return current(to, room);
  return NEXT(__getcwd_chk, char *(*)(char *, size_t, size_t))(to, room, size);
}
SHOWN char *get_current_dir_name(void) {
  if (unlikely(atomic_load_explicit(&carmine_in_folder, memory_order_relaxed))) return current(NULL, 0);
  return NEXT(get_current_dir_name, char *(*)(void))();
}
