// Libc's own functions, looked up before the program's first line runs, so that no interposer has to.
#include "shim.h"
#include <dlfcn.h>

void *carmine_next[CARMINE_NEXT_COUNT];

static const char *const names[CARMINE_NEXT_COUNT] = {
#define X(name) #name,
    CARMINE_NAMES(X)
#undef X
};

// Only constructors that run before ours come here with an empty table.
void *carmine_find_next(int which) {
  int saved = errno;
  void *found = carmine_next[which] ? carmine_next[which] : dlsym(RTLD_NEXT, names[which]);
  carmine_next[which] = found;
  errno = saved;
  return found;
}

__attribute__((constructor(101))) static void find_all(void) {
  for (int i = 0; i < CARMINE_NEXT_COUNT; i++) carmine_find_next(i);
}

// swiftc links what Swift needs into every library; this one needs libc alone.
__asm__(".pushsection .swift1_autolink_entries,\"e\",@progbits\n.asciz \"-Wl,--as-needed\"\n.popsection\n");
