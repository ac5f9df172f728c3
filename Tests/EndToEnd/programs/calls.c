// Calls, stacks and special registers: a module of PTX text through the driver API.
//   calls LIBCUDA FILE.ptx
#include <dlfcn.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef int (*any)();
static void *library;
static any find(const char *name) {
  any f = (any)dlsym(library, name);
  if (!f) { printf("FAIL no %s\n", name); exit(1); }
  return f;
}
#define CUDA(name, ...) do { int e = find(#name)(__VA_ARGS__); if (e) { printf("FAIL %s: error %d\n", #name, e); exit(1); } } while (0)
static int failures;
static void check(int ok, const char *what) { printf("%s %s\n", ok ? "ok" : "FAIL", what); failures += !ok; }

static uint64_t memory;
static unsigned char host[1 << 16];
static void run(void *function, unsigned threads, unsigned shared) {
  void *parameters[] = {&memory};
  CUDA(cuMemsetD8_v2, memory, 0, sizeof host);
  CUDA(cuLaunchKernel, function, 1u, 1u, 1u, threads, 1u, 1u, shared, (void *)0, parameters, (void **)0);
  CUDA(cuCtxSynchronize);
  CUDA(cuMemcpyDtoH_v2, (void *)host, memory, sizeof host);
}
static uint32_t word(unsigned thread, unsigned at) { uint32_t v; memcpy(&v, host + thread * 64 + at, 4); return v; }
static uint64_t wide(unsigned thread, unsigned at) { uint64_t v; memcpy(&v, host + thread * 64 + at, 8); return v; }

int main(int argc, char **argv) {
  if (argc < 3 || !(library = dlopen(argv[1], RTLD_NOW))) { printf("FAIL %s\n", argc < 3 ? "usage" : dlerror()); return 1; }
  static char text[1 << 16];
  FILE *file = fopen(argv[2], "r");
  if (!file) { perror(argv[2]); return 1; }
  text[fread(text, 1, sizeof text - 1, file)] = 0;
  int device;
  void *context, *module, *calls, *registers;
  CUDA(cuInit, 0);
  CUDA(cuDeviceGet, &device, 0);
  CUDA(cuDevicePrimaryCtxRetain, &context, device);
  CUDA(cuCtxSetCurrent, context);
  CUDA(cuModuleLoadData, &module, text);
  CUDA(cuModuleGetFunction, &calls, module, "calls");
  CUDA(cuModuleGetFunction, &registers, module, "registers");
  CUDA(cuMemAlloc_v2, &memory, sizeof host);
  CUDA(cuCtxSetLimit, 0, (size_t)8192);  // the stack's size

  const unsigned threads = 100;
  run(calls, threads, 0);
  static const uint32_t fib[16] = {0, 1, 1, 2, 3, 5, 8, 13, 21, 34, 55, 89, 144, 233, 377, 610};
  int recursion = 1, variadic = 1, structures = 1, stack = 1, ends = 1;
  for (unsigned t = 0; t < threads; t++) {
    unsigned n = t % 16;
    recursion &= word(t, 0) == fib[n];
    variadic &= word(t, 4) == t + 1100;
    structures &= wide(t, 8) == 9 && wide(t, 16) == t && wide(t, 24) == 7;
    stack &= word(t, 32) == n * (n + 1) / 2;
    ends &= word(t, 36) == (t % 2 ? 0 : 55);
  }
  check(recursion, "a function calls itself, each lane as deep as it needs");
  check(variadic, "a variadic function reads what follows");
  check(structures, "structures by value, in and out");
  check(stack, "alloca gives each thread as much as it asks for");
  check(ends, "exit in a function ends the thread");

  run(registers, 70, 4096);
  int units = 1, warps = 1, rest = 1, masks = 1;
  for (unsigned t = 0; t < 1; t++) {
    units &= word(t, 0) == 1;
    warps &= word(t, 4) == 1;
    rest &= wide(t, 16) && wide(t, 24);
    masks &= word(t, 36) == 4096 && word(t, 32) >= 4096;
  }
  check(units, "%smid is below %nsmid");
  check(warps, "%warpid is below %nwarpid");
  check(rest, "clocks run");
  check(masks, "the sizes of shared memory");
  return failures != 0;
}
