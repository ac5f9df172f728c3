// Runs the kernel `k` of each PTX file on the first device of a libcuda and prints the file's name and what it wrote, as hexadecimal.
//
//   run_kernels LIBCUDA FILE ...
//
// A kernel takes (input, output): two blocks of 64 threads, 16 input words a thread, 8 output words a thread; the input is the same
// for every file.  What fails is printed in place of the output, so that a file is a line in any case.
#include <dlfcn.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { blocks = 2, threads = 64, in_words = 16, out_words = 8 };

static void *library;
static void *find(const char *name) {
  void *function = dlsym(library, name);
  if (!function) { fprintf(stderr, "no %s\n", name); exit(2); }
  return function;
}

int main(int count, char **words) {
  if (count < 3 || !(library = dlopen(words[1], RTLD_NOW))) { fprintf(stderr, "usage: run_kernels LIBCUDA FILE ...  (%s)\n", dlerror()); return 2; }
  int (*init)(unsigned) = find("cuInit"), (*get)(int *, int) = find("cuDeviceGet"), (*retain)(void **, int) = find("cuDevicePrimaryCtxRetain");
  int (*current)(void *) = find("cuCtxSetCurrent"), (*load)(void **, const void *) = find("cuModuleLoadData"), (*unload)(void *) = find("cuModuleUnload");
  int (*function)(void **, void *, const char *) = find("cuModuleGetFunction"), (*allocate)(uint64_t *, size_t) = find("cuMemAlloc_v2");
  int (*to)(uint64_t, const void *, size_t) = find("cuMemcpyHtoD_v2"), (*from)(void *, uint64_t, size_t) = find("cuMemcpyDtoH_v2");
  int (*fill)(uint64_t, unsigned, size_t) = find("cuMemsetD32_v2"), (*synchronize)(void) = find("cuCtxSynchronize");
  int (*launch)(void *, unsigned, unsigned, unsigned, unsigned, unsigned, unsigned, unsigned, void *, void **, void **) = find("cuLaunchKernel");
  int device;
  void *context;
  if (init(0) || get(&device, 0) || retain(&context, device) || current(context)) { fprintf(stderr, "no device\n"); return 2; }
  static uint32_t in[blocks * threads * in_words], out[blocks * threads * out_words];
  uint64_t state = 1;
  for (size_t i = 0; i < sizeof in / 4; i++) {
    state = state * 6364136223846793005u + 1442695040888963407u;
    uint32_t value = state >> 32;
    static const uint32_t edges[] = {0, 1, 0xffffffff, 0x80000000, 0x7fffffff, 0x3f800000, 0xbf800000, 0x7f800000, 31, 32, 0x00800000, 1u << 16};
    in[i] = value % 4 == 0 ? edges[value / 4 % 12] : value % 4 == 1 ? value >> 24 : value;
  }
  uint64_t a, b;
  if (allocate(&a, sizeof in) || allocate(&b, sizeof out)) { fprintf(stderr, "no memory\n"); return 2; }
  to(a, in, sizeof in);
  for (int i = 2; i < count; i++) {
    FILE *file = fopen(words[i], "r");
    if (!file) { fprintf(stderr, "%s cannot be read\n", words[i]); return 2; }
    static char text[1 << 20];
    text[fread(text, 1, sizeof text - 1, file)] = 0;
    fclose(file);
    void *module, *kernel, *arguments[] = {&a, &b};
    int error;
    printf("%s ", words[i]);
    if ((error = load(&module, text))) { printf("load %d\n", error); continue; }
    if ((error = function(&kernel, module, "k"))) { printf("function %d\n", error); continue; }
    fill(b, 0, sizeof out / 4);
    if ((error = launch(kernel, blocks, 1, 1, threads, 1, 1, 0, NULL, arguments, NULL)) || (error = synchronize())) { printf("launch %d\n", error); return 1; }
    from(out, b, sizeof out);
    for (size_t w = 0; w < sizeof out / 4; w++) printf("%08x", out[w]);
    printf("\n");
    fflush(stdout);
    unload(module);
  }
  return 0;
}
