// Two kernels in one module: one that has a tile of a tensor prefetched by its map, which NVIDIA's copy engine alone can read, and
// one that does not.  The first must be refused by name and the second must work, before and after.
// Needs sm_90.
#include <cuda_runtime.h>

#include <cstdio>

__global__ void prefetch_tile(const void *map, float *c) {
  asm volatile("cp.async.bulk.prefetch.tensor.1d.L2.global [%0, {%1}];" ::"l"(map), "r"(0));
  c[threadIdx.x] = 1;
}
__global__ void fill(float *c) { c[threadIdx.x] = threadIdx.x; }

static bool fills(float *c) {
  float host[32] = {};
  cudaMemset(c, 0, sizeof host);
  fill<<<1, 32>>>(c);
  return cudaGetLastError() == cudaSuccess && cudaMemcpy(host, c, sizeof host, cudaMemcpyDeviceToHost) == cudaSuccess && host[31] == 31;
}

int main() {
  float *c = nullptr;
  if (cudaMalloc(&c, 1024) != cudaSuccess) return 9;
  printf("before: %s\n", fills(c) ? "right" : "wrong");
  prefetch_tile<<<1, 32>>>(c, c);
  cudaError_t error = cudaGetLastError();
  printf("refused: %s\n", cudaGetErrorName(error));
  printf("after: %s\n", fills(c) ? "right" : "wrong");
  return 0;
}
