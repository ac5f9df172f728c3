// Standard I/O.  libc's streams read a memory file as they read any file; only opening and closing pass through here.
#include "shim.h"
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

// The flags of open(2) for a mode of fopen(3), or -1.
static int flags_of(const char *mode) {
  int flags = *mode == 'r' ? O_RDONLY : *mode == 'w' ? O_WRONLY | O_CREAT | O_TRUNC : *mode == 'a' ? O_WRONLY | O_CREAT | O_APPEND : -1;
  for (const char *c = mode; flags >= 0 && *c && *c != ','; c++) {
    if (*c == '+') flags = (flags & ~O_ACCMODE) | O_RDWR;
    if (*c == 'e') flags |= O_CLOEXEC;
    if (*c == 'x') flags |= O_EXCL;
  }
  return flags;
}

SLOW static bool open_stream(const char *path, const char *mode, FILE **result) {
  int flags = flags_of(mode), saved = errno;
  bool elsewhere;
  char buffer[CARMINE_PLACE];
  const char *where = carmine_place(AT_FDCWD, path, buffer);
  if (flags < 0 || !where) return false;
  int fd = carmine_open(where, flags, &elsewhere);
  if (elsewhere) return false;
  *result = NULL;
  if (fd < 0) { errno = -fd; return true; }
  *result = fdopen(fd, mode);
  if (!*result) { int error = errno; close(fd); errno = error; } else errno = saved;
  return true;
}
#define FOPEN(name)                                                                                \
  SHOWN FILE *name(const char *path, const char *mode) {                                           \
    FILE *result;                                                                                  \
    if (unlikely(concerns(AT_FDCWD, path) && open_stream(path, mode, &result))) return result;     \
    return NEXT(name, FILE * (*)(const char *, const char *))(path, mode);                         \
  }
FOPEN(fopen)
FOPEN(fopen64)

SLOW static int open_place(const char *path, int flags, bool *elsewhere) {
  char buffer[CARMINE_PLACE];
  const char *where = carmine_place(AT_FDCWD, path, buffer);
  *elsewhere = !where;
  return where ? carmine_open(where, flags, elsewhere) : -1;
}
// The stream keeps its object and number: libc reopens it on nothing, and that number becomes ours.
#define FREOPEN(name)                                                                              \
  SHOWN FILE *name(const char *path, const char *mode, FILE *stream) {                             \
    int flags = unlikely(concerns(AT_FDCWD, path)) ? flags_of(mode) : -1;                          \
    if (unlikely(flags >= 0)) {                                                                    \
      bool elsewhere;                                                                              \
      int fd = open_place(path, flags, &elsewhere);                                                \
      if (!elsewhere) {                                                                            \
        FILE *again = NEXT(name, FILE * (*)(const char *, const char *, FILE *))("/dev/null", mode, stream); \
        int error = fd < 0 ? -fd : again && dup2(fd, fileno(again)) < 0 ? errno : 0;               \
        if (fd >= 0) close(fd);                                                                    \
        if (error && again) { fclose(again); again = NULL; }                                       \
        if (error) errno = error;                                                                  \
        return again;                                                                              \
      }                                                                                            \
    }                                                                                              \
    return NEXT(name, FILE * (*)(const char *, const char *, FILE *))(path, mode, stream);         \
  }
FREOPEN(freopen)
FREOPEN(freopen64)

SHOWN int fclose(FILE *stream) {
  int saved = errno, fd = fileno(stream);
  errno = saved;
  if (unlikely(is_ours(fd))) carmine_forget(fd);
  return NEXT(fclose, int (*)(FILE *))(stream);
}
