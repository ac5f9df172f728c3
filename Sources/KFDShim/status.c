// What a path or descriptor is: the stat and access families, links, extended attributes.
#include "shim.h"
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/xattr.h>
#include <time.h>
#include <unistd.h>

// MARK: stat

// On x86-64 `struct stat` and `struct stat64` are one.
static void fill(struct stat *to, const carmine_file_status *from) {
  static _Atomic long since;
  if (!atomic_load(&since)) atomic_store(&since, (long)time(NULL));
  memset(to, 0, sizeof *to);
  bool device = S_ISCHR(from->mode);
  to->st_dev = makedev(0, device ? 5 : 22);
  to->st_ino = from->inode;
  to->st_mode = from->mode;
  to->st_nlink = from->links;
  // Device files belong to whoever runs the program; the rest to root, as in sysfs.
  to->st_uid = device ? geteuid() : 0;
  to->st_gid = device ? getegid() : 0;
  to->st_rdev = device ? makedev(from->major, from->minor) : 0;
  to->st_size = (off_t)from->size;
  to->st_blksize = 4096;
  to->st_atim.tv_sec = to->st_mtim.tv_sec = to->st_ctim.tv_sec = atomic_load(&since);
}

// True when the call was about the driver's; *result is then what it returns.
SLOW static bool by_place(int directory, const char *path, bool follow, struct stat *to, int *result) {
  char buffer[CARMINE_PLACE];
  const char *where = carmine_place(directory, path, buffer);
  if (!where) return false;
  const carmine_kernel_calls *calls = carmine_enter();
  if (!calls) return false;
  int saved = errno;
  carmine_file_status status;
  int error = calls->status(where, follow, &status);
  carmine_leave();
  if (error == 0) fill(to, &status);
  *result = (int)carmine_result(error, saved);
  return true;
}
static inline bool by_path(int directory, const char *path, bool follow, struct stat *to, int *result) {
  return unlikely(concerns(directory, path)) && by_place(directory, path, follow, to, result);
}
SLOW static bool by_number(int fd, struct stat *to, int *result) {
  const carmine_kernel_calls *calls = carmine_enter();
  if (!calls) return false;
  int saved = errno;
  carmine_file_status status;
  int error = calls->status_of(fd, &status);
  carmine_leave();
  if (error == 0) fill(to, &status);
  *result = (int)carmine_result(error, saved);
  return true;
}
static inline bool by_descriptor(int fd, struct stat *to, int *result) { return unlikely(is_ours(fd)) && by_number(fd, to, result); }
static bool at(int directory, const char *path, int flags, struct stat *to, int *result) {
  const char *hidden = path;
  __asm__("" : "+r"(hidden));
  if (flags & AT_EMPTY_PATH && (!hidden || ((uintptr_t)hidden >= 4096 && !*hidden))) return by_descriptor(directory, to, result);
  return by_path(directory, hidden, !(flags & AT_SYMLINK_NOFOLLOW), to, result);
}

#define STAT(name, structure, parameters, arguments, ask)                                          \
  SHOWN int name parameters {                                                                      \
    int result;                                                                                    \
    if (unlikely(ask)) return result;                                                              \
    return NEXT(name, int(*) parameters) arguments;                                                \
  }
#define STATS(stat_name, lstat_name, fstat_name, fstatat_name, structure)                                                                        \
  STAT(stat_name, structure, (const char *path, structure *to), (path, to), by_path(AT_FDCWD, path, true, (struct stat *)to, &result))             \
  STAT(lstat_name, structure, (const char *path, structure *to), (path, to), by_path(AT_FDCWD, path, false, (struct stat *)to, &result))           \
  STAT(fstat_name, structure, (int fd, structure *to), (fd, to), by_descriptor(fd, (struct stat *)to, &result))                                   \
  STAT(fstatat_name, structure, (int fd, const char *path, structure *to, int flags), (fd, path, to, flags), at(fd, path, flags, (struct stat *)to, &result))
STATS(stat, lstat, fstat, fstatat, struct stat)
STATS(stat64, lstat64, fstat64, fstatat64, struct stat64)
// The names that programs built before glibc 2.33 call.
#define OLD_STATS(stat_name, lstat_name, fstat_name, fstatat_name, structure)                                                                                        \
  STAT(stat_name, structure, (int version, const char *path, structure *to), (version, path, to), by_path(AT_FDCWD, path, true, (struct stat *)to, &result))           \
  STAT(lstat_name, structure, (int version, const char *path, structure *to), (version, path, to), by_path(AT_FDCWD, path, false, (struct stat *)to, &result))         \
  STAT(fstat_name, structure, (int version, int fd, structure *to), (version, fd, to), by_descriptor(fd, (struct stat *)to, &result))                                 \
  STAT(fstatat_name, structure, (int version, int fd, const char *path, structure *to, int flags), (version, fd, path, to, flags), at(fd, path, flags, (struct stat *)to, &result))
OLD_STATS(__xstat, __lxstat, __fxstat, __fxstatat, struct stat)
OLD_STATS(__xstat64, __lxstat64, __fxstat64, __fxstatat64, struct stat64)

SHOWN int statx(int fd, const char *path, int flags, unsigned mask, struct statx *to) {
  struct stat status;
  int result;
  if (unlikely(at(fd, path, flags, &status, &result))) {
    if (result < 0) return result;
    memset(to, 0, sizeof *to);
    to->stx_mask = STATX_BASIC_STATS;
    to->stx_blksize = (uint32_t)status.st_blksize;
    to->stx_nlink = (uint32_t)status.st_nlink;
    to->stx_uid = status.st_uid;
    to->stx_gid = status.st_gid;
    to->stx_mode = (uint16_t)status.st_mode;
    to->stx_ino = status.st_ino;
    to->stx_size = (uint64_t)status.st_size;
    to->stx_atime.tv_sec = to->stx_mtime.tv_sec = to->stx_ctime.tv_sec = status.st_mtim.tv_sec;
    to->stx_rdev_major = major(status.st_rdev);
    to->stx_rdev_minor = minor(status.st_rdev);
    to->stx_dev_major = major(status.st_dev);
    to->stx_dev_minor = minor(status.st_dev);
    return 0;
  }
  return NEXT(statx, int (*)(int, const char *, int, unsigned, struct statx *))(fd, path, flags, mask, to);
}

// MARK: access

static bool may(int directory, const char *path, int mode, int flags, uid_t user, int *result) {
  struct stat status;
  int saved = errno;
  if (!by_path(directory, path, !(flags & AT_SYMLINK_NOFOLLOW), &status, result)) return false;
  if (*result < 0) return true;
  unsigned bits = user == status.st_uid ? status.st_mode >> 6 : status.st_mode;
  if (user == 0) bits |= R_OK | W_OK | (status.st_mode & 0111 ? X_OK : 0);
  *result = (int)carmine_result(((unsigned)mode & ~bits & 7) ? -EACCES : 0, saved);
  return true;
}
SHOWN int access(const char *path, int mode) {
  int result;
  if (unlikely(may(AT_FDCWD, path, mode, 0, getuid(), &result))) return result;
  return NEXT(access, int (*)(const char *, int))(path, mode);
}
SHOWN int faccessat(int directory, const char *path, int mode, int flags) {
  int result;
  if (unlikely(may(directory, path, mode, flags, flags & AT_EACCESS ? geteuid() : getuid(), &result))) return result;
  return NEXT(faccessat, int (*)(int, const char *, int, int))(directory, path, mode, flags);
}
SHOWN int euidaccess(const char *path, int mode) {
  int result;
  if (unlikely(may(AT_FDCWD, path, mode, 0, geteuid(), &result))) return result;
  return NEXT(euidaccess, int (*)(const char *, int))(path, mode);
}
SHOWN int eaccess(const char *path, int mode) {
  int result;
  if (unlikely(may(AT_FDCWD, path, mode, 0, geteuid(), &result))) return result;
  return NEXT(eaccess, int (*)(const char *, int))(path, mode);
}

// MARK: links

SLOW static bool link_at(int directory, const char *path, bool resolved, char *to, size_t room, ssize_t *result) {
  char buffer[CARMINE_PLACE];
  const char *where = carmine_place(directory, path, buffer);
  if (!where) return false;
  const carmine_kernel_calls *calls = carmine_enter();
  if (!calls) return false;
  int saved = errno;
  int64_t length = calls->link(where, resolved, to, room);
  carmine_leave();
  *result = carmine_result(length > (int64_t)room ? (int64_t)room : length, saved);
  return true;
}
static inline bool link_of(int directory, const char *path, bool resolved, char *to, size_t room, ssize_t *result) {
  return unlikely(concerns(directory, path)) && link_at(directory, path, resolved, to, room, result);
}
SHOWN ssize_t readlink(const char *path, char *to, size_t room) {
  ssize_t result;
  if (unlikely(link_of(AT_FDCWD, path, false, to, room, &result))) return result;
  return NEXT(readlink, ssize_t(*)(const char *, char *, size_t))(path, to, room);
}
SHOWN ssize_t readlinkat(int directory, const char *path, char *to, size_t room) {
  ssize_t result;
  if (unlikely(link_of(directory, path, false, to, room, &result))) return result;
  return NEXT(readlinkat, ssize_t(*)(int, const char *, char *, size_t))(directory, path, to, room);
}
SHOWN ssize_t __readlink_chk(const char *path, char *to, size_t room, size_t size) {
  ssize_t result;
  if (unlikely(room <= size && link_of(AT_FDCWD, path, false, to, room, &result))) return result;
  return NEXT(__readlink_chk, ssize_t(*)(const char *, char *, size_t, size_t))(path, to, room, size);
}
SHOWN ssize_t __readlinkat_chk(int directory, const char *path, char *to, size_t room, size_t size) {
  ssize_t result;
  if (unlikely(room <= size && link_of(directory, path, false, to, room, &result))) return result;
  return NEXT(__readlinkat_chk, ssize_t(*)(int, const char *, char *, size_t, size_t))(directory, path, to, room, size);
}

SLOW static bool real_path(const char *path, char *to, char **result) {
  char buffer[PATH_MAX];
  ssize_t length;
  if (!link_of(AT_FDCWD, path, true, buffer, sizeof buffer - 1, &length)) return false;
  *result = NULL;
  if (length < 0) return true;
  buffer[length] = 0;
  *result = to ? memcpy(to, buffer, (size_t)length + 1) : strdup(buffer);
  return true;
}
SHOWN char *realpath(const char *path, char *to) {
  char *result;
  if (unlikely(concerns(AT_FDCWD, path) && real_path(path, to, &result))) return result;
  return NEXT(realpath, char *(*)(const char *, char *))(path, to);
}
SHOWN char *__realpath_chk(const char *path, char *to, size_t size) {
  char *result;
  if (unlikely(size >= PATH_MAX && concerns(AT_FDCWD, path) && real_path(path, to, &result))) return result;
  return NEXT(__realpath_chk, char *(*)(const char *, char *, size_t))(path, to, size);
}
SHOWN char *canonicalize_file_name(const char *path) {
  char *result;
  if (unlikely(concerns(AT_FDCWD, path) && real_path(path, NULL, &result))) return result;
  return NEXT(canonicalize_file_name, char *(*)(const char *))(path);
}

// MARK: extended attributes: there are none (ls -l asks)

static bool no_attributes(int directory, const char *path, ssize_t error, ssize_t *result) {
  struct stat status;
  int saved = errno, found;
  if (!(path ? by_path(directory, path, false, &status, &found) : by_descriptor(directory, &status, &found))) return false;
  *result = found < 0 ? -1 : carmine_result(error, saved);
  return true;
}
#define ATTRIBUTE(name, error, parameters, arguments, directory, path)                             \
  SHOWN ssize_t name parameters {                                                                  \
    ssize_t result;                                                                                \
    if (unlikely(no_attributes(directory, path, error, &result))) return result;                   \
    return NEXT(name, ssize_t(*) parameters) arguments;                                            \
  }
ATTRIBUTE(getxattr, -EOPNOTSUPP, (const char *path, const char *name, void *value, size_t size), (path, name, value, size), AT_FDCWD, path)
ATTRIBUTE(lgetxattr, -EOPNOTSUPP, (const char *path, const char *name, void *value, size_t size), (path, name, value, size), AT_FDCWD, path)
ATTRIBUTE(fgetxattr, -EOPNOTSUPP, (int fd, const char *name, void *value, size_t size), (fd, name, value, size), fd, NULL)
ATTRIBUTE(listxattr, 0, (const char *path, char *list, size_t size), (path, list, size), AT_FDCWD, path)
ATTRIBUTE(llistxattr, 0, (const char *path, char *list, size_t size), (path, list, size), AT_FDCWD, path)
ATTRIBUTE(flistxattr, 0, (int fd, char *list, size_t size), (fd, list, size), fd, NULL)
