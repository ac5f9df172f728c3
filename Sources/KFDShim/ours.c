// Which paths and descriptors belong to the software GPU, and how it is reached.
//
// A descriptor's number may change hands without a call that we see (libc's own closes are internal to it), so a marked
// number is believed only while fstat(2) shows the memory file that it was marked with.
// Children: after fork(2) the page that holds our process id reads as zero, so a real child is told from one of vfork(2),
// which shares our memory and must not touch these tables.
#include "shim.h"
#include <dlfcn.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

_Atomic uint64_t carmine_inode_of[CARMINE_DESCRIPTORS];
static __thread int inside __attribute__((tls_model("initial-exec")));
static _Atomic int *owner;

// MARK: paths

bool carmine_names_driver(const char *path) {
  // The beginning, with doubled slashes and single dots taken out: roots are shorter than this.
  char clean[64];
  size_t length = 0;
  for (const char *at = path; *at && length < sizeof clean - 1;) {
    if (*at == '/') {
      while (at[0] == '/' || (at[0] == '.' && (at[1] == '/' || at[1] == 0) && at > path && at[-1] == '/')) at++;
      if (!*at && length) break;
      clean[length++] = '/';
    } else {
      clean[length++] = *at++;
    }
  }
  clean[length] = 0;
  // Words; one that ends with a star stands for all names that begin so, others for a file and what is below it.
  for (const char *root = CARMINE_SOFTGPU_ROOTS; *root;) {
    size_t size = strcspn(root, " ");
    bool any = root[size - 1] == '*';
    size_t compared = any ? size - 1 : size;
    if (length >= compared && memcmp(clean, root, compared) == 0 && (any || clean[compared] == 0 || clean[compared] == '/')) return true;
    root += size + (root[size] == ' ');
  }
  return false;
}

// MARK: processes

__attribute__((constructor(102))) static void remember_process(void) {
  void *page = (void *)syscall(SYS_mmap, NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (page == MAP_FAILED) return;
  syscall(SYS_madvise, page, 4096, MADV_WIPEONFORK);
  atomic_store((_Atomic int *)page, (int)syscall(SYS_getpid));
  owner = page;
}

// False in a child of vfork(2).
static bool in_own_memory(void) {
  if (!owner) remember_process();
  if (!owner) return false;
  int me = (int)syscall(SYS_getpid), known = atomic_load(owner);
  if (known == 0) { atomic_store(owner, me); return true; }
  return known == me;
}

// MARK: the software GPU

static const carmine_kernel_calls *kernel;

static void opened(int fd, uint64_t inode) {
  if ((unsigned)fd < CARMINE_DESCRIPTORS) atomic_store(&carmine_inode_of[fd], inode);
}

static void complain(const char *what, const char *why) {
  char line[1024];
  size_t length = 0;
  const char *parts[] = {"carmine kfd: ", what, why, "; put libcarmine-softgpu.so beside libcarmine-kfd.so or set CARMINE_SOFTGPU_LIBRARY\n"};
  for (int i = 0; i < 4; i++)
    for (const char *c = parts[i]; *c && length < sizeof line; c++) line[length++] = *c;
  syscall(SYS_write, STDERR_FILENO, line, length);
}

static void load(void) {
  char path[PATH_MAX];
  const char *given = getenv("CARMINE_SOFTGPU_LIBRARY");
  if (!given || !*given) {
    Dl_info info;
    if (!dladdr((void *)load, &info) || !info.dli_fname) return complain("the shim does not know where it is", "");
    const char *slash = strrchr(info.dli_fname, '/');
    size_t folder = slash ? (size_t)(slash - info.dli_fname) + 1 : 0;
    static const char name[] = "libcarmine-softgpu.so";
    if (folder + sizeof name > sizeof path) return complain("the shim's path is too long", "");
    memcpy(path, info.dli_fname, folder);
    memcpy(path + folder, name, sizeof name);
    given = path;
  }
  void *library = dlopen(given, RTLD_NOW | RTLD_LOCAL);
  if (!library) { const char *why = dlerror(); return complain("the software GPU cannot be loaded: ", why ? why : given); }
  const carmine_kernel_calls *(*entry)(void) = (const carmine_kernel_calls *(*)(void))dlsym(library, "carmine_softgpu_kernel");
  const carmine_kernel_calls *table = entry ? entry() : NULL;
  if (!table || table->version != CARMINE_SOFTGPU_VERSION || table->size < sizeof *table)
    return complain("the software GPU is of another version: ", given);
  table->observe(opened, carmine_watch);
  kernel = table;
}

const carmine_kernel_calls *carmine_enter(void) {
  static pthread_once_t once = PTHREAD_ONCE_INIT;
  if (inside || !in_own_memory()) return NULL;
  inside = 1;
  pthread_once(&once, load);
  if (!kernel) { inside = 0; return NULL; }
  return kernel;
}
void carmine_leave(void) { inside = 0; }

// MARK: descriptors

bool carmine_still_ours(int fd) {
  if (inside || !in_own_memory()) return false;
  struct stat status;
  int saved = errno;
  uint64_t marked = atomic_load(&carmine_inode_of[fd]);
  bool same = syscall(SYS_fstat, fd, &status) == 0 && (uint64_t)status.st_ino == marked && marked;
  errno = saved;
  if (!same) carmine_forget(fd);
  return same;
}

void carmine_forget(int fd) {
  atomic_store(&carmine_inode_of[fd], 0);
  const carmine_kernel_calls *calls = carmine_enter();
  if (!calls) return;
  int saved = errno;
  calls->forget(fd);
  errno = saved;
  carmine_leave();
}

void carmine_duplicated(int fd, int copy) {
  const carmine_kernel_calls *calls = carmine_enter();
  if (!calls) return;
  int saved = errno;
  calls->duplicated(fd, copy);
  errno = saved;
  carmine_leave();
}

int carmine_open(const char *path, int flags, bool *elsewhere) {
  const carmine_kernel_calls *calls = carmine_enter();
  *elsewhere = !calls;
  if (!calls) return -1;
  int result = calls->open(path, flags);
  if (result >= CARMINE_DESCRIPTORS) { calls->close(result); result = -EMFILE; }
  carmine_leave();
  return result;
}

const char *carmine_place(int directory, const char *path, char *buffer) {
  if (path[0] == '/') return names_driver(path) ? path : NULL;
  if (directory == AT_FDCWD) return atomic_load(&carmine_in_folder) && carmine_from_folder(path, buffer) ? buffer : NULL;
  const carmine_kernel_calls *calls = carmine_enter();
  if (!calls) return NULL;
  int saved = errno;
  int64_t length = calls->path_of(directory, buffer, PATH_MAX - 1);
  carmine_leave();
  errno = saved;
  if (length < 0 || length >= PATH_MAX - 1) return NULL;
  size_t rest = strnlen(path, PATH_MAX);
  if (rest >= PATH_MAX) return NULL;
  buffer[length] = '/';
  memcpy(buffer + length + 1, path, rest + 1);
  return buffer;
}
