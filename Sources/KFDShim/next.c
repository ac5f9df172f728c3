// Libc's own functions, looked up before the program's first line runs, so that no interposer has to.
#include "shim.h"
#include <dlfcn.h>

void *carmine_next[CARMINE_NEXT_COUNT];

static const char *const names[CARMINE_NEXT_COUNT] = {
#define X(name) #name,
    CARMINE_NAMES(X)
#undef X
};

/// Ours, as the program's own references are bound.
#define X(name) extern char own_##name[] __asm__(#name);
CARMINE_NAMES(X)
#undef X
static void *const own[CARMINE_NEXT_COUNT] = {
#define X(name) own_##name,
    CARMINE_NAMES(X)
#undef X
};

typedef void *dlsym_call(void *, const char *);
static dlsym_call *libc_dlsym(void) {
  static dlsym_call *_Atomic known;
  dlsym_call *call = atomic_load(&known);
  if (!call) {
    call = (dlsym_call *)dlvsym(RTLD_NEXT, "dlsym", "GLIBC_2.34");
    if (!call) call = (dlsym_call *)dlvsym(RTLD_NEXT, "dlsym", "GLIBC_2.2.5");
    atomic_store(&known, call);
  }
  return call;
}

// Only constructors that run before ours come here with an empty table.
void *carmine_find_next(int which) {
  int saved = errno;
  void *found = carmine_next[which] ? carmine_next[which] : libc_dlsym()(RTLD_NEXT, names[which]);
  carmine_next[which] = found;
  errno = saved;
  return found;
}

/// Who asks libc itself for one of the functions, as Python's ctypes does, gets ours.  The special handles look from the
/// caller's place, so libc's dlsym must see the caller: it is jumped to.
SHOWN void *dlsym(void *handle, const char *name) {
  dlsym_call *call = libc_dlsym();
  if (handle == RTLD_NEXT || handle == RTLD_DEFAULT) __attribute__((musttail)) return call(handle, name);
  void *found = call(handle, name);
  for (int i = 0; found && i < CARMINE_NEXT_COUNT; i++)
    if (found == carmine_next[i]) return own[i];
  return found;
}

__attribute__((constructor(101))) static void find_all(void) {
  for (int i = 0; i < CARMINE_NEXT_COUNT; i++) carmine_find_next(i);
}

// swiftc links what Swift needs into every library; this one needs libc alone.
__asm__(".pushsection .swift1_autolink_entries,\"e\",@progbits\n.asciz \"-Wl,--as-needed\"\n.popsection\n");
