// Directory streams.  Ours are places in a table, so that an address alone says whose a stream is.
#include "shim.h"
#include <dirent.h>
#include <fcntl.h>
#include <glob.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

typedef struct folder {
  _Atomic int used;
  int fd;
  long position;        // 0 ".", 1 "..", then names
  char *names;          // one after another, each NUL-terminated
  size_t size;
  char path[PATH_MAX];
  struct dirent entry;  // `struct dirent64` is the same on x86-64
} folder;

static folder folders[64];

static folder *ours(DIR *stream) {
  uintptr_t at = (uintptr_t)stream, first = (uintptr_t)folders;
  return unlikely(at >= first && at < first + sizeof folders) ? (folder *)stream : NULL;
}

// MARK: opening

// A stream over an open folder of ours; null and errno.
static DIR *stream_of(int fd) {
  folder *free_one = NULL;
  for (size_t i = 0; i < sizeof folders / sizeof *folders && !free_one; i++) {
    int unused = 0;
    if (atomic_compare_exchange_strong(&folders[i].used, &unused, 1)) free_one = &folders[i];
  }
  if (!free_one) { errno = EMFILE; return NULL; }
  const carmine_kernel_calls *calls = carmine_enter();
  int64_t length = calls ? calls->path_of(fd, free_one->path, PATH_MAX - 1) : -ENOENT, size = length;
  char *names = NULL;
  if (length >= 0 && length < PATH_MAX) {
    free_one->path[length] = 0;
    size = calls->list(free_one->path, NULL, 0);
    if (size > 0) {
      names = malloc((size_t)size);
      size = names ? calls->list(free_one->path, names, (size_t)size) : -ENOMEM;
    }
  }
  if (calls) carmine_leave();
  if (size < 0) {
    free(names);
    atomic_store(&free_one->used, 0);
    errno = (int)-size;
    return NULL;
  }
  free_one->fd = fd;
  free_one->position = 0;
  free_one->names = names;
  free_one->size = (size_t)size;
  return (DIR *)free_one;
}

SLOW static bool open_ours(int directory, const char *path, DIR **result) {
  char buffer[CARMINE_PLACE];
  const char *where = carmine_place(directory, path, buffer);
  if (!where) return false;
  bool elsewhere;
  int saved = errno, fd = carmine_open(where, O_RDONLY | O_DIRECTORY | O_CLOEXEC, &elsewhere);
  if (elsewhere) return false;
  *result = NULL;
  if (fd < 0) { errno = -fd; return true; }
  *result = stream_of(fd);
  if (!*result) { int error = errno; close(fd); errno = error; } else errno = saved;
  return true;
}

SHOWN DIR *opendir(const char *path) {
  DIR *result;
  if (unlikely(concerns(AT_FDCWD, path) && open_ours(AT_FDCWD, path, &result))) return result;
  result = NEXT(opendir, DIR * (*)(const char *))(path);
  const char *holder = carmine_holder(path);
  if (unlikely(holder)) carmine_beside_open(result, holder);
  return result;
}
// The host's folder behind a descriptor, if the driver has names in it.
SLOW static const char *holder_of(int fd) {
  char name[32] = "/proc/self/fd/", path[64];
  size_t length = strlen(name);
  char digits[12];
  int count = 0;
  do digits[count++] = (char)('0' + fd % 10); while (fd /= 10);
  while (count) name[length++] = digits[--count];
  name[length] = 0;
  int saved = errno;
  ssize_t size = syscall(SYS_readlink, name, path, sizeof path - 1);
  errno = saved;
  if (size <= 0) return NULL;
  path[size] = 0;
  return carmine_holder(path);
}
SHOWN DIR *fdopendir(int fd) {
  if (unlikely(is_ours(fd))) return stream_of(fd);
  DIR *result = NEXT(fdopendir, DIR * (*)(int))(fd);
  const char *holder = result ? holder_of(fd) : NULL;
  if (unlikely(holder)) carmine_beside_open(result, holder);
  return result;
}
SHOWN int closedir(DIR *stream) {
  folder *mine = ours(stream);
  if (!mine) {
    if (unlikely(atomic_load_explicit(&carmine_beside_count, memory_order_relaxed))) carmine_beside_close(stream);
    return NEXT(closedir, int (*)(DIR *))(stream);
  }
  int fd = mine->fd;
  free(mine->names);
  mine->names = NULL;
  atomic_store(&mine->used, 0);
  return close(fd);
}
SHOWN int dirfd(DIR *stream) {
  folder *mine = ours(stream);
  return mine ? mine->fd : NEXT(dirfd, int (*)(DIR *))(stream);
}

// MARK: reading

static const char *name_at(folder *mine, long position) {
  if (position < 2) return position == 0 ? "." : "..";
  const char *name = mine->names, *end = mine->names + mine->size;
  for (position -= 2; name && name < end; position--, name += strlen(name) + 1)
    if (position == 0) return name;
  return NULL;
}

SLOW static struct dirent *next_entry(folder *mine) {
  const char *name = name_at(mine, mine->position);
  if (!name) return NULL;
  struct dirent *entry = &mine->entry;
  memset(entry, 0, sizeof *entry);
  entry->d_off = ++mine->position;
  entry->d_reclen = sizeof *entry;
  strncpy(entry->d_name, name, sizeof entry->d_name - 1);
  char path[CARMINE_PLACE];
  size_t length = strlen(mine->path);
  memcpy(path, mine->path, length);
  path[length] = '/';
  strcpy(path + length + 1, entry->d_name);
  const carmine_kernel_calls *calls = carmine_enter();
  carmine_file_status status;
  entry->d_type = DT_UNKNOWN;
  if (calls && calls->status(path, 0, &status) == 0) {
    entry->d_ino = status.inode;
    entry->d_type = (unsigned char)(status.mode >> 12 & 15);
  }
  if (calls) carmine_leave();
  if (!entry->d_ino) entry->d_ino = 1;
  return entry;
}

#define READDIR(name, structure)                                                                   \
  SHOWN structure *name(DIR *stream) {                                                             \
    folder *mine = ours(stream);                                                                   \
    if (!mine) {                                                                                   \
      structure *found;                                                                            \
      bool beside = atomic_load_explicit(&carmine_beside_count, memory_order_relaxed);             \
      do found = NEXT(name, structure * (*)(DIR *))(stream);                                       \
      while (unlikely(beside) && found && carmine_beside_hides(stream, found->d_name));            \
      return unlikely(beside && !found) ? (structure *)carmine_beside_next(stream) : found;        \
    }                                                                                              \
    int saved = errno;                                                                             \
    structure *entry = (structure *)next_entry(mine);                                              \
    errno = saved;                                                                                 \
    return entry;                                                                                  \
  }
READDIR(readdir, struct dirent)
READDIR(readdir64, struct dirent64)
#define READDIR_R(name, structure)                                                                 \
  SHOWN int name(DIR *stream, structure *entry, structure **result) {                              \
    folder *mine = ours(stream);                                                                   \
    if (!mine) {                                                                                   \
      bool beside = atomic_load_explicit(&carmine_beside_count, memory_order_relaxed);             \
      int error;                                                                                   \
      do error = NEXT(name, int (*)(DIR *, structure *, structure **))(stream, entry, result);     \
      while (unlikely(beside) && !error && *result && carmine_beside_hides(stream, entry->d_name)); \
      structure *more = unlikely(beside && !error && !*result) ? (structure *)carmine_beside_next(stream) : NULL; \
      if (more) *result = memcpy(entry, more, sizeof *entry);                                      \
      return error;                                                                                \
    }                                                                                              \
    structure *found = (structure *)next_entry(mine);                                              \
    *result = found ? memcpy(entry, found, sizeof *entry) : NULL;                                  \
    return 0;                                                                                      \
  }
#pragma clang diagnostic ignored "-Wdeprecated-declarations"
READDIR_R(readdir_r, struct dirent)
READDIR_R(readdir64_r, struct dirent64)

SHOWN void rewinddir(DIR *stream) {
  folder *mine = ours(stream);
  if (mine) { mine->position = 0; return; }
  if (unlikely(atomic_load_explicit(&carmine_beside_count, memory_order_relaxed))) carmine_beside_rewind(stream);
  NEXT(rewinddir, void (*)(DIR *))(stream);
}
SHOWN long telldir(DIR *stream) {
  folder *mine = ours(stream);
  return mine ? mine->position : NEXT(telldir, long (*)(DIR *))(stream);
}
SHOWN void seekdir(DIR *stream, long position) {
  folder *mine = ours(stream);
  if (mine) mine->position = position; else NEXT(seekdir, void (*)(DIR *, long))(stream, position);
}

// The system call itself: the position is that of the descriptor, kept in its memory file.
SLOW static ssize_t entries_of(int fd, char *to, size_t room) {
  int saved = errno;
  off_t position = NEXT(lseek, off_t(*)(int, off_t, int))(fd, 0, SEEK_CUR);
  DIR *stream = stream_of(fd);
  if (!stream) return -1;
  folder *mine = (folder *)stream;
  mine->position = position;
  size_t filled = 0;
  struct dirent *entry;
  while ((entry = next_entry(mine))) {
    size_t size = (offsetof(struct dirent, d_name) + strlen(entry->d_name) + 1 + 7) & ~(size_t)7;
    if (filled + size > room) { mine->position--; break; }
    entry->d_reclen = (unsigned short)size;
    memcpy(to + filled, entry, size);
    filled += size;
  }
  NEXT(lseek, off_t(*)(int, off_t, int))(fd, mine->position, SEEK_SET);
  free(mine->names);
  mine->names = NULL;
  atomic_store(&mine->used, 0);
  if (entry && filled == 0) { errno = EINVAL; return -1; }
  errno = saved;
  return (ssize_t)filled;
}
SHOWN ssize_t getdents64(int fd, void *to, size_t room) {
  if (unlikely(is_ours(fd))) return entries_of(fd, to, room);
  return NEXT(getdents64, ssize_t(*)(int, void *, size_t))(fd, to, room);
}

// MARK: whole folders

typedef int (*chooser)(const struct dirent *);
typedef int (*comparison)(const struct dirent **, const struct dirent **);

// scandir(3) over a stream of ours, which it closes.
static int scan(DIR *stream, struct dirent ***list, chooser choose, comparison compare) {
  if (!stream) return -1;
  struct dirent **entries = NULL, *entry;
  int count = 0, error = 0;
  while (!error && (entry = readdir(stream))) {
    if (choose && !choose(entry)) continue;
    struct dirent **more = realloc(entries, sizeof *entries * (size_t)(count + 1)), *copy = malloc(sizeof *copy);
    if (more) entries = more;
    if (!more || !copy) { free(copy); error = ENOMEM; break; }
    *copy = *entry;
    entries[count++] = copy;
  }
  closedir(stream);
  if (error) {
    while (count) free(entries[--count]);
    free(entries);
    errno = error;
    return -1;
  }
  if (compare && count) qsort(entries, (size_t)count, sizeof *entries, (int (*)(const void *, const void *))compare);
  *list = entries;
  return count;
}
#define SCANDIR(name, structure)                                                                                            \
  SHOWN int name(const char *path, structure ***list, int (*choose)(const structure *), int (*compare)(const structure **, const structure **)) { \
    DIR *stream;                                                                                                            \
    if (unlikely(concerns(AT_FDCWD, path) && open_ours(AT_FDCWD, path, &stream)))                                            \
      return scan(stream, (struct dirent ***)list, (chooser)choose, (comparison)compare);                                   \
    if (unlikely(carmine_holder(path) && (stream = opendir(path))))                                                         \
      return scan(stream, (struct dirent ***)list, (chooser)choose, (comparison)compare);                                   \
    return NEXT(name, int (*)(const char *, structure ***, int (*)(const structure *), int (*)(const structure **, const structure **)))(path, list, choose, compare); \
  }
#define SCANDIRAT(name, structure)                                                                                          \
  SHOWN int name(int directory, const char *path, structure ***list, int (*choose)(const structure *), int (*compare)(const structure **, const structure **)) { \
    DIR *stream;                                                                                                            \
    if (unlikely(concerns(directory, path)) && open_ours(directory, path, &stream))                                                                      \
      return scan(stream, (struct dirent ***)list, (chooser)choose, (comparison)compare);                                   \
    return NEXT(name, int (*)(int, const char *, structure ***, int (*)(const structure *), int (*)(const structure **, const structure **)))(directory, path, list, choose, compare); \
  }
SCANDIR(scandir, struct dirent)
SCANDIR(scandir64, struct dirent64)
SCANDIRAT(scandirat, struct dirent)
SCANDIRAT(scandirat64, struct dirent64)

// libc's glob(3) looks at folders through its own names unless it is given others: these.
static void *glob_open(const char *path) { return opendir(path); }
static struct dirent *glob_read(void *stream) { return readdir(stream); }
static struct dirent64 *glob_read64(void *stream) { return readdir64(stream); }
static void glob_close(void *stream) { closedir(stream); }
static int glob_stat(const char *path, struct stat *to) { return stat(path, to); }
static int glob_lstat(const char *path, struct stat *to) { return lstat(path, to); }
static int glob_stat64(const char *path, struct stat64 *to) { return stat64(path, to); }
static int glob_lstat64(const char *path, struct stat64 *to) { return lstat64(path, to); }
// A pattern that may meet a name of the driver.
static bool in_reach(const char *pattern) {
  __asm__("" : "+r"(pattern));
  if ((uintptr_t)pattern < 4096) return false;
  return pattern[0] != '/' ? atomic_load_explicit(&carmine_in_folder, memory_order_relaxed)
                           : !strncmp(pattern, "/dev/", 5) || !strncmp(pattern, "/sys/", 5) || names_driver(pattern);
}
#define GLOB(name, structure, read, status, link_status)                                                                    \
  SHOWN int name(const char *pattern, int flags, int (*error)(const char *, int), structure *result) {                      \
    if (unlikely(!(flags & GLOB_ALTDIRFUNC) && in_reach(pattern))) {                                                        \
      result->gl_opendir = glob_open;                                                                                       \
      result->gl_readdir = read;                                                                                            \
      result->gl_closedir = glob_close;                                                                                     \
      result->gl_stat = status;                                                                                             \
      result->gl_lstat = link_status;                                                                                       \
      flags |= GLOB_ALTDIRFUNC;                                                                                             \
    }                                                                                                                       \
    return NEXT(name, int (*)(const char *, int, int (*)(const char *, int), structure *))(pattern, flags, error, result);   \
  }
GLOB(glob, glob_t, glob_read, glob_stat, glob_lstat)
GLOB(glob64, glob64_t, glob_read64, glob_stat64, glob_lstat64)
