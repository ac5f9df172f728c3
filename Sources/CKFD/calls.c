// libc calls that Swift cannot make: a variadic one, and one that is declared only for _GNU_SOURCE.
#define _GNU_SOURCE
#include "carmine_kfd.h"
#include <dlfcn.h>
#include <sys/ioctl.h>

int carmine_ioctl(int descriptor, unsigned long request, void *argument) { return ioctl(descriptor, request, argument); }

const char *carmine_containing_file(void) {
  Dl_info info;
  return dladdr((void *)carmine_containing_file, &info) ? info.dli_fname : 0;
}
