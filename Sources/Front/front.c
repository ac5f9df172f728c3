// The part of a front that is written by hand: it finds the core and fills the slots that the generated jumps go through.
// Linked into each of libcudart.so.12, libcudart.so.13 and libcuda.so.1.  A front needs nothing but libc, holds no state but
// its slots, and loads the core at the first call: a program that never calls CUDA pays for mapping a few pages.
// Threads: any; two threads that meet in the same slot store the same pointer.
// Order: dlopen is legal in a constructor, which is where the first call of an nvcc program comes from.
#define _GNU_SOURCE
#include "carmine_front.h"
#include <dlfcn.h>
#include <limits.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/// The core's name as installed, and as SwiftPM's build folder has it.
static const char *const core_names[] = {"libcarmine.so", "libcarmine-core.so"};

static void *open_in(const char *library) {
  const char *slash = strrchr(library, '/');
  size_t length = slash ? (size_t)(slash - library) + 1 : 0;
  char path[PATH_MAX];
  for (size_t i = 0; i < sizeof core_names / sizeof *core_names; i++) {
    if (length + strlen(core_names[i]) >= sizeof path) continue;
    memcpy(path, library, length);
    strcpy(path + length, core_names[i]);
    if (access(path, R_OK) != 0) continue;
    void *core = dlopen(path, RTLD_NOW | RTLD_LOCAL | RTLD_NODELETE);
    if (core) return core;
    fprintf(stderr, "carmine: %s\n", dlerror());
  }
  return NULL;
}

/// Beside this library, as the loader named it or as its symbolic links resolve.
static void *find_core(void) {
  Dl_info self;
  char real[PATH_MAX];
  if (!dladdr((void *)carmine_front_slots, &self) || !self.dli_fname) return NULL;
  void *core = open_in(self.dli_fname);
  if (!core && realpath(self.dli_fname, real)) core = open_in(real);
  if (!core) fprintf(stderr, "carmine: libcarmine.so is not beside %s; reinstall, or use the library where it was installed\n", self.dli_fname);
  return core;
}

static int unavailable(void) { return 3; /* cudaErrorInitializationError, CUDA_ERROR_NOT_INITIALIZED */ }
static const char *unavailable_text(void) { return "libcarmine.so cannot be loaded"; }

void *carmine_front_resolve(unsigned long index) {
  static _Atomic(void *) core;
  static atomic_int failed;
  void *handle = atomic_load(&core);
  if (!handle && !atomic_load(&failed)) {
    handle = find_core();
    if (handle) atomic_store(&core, handle); else atomic_store(&failed, 1);
  }
  const char *name = carmine_front_symbols[index];
  void *function = handle ? dlsym(handle, name) : NULL;
  if (!function) {
    if (handle) fprintf(stderr, "carmine: libcarmine.so has no %s: it is of another version than this front\n", name);
    function = strstr(name, "GetErrorString") || strstr(name, "GetErrorName") ? (void *)unavailable_text : (void *)unavailable;
  }
  __atomic_store_n(&carmine_front_slots[index], function, __ATOMIC_RELEASE);
  return function;
}

// swiftc links every product with the Swift library and its friends; this, ahead of them on the command line, keeps only what is used.
__asm__(".pushsection .swift1_autolink_entries,\"e\",@progbits\n.asciz \"-Wl,--as-needed\"\n.popsection\n");

// Entered with the slot's index pushed on top of the caller's return address, and every argument register live.
// Saves what may carry arguments, resolves, drops the index and goes on into the function.
__asm__(
    ".text\n"
    ".globl carmine_front_first_call\n.hidden carmine_front_first_call\n.type carmine_front_first_call,@function\n"
    "carmine_front_first_call:\n"
    "  .cfi_startproc\n  .cfi_def_cfa_offset 16\n"
    "  pushq %rbp\n  .cfi_def_cfa_offset 24\n  .cfi_offset rbp, -24\n"
    "  movq %rsp, %rbp\n  .cfi_def_cfa_register rbp\n"
    "  subq $192, %rsp\n  andq $-16, %rsp\n"
    "  movq %rdi, (%rsp)\n  movq %rsi, 8(%rsp)\n  movq %rdx, 16(%rsp)\n  movq %rcx, 24(%rsp)\n"
    "  movq %r8, 32(%rsp)\n  movq %r9, 40(%rsp)\n  movq %rax, 48(%rsp)\n"
    "  movaps %xmm0, 64(%rsp)\n  movaps %xmm1, 80(%rsp)\n  movaps %xmm2, 96(%rsp)\n  movaps %xmm3, 112(%rsp)\n"
    "  movaps %xmm4, 128(%rsp)\n  movaps %xmm5, 144(%rsp)\n  movaps %xmm6, 160(%rsp)\n  movaps %xmm7, 176(%rsp)\n"
    "  movq 8(%rbp), %rdi\n"
    "  call carmine_front_resolve\n"
    "  movq %rax, %r11\n"
    "  movaps 64(%rsp), %xmm0\n  movaps 80(%rsp), %xmm1\n  movaps 96(%rsp), %xmm2\n  movaps 112(%rsp), %xmm3\n"
    "  movaps 128(%rsp), %xmm4\n  movaps 144(%rsp), %xmm5\n  movaps 160(%rsp), %xmm6\n  movaps 176(%rsp), %xmm7\n"
    "  movq (%rsp), %rdi\n  movq 8(%rsp), %rsi\n  movq 16(%rsp), %rdx\n  movq 24(%rsp), %rcx\n"
    "  movq 32(%rsp), %r8\n  movq 40(%rsp), %r9\n  movq 48(%rsp), %rax\n"
    "  movq %rbp, %rsp\n  popq %rbp\n  .cfi_def_cfa rsp, 16\n"
    "  addq $8, %rsp\n  .cfi_def_cfa_offset 8\n"
    "  jmp *%r11\n"
    "  .cfi_endproc\n"
    ".size carmine_front_first_call,.-carmine_front_first_call\n");
