// Ways for a program to end, some of them while a kernel runs that never will.
//
//   ending return|exit|_exit|thread|abort|destructor|reset
#include <cuda_runtime.h>

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <pthread.h>
#include <unistd.h>

__global__ void forever(volatile int *flag) { while (*flag == 0) {} }
__global__ void fill(int *p) { p[threadIdx.x] = threadIdx.x; }

// Destroyed after main, as many programs' arrays are.
static struct Global {
  int *p = nullptr;
  ~Global() {
    if (p) {
      cudaError_t error = cudaFree(p);
      if (error != cudaSuccess && error != cudaErrorCudartUnloading) _exit(99);
    }
  }
} global;

int main(int count, char **words) {
  const char *way = count > 1 ? words[1] : "return";
  int *flag = nullptr;
  if (cudaMalloc(&flag, 4) != cudaSuccess || cudaMemset(flag, 0, 4) != cudaSuccess) return 98;
  if (!strcmp(way, "destructor") || !strcmp(way, "reset")) {
    if (cudaMalloc(&global.p, 128) != cudaSuccess) return 98;
    fill<<<1, 32>>>(global.p);
    if (cudaDeviceSynchronize() != cudaSuccess) return 98;
    if (!strcmp(way, "reset")) {
      global.p = nullptr;
      if (cudaDeviceReset() != cudaSuccess) return 97;
    }
    return 40;
  }
  forever<<<1, 32>>>(flag);
  if (cudaGetLastError() != cudaSuccess) return 98;
  usleep(50000);
  if (cudaStreamQuery(0) != cudaErrorNotReady) return 96;
  if (!strcmp(way, "exit")) exit(40);
  if (!strcmp(way, "_exit")) _exit(40);
  if (!strcmp(way, "abort")) abort();
  if (!strcmp(way, "thread")) {
    pthread_t thread;
    pthread_create(&thread, nullptr, [](void *) -> void * { exit(40); }, nullptr);
    pthread_join(thread, nullptr);
  }
  return 40;
}
