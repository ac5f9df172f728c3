// Says whether a kernel was done, and whether a fault was known, when its launch returned.  The first launches are for the time that
// compiling and loading take.
#include <cuda_runtime.h>

#include <cstdio>

__global__ void slow(volatile int *done, int turns) {
  for (int i = 0; i < turns; i++) __nanosleep(100000);
  *done = turns;
}
__global__ void end(int isBad) { if (isBad) asm volatile("trap;"); }

int main() {
  int *done;
  cudaMallocManaged(&done, sizeof *done);
  slow<<<1, 1>>>(done, 1);
  end<<<1, 1>>>(0);
  cudaDeviceSynchronize();
  slow<<<1, 1>>>(done, 3000);
  bool isDone = cudaStreamQuery(nullptr) == cudaSuccess;
  cudaDeviceSynchronize();
  cudaGetLastError();   // cudaErrorNotReady, perhaps
  end<<<1, 1>>>(1);
  std::printf("%s, %s\n", isDone ? "done" : "running", cudaGetErrorString(cudaGetLastError()));
}
