// What the interposers share.
//
// An interposer decides with one comparison of the path, or one load by descriptor number, whether a call is about the
// software GPU.  If not, libc's function runs as if nobody had been asked: nothing is allocated, no lock taken, errno kept,
// so that signal handlers and children of vfork(2) may do what they may do without us.  If it is, the call goes to
// libcarmine-softgpu.so, which is loaded at the first such call.
// Threads: any.
#ifndef CARMINE_SHIM_H
#define CARMINE_SHIM_H
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "carmine_softgpu.h"

#define SHOWN __attribute__((visibility("default")))
#define unlikely(x) __builtin_expect(!!(x), 0)

// MARK: libc's own functions (next.c)

/// The next definition of a function in the order of loading: usually libc's.
#define NEXT(name, type) ((type)(unlikely(!carmine_next[CARMINE_NEXT_##name]) ? carmine_find_next(CARMINE_NEXT_##name) : carmine_next[CARMINE_NEXT_##name]))
#define CARMINE_NAMES(X)                                                                                               \
  X(open) X(open64) X(openat) X(openat64) X(__open_2) X(__open64_2) X(__openat_2) X(__openat64_2) X(creat) X(creat64)    \
  X(close) X(close_range) X(closefrom) X(dup) X(dup2) X(dup3) X(fcntl) X(fcntl64)                                        \
  X(read) X(__read_chk) X(readv) X(writev) X(pread) X(pread64) X(__pread_chk) X(__pread64_chk) X(write) X(lseek) X(lseek64)                 \
  X(ioctl) X(mmap) X(mmap64) X(munmap)                                                                                   \
  X(stat) X(stat64) X(lstat) X(lstat64) X(fstat) X(fstat64) X(fstatat) X(fstatat64) X(statx)                             \
  X(__xstat) X(__xstat64) X(__lxstat) X(__lxstat64) X(__fxstat) X(__fxstat64) X(__fxstatat) X(__fxstatat64)              \
  X(access) X(faccessat) X(euidaccess) X(eaccess) X(readlink) X(__readlink_chk) X(readlinkat) X(__readlinkat_chk)        \
  X(realpath) X(__realpath_chk) X(canonicalize_file_name)                                                                \
  X(getxattr) X(lgetxattr) X(fgetxattr) X(listxattr) X(llistxattr) X(flistxattr)                                         \
  X(opendir) X(fdopendir) X(readdir) X(readdir64) X(readdir_r) X(readdir64_r) X(closedir) X(dirfd) X(rewinddir)          \
  X(getdents64) X(telldir) X(seekdir) X(scandir) X(scandir64) X(scandirat) X(scandirat64) X(glob) X(glob64)                            \
  X(fopen) X(fopen64) X(freopen) X(freopen64) X(fclose)                                                          \
  X(chdir) X(fchdir) X(getcwd) X(__getcwd_chk) X(get_current_dir_name) X(ftw) X(ftw64) X(nftw) X(nftw64)                 \
  X(dlsym)
enum {
#define X(name) CARMINE_NEXT_##name,
  CARMINE_NAMES(X)
#undef X
  CARMINE_NEXT_COUNT
};
extern void *carmine_next[CARMINE_NEXT_COUNT];
void *carmine_find_next(int which);

// MARK: what is ours (ours.c)

enum { CARMINE_DESCRIPTORS = 65536 };
/// By descriptor number: the inode of the memory file that it was given out with; 0 for the program's own.
extern _Atomic uint64_t carmine_inode_of[CARMINE_DESCRIPTORS];

bool carmine_names_driver(const char *path);
bool carmine_still_ours(int fd);

/// The fast question about a path.
static inline bool names_driver(const char *path) {
  __asm__("" : "+r"(path));  // headers promise that it is not null; programs don't
  if ((uintptr_t)path < 4096 || path[0] != '/') return false;
  char second = path[1];
  if (second != 'd' && second != 's' && second != 'p' && second != '/' && second != '.') return false;
  return carmine_names_driver(path);
}
/// The fast question about a descriptor.
static inline bool is_ours(int fd) {
  if ((unsigned)fd >= CARMINE_DESCRIPTORS || !atomic_load_explicit(&carmine_inode_of[fd], memory_order_relaxed)) return false;
  return carmine_still_ours(fd);
}

/// The software GPU, loaded if need be; null where this thread is inside it already, in a child of vfork(2), or when it
/// cannot be loaded.  Each call that gets one is closed by `carmine_leave`.
const carmine_kernel_calls *carmine_enter(void);
void carmine_leave(void);
/// munmap(2) of these addresses goes to the software GPU.
void carmine_watch(uint64_t address, uint64_t length);
/// The number is no longer what it was.
void carmine_forget(int fd);
/// After a copy was made.
void carmine_duplicated(int fd, int copy);
/// Opens for a path that names the driver's; -errno, or 1 in *elsewhere when libc must be asked.
int carmine_open(const char *path, int flags, bool *elsewhere);

// MARK: the working folder (current.c)

/// Whether it is one of the driver's, and which.
extern _Atomic int carmine_in_folder;
extern char carmine_folder[PATH_MAX];
bool carmine_from_folder(const char *path, char *buffer);

// MARK: folders of the host with names of the driver (beside.c)

/// The folder's plain path, or null.
const char *carmine_holder(const char *path);
/// How many such streams are open.
extern _Atomic int carmine_beside_count;
struct dirent;
struct __dirstream;
void carmine_beside_open(struct __dirstream *stream, const char *holder);
void carmine_beside_close(struct __dirstream *stream);
void carmine_beside_rewind(struct __dirstream *stream);
/// Whether the host's own entry is the driver's.
bool carmine_beside_hides(struct __dirstream *stream, const char *name);
/// After the host's own.
struct dirent *carmine_beside_next(struct __dirstream *stream);

/// The fast question about a path that may start from an open folder.
static inline bool concerns(int directory, const char *path) {
  __asm__("" : "+r"(path));
  if ((uintptr_t)path < 4096) return false;
  if (path[0] == '/') return names_driver(path);
  return directory == AT_FDCWD ? atomic_load_explicit(&carmine_in_folder, memory_order_relaxed) : is_ours(directory);
}
/// The driver's path that such a call means: `path` itself, or below our open folder, written to `buffer`; null if there is
/// none after all.  The buffer is large, and signal stacks are small: only functions that are not inlined (SLOW) have one.
const char *carmine_place(int directory, const char *path, char *buffer);
enum { CARMINE_PLACE = PATH_MAX * 2 };
#define SLOW __attribute__((noinline, cold))

/// What libc's functions do with -errno.
static inline long carmine_result(long result, int saved) {
  if (result < 0) { errno = (int)-result; return -1; }
  errno = saved;
  return result;
}
#endif
