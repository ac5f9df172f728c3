// ftw(3) and nftw(3), which libc does with calls of its own that nobody can stand before: from folders of the driver, and from those
// that hold some, they are done here.
#include "shim.h"
#include <dirent.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

typedef int old_visitor(const char *, const struct stat *, int);
typedef int visitor(const char *, const struct stat *, int, struct FTW *);

typedef struct walk {
  old_visitor *old;
  visitor *visit;
  int flags;
  dev_t device;
  size_t length;
  char path[PATH_MAX];
} walk;

static int tell(walk *w, const struct stat *status, int type, int base, int level) {
  if (w->old) return w->old(w->path, status, type);
  struct FTW place = {base, level};
  if (w->flags & FTW_CHDIR && level > 0) {
    char parent[PATH_MAX];
    memcpy(parent, w->path, (size_t)base);
    parent[base > 1 ? base - 1 : base] = 0;
    if (chdir(parent) < 0) return -1;
  }
  return w->visit(w->path, status, type, &place);
}

static int visit(walk *w, int level) {
  struct stat status;
  int base = 0;
  for (size_t i = 0; i + 1 < w->length; i++)
    if (w->path[i] == '/') base = (int)i + 1;
  bool physical = w->visit && w->flags & FTW_PHYS;
  int found = physical ? lstat(w->path, &status) : stat(w->path, &status);
  if (found < 0) {
    if (errno != EACCES && errno != ENOENT) return -1;
    if (level == 0) return -1;
    if (w->visit && lstat(w->path, &status) == 0 && S_ISLNK(status.st_mode)) return tell(w, &status, FTW_SLN, base, level);
    return tell(w, &status, FTW_NS, base, level);
  }
  if (level == 0) w->device = status.st_dev;
  else if (w->visit && w->flags & FTW_MOUNT && status.st_dev != w->device) return 0;
  if (S_ISLNK(status.st_mode)) return tell(w, &status, FTW_SL, base, level);
  if (!S_ISDIR(status.st_mode)) return tell(w, &status, FTW_F, base, level);
  DIR *stream = opendir(w->path);
  if (!stream) return tell(w, &status, FTW_DNR, base, level);
  bool last = w->visit && w->flags & FTW_DEPTH;
  int result = last ? 0 : tell(w, &status, FTW_D, base, level);
  bool actions = w->visit && w->flags & FTW_ACTIONRETVAL;
  bool skips = actions && result == FTW_SKIP_SUBTREE;
  if (skips) result = 0;
  size_t own = w->length;
  struct dirent *entry;
  while (result == 0 && !skips && (entry = readdir(stream))) {
    if (!strcmp(entry->d_name, ".") || !strcmp(entry->d_name, "..")) continue;
    size_t size = strlen(entry->d_name);
    if (own + size + 2 > sizeof w->path) { errno = ENAMETOOLONG; result = -1; break; }
    bool slash = own > 0 && w->path[own - 1] != '/';
    if (slash) w->path[own] = '/';
    memcpy(w->path + own + slash, entry->d_name, size + 1);
    w->length = own + slash + size;
    // A link to a folder above would lead round and round: links to folders are followed at the beginning only.
    struct stat kind;
    if (!physical && lstat(w->path, &kind) == 0 && S_ISLNK(kind.st_mode) && stat(w->path, &kind) == 0 && S_ISDIR(kind.st_mode)) {
      int at = (int)(own + slash);
      result = tell(w, &kind, FTW_D, at, level + 1);
      if (actions && result == FTW_SKIP_SUBTREE) result = 0;
    } else {
      result = visit(w, level + 1);
    }
    if (actions && result == FTW_SKIP_SIBLINGS) { result = 0; skips = true; }
    w->path[own] = 0;
    w->length = own;
  }
  int saved = errno;
  closedir(stream);
  errno = saved;
  if (result == 0 && last) result = tell(w, &status, FTW_DP, base, level);
  return result;
}

SLOW static int begin(const char *path, old_visitor *old, visitor *visitor, int flags) {
  walk *w = malloc(sizeof *w);
  if (!w) return -1;
  w->old = old;
  w->visit = visitor;
  w->flags = flags;
  w->length = strnlen(path, PATH_MAX - 1);
  memcpy(w->path, path, w->length);
  w->path[w->length] = 0;
  int here = flags & FTW_CHDIR && visitor ? open(".", O_RDONLY | O_DIRECTORY | O_CLOEXEC) : -1;
  int result = visit(w, 0);
  if (here >= 0) {
    int saved = errno;
    (void)!fchdir(here);
    close(here);
    errno = saved;
  }
  free(w);
  return result;
}
static bool is_here(const char *path) { return concerns(AT_FDCWD, path) || carmine_holder(path); }

#define FTW_(name, structure)                                                                                             \
  SHOWN int name(const char *path, int (*visit)(const char *, const structure *, int), int most) {                        \
    if (unlikely(is_here(path))) return begin(path, (old_visitor *)visit, NULL, 0);                                       \
    return NEXT(name, int (*)(const char *, int (*)(const char *, const structure *, int), int))(path, visit, most);       \
  }
#define NFTW(name, structure)                                                                                             \
  SHOWN int name(const char *path, int (*visit)(const char *, const structure *, int, struct FTW *), int most, int flags) { \
    if (unlikely(is_here(path))) return begin(path, NULL, (visitor *)visit, flags);                                       \
    return NEXT(name, int (*)(const char *, int (*)(const char *, const structure *, int, struct FTW *), int, int))(path, visit, most, flags); \
  }
FTW_(ftw, struct stat)
FTW_(ftw64, struct stat64)
NFTW(nftw, struct stat)
NFTW(nftw64, struct stat64)
