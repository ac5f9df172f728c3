// What a CUDA program sees where there is no GPU: cudaErrorNoDevice (100) from libcudart.so.13, from every kind of call.
#include <dlfcn.h>
#include <stdio.h>

int main(void) {
  void *library = dlopen("libcudart.so.13", RTLD_NOW);
  if (!library) return printf("%s\n", dlerror()), 2;
  int (*device_count)(int *) = (int (*)(int *))dlsym(library, "cudaGetDeviceCount");
  int (*allocate)(void **, unsigned long) = (int (*)(void **, unsigned long))dlsym(library, "cudaMalloc");
  int (*set)(int) = (int (*)(int))dlsym(library, "cudaSetDevice");
  int (*last)(void) = (int (*)(void))dlsym(library, "cudaGetLastError");
  const char *(*name)(int) = (const char *(*)(int))dlsym(library, "cudaGetErrorName");
  int count = 7, results[4] = {device_count(&count)};
  void *memory = 0;
  results[1] = last();
  results[2] = allocate(&memory, 4096);
  results[3] = set(0);
  printf("count %d", count);
  for (int i = 0; i < 4; i++) printf(" %d=%s", results[i], name(results[i]));
  printf("\n");
  return count == 0 && results[0] == 100 && results[1] == 100 && results[2] == 100 && results[3] == 100 && !memory ? 0 : 1;
}
