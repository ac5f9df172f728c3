// Folders of the host in which the driver has names beside others: /dev, /sys/class and the like.  libc reads them; at their end
// the driver's names follow, and the host's own of the same name are left out.
// Threads: as for directory streams; the table takes any.
#include "shim.h"
#include <dirent.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

static const char *const holders[] = {
  "/dev", "/sys/class", "/sys/devices", "/sys/devices/virtual", "/sys/bus/pci/devices", "/sys/bus/pci/drivers", "/sys/dev/char", "/sys/module",
};

typedef struct beside {
  _Atomic(DIR *) stream;
  const char *path;
  char *names;
  size_t size, at;
  struct dirent entry;
} beside;
static beside open_now[32];
_Atomic int carmine_beside_count;

const char *carmine_holder(const char *path) {
  __asm__("" : "+r"(path));
  if ((uintptr_t)path < 4096 || path[0] != '/' || (path[1] != 'd' && path[1] != 's')) return NULL;
  size_t length = strnlen(path, 64);
  while (length > 1 && (path[length - 1] == '/' || (path[length - 1] == '.' && path[length - 2] == '/'))) length--;
  for (size_t i = 0; i < sizeof holders / sizeof *holders; i++)
    if (strlen(holders[i]) == length && memcmp(holders[i], path, length) == 0) return holders[i];
  return NULL;
}

void carmine_beside_open(DIR *stream, const char *holder) {
  if (!stream || !holder) return;
  int saved = errno;
  const carmine_kernel_calls *calls = carmine_enter();
  char *names = NULL;
  int64_t size = 0;
  if (calls) {
    size = calls->list(holder, NULL, 0);
    if (size > 0 && (names = malloc((size_t)size))) size = calls->list(holder, names, (size_t)size);
    carmine_leave();
  }
  errno = saved;
  if (!names || size <= 0) { free(names); return; }
  for (size_t i = 0; i < sizeof open_now / sizeof *open_now; i++) {
    DIR *nobody = NULL;
    if (!atomic_compare_exchange_strong(&open_now[i].stream, &nobody, stream)) continue;
    open_now[i].path = holder;
    open_now[i].names = names;
    open_now[i].size = (size_t)size;
    open_now[i].at = 0;
    atomic_fetch_add(&carmine_beside_count, 1);
    return;
  }
  free(names);
}

static beside *find(DIR *stream) {
  for (size_t i = 0; i < sizeof open_now / sizeof *open_now; i++)
    if (atomic_load_explicit(&open_now[i].stream, memory_order_relaxed) == stream) return &open_now[i];
  return NULL;
}

void carmine_beside_close(DIR *stream) {
  beside *mine = find(stream);
  if (!mine) return;
  free(mine->names);
  mine->names = NULL;
  atomic_fetch_sub(&carmine_beside_count, 1);
  atomic_store(&mine->stream, NULL);
}
void carmine_beside_rewind(DIR *stream) {
  beside *mine = find(stream);
  if (mine) mine->at = 0;
}
bool carmine_beside_hides(DIR *stream, const char *name) {
  beside *mine = find(stream);
  if (!mine) return false;
  for (const char *own = mine->names; own < mine->names + mine->size; own += strlen(own) + 1)
    if (strcmp(own, name) == 0) return true;
  return false;
}
struct dirent *carmine_beside_next(DIR *stream) {
  beside *mine = find(stream);
  if (!mine || mine->at >= mine->size) return NULL;
  const char *name = mine->names + mine->at;
  mine->at += strlen(name) + 1;
  struct dirent *entry = &mine->entry;
  memset(entry, 0, sizeof *entry);
  entry->d_ino = 1;
  entry->d_off = (off_t)mine->at | 1ll << 62;
  entry->d_reclen = sizeof *entry;
  entry->d_type = DT_UNKNOWN;
  strncpy(entry->d_name, name, sizeof entry->d_name - 1);
  char path[64 + sizeof entry->d_name];
  size_t length = strlen(mine->path);
  memcpy(path, mine->path, length);
  path[length] = '/';
  strcpy(path + length + 1, entry->d_name);
  const carmine_kernel_calls *calls = carmine_enter();
  carmine_file_status status;
  if (calls && calls->status(path, 0, &status) == 0) {
    entry->d_ino = status.inode;
    entry->d_type = (unsigned char)(status.mode >> 12 & 15);
  }
  if (calls) carmine_leave();
  return entry;
}
