// The other file: what main.cu calls and reads, and a kernel of its own that uses dynamic shared memory.
#include "shapes.h"
static __device__ int bias = 2000;
static __device__ int helper(int x) { return x + bias; }
__device__ int total = 0;
__constant__ float scale = 1;
__device__ int twice(int value) { return 2 * value; }
__device__ int sum(int a, int b) { return a + b; }
__device__ int difference(int a, int b) { return a - b; }
static __device__ int product(int a, int b) { return a * b; }
__device__ Operation operations[3] = {sum, difference, product};
__device__ float measure(const Shape *shape) { return shape->area() + shape->sides(); }
__global__ void other(int *out, int n) {
  extern __shared__ int tile[];
  int i = blockIdx.x * blockDim.x + threadIdx.x;
  tile[threadIdx.x] = twice(i);
  __syncthreads();
  if (i >= n) return;
  atomicAdd(&total, 1);
  out[i] = helper(tile[threadIdx.x] + 7);
}
void launch_other(int *out, int n) { other<<<4, 32, 32 * sizeof(int)>>>(out, n); }
