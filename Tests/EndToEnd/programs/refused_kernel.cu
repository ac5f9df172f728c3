// Two kernels in one module: one with matrix instructions, which Carmine has not got, and one without.  The first must be refused
// by name and the second must work, before and after.
#include <cuda_runtime.h>
#include <mma.h>

#include <cstdio>

__global__ void matrix_product(const half *a, const half *b, float *c) {
  using namespace nvcuda::wmma;
  fragment<matrix_a, 16, 16, 16, half, row_major> left;
  fragment<matrix_b, 16, 16, 16, half, row_major> right;
  fragment<accumulator, 16, 16, 16, float> sum;
  fill_fragment(sum, 0.0f);
  load_matrix_sync(left, a, 16);
  load_matrix_sync(right, b, 16);
  mma_sync(sum, left, right, sum);
  store_matrix_sync(c, sum, 16, mem_row_major);
}
__global__ void fill(float *c) { c[threadIdx.x] = threadIdx.x; }

static bool fills(float *c) {
  float host[32] = {};
  cudaMemset(c, 0, sizeof host);
  fill<<<1, 32>>>(c);
  return cudaGetLastError() == cudaSuccess && cudaMemcpy(host, c, sizeof host, cudaMemcpyDeviceToHost) == cudaSuccess && host[31] == 31;
}

int main() {
  half *a = nullptr;
  float *c = nullptr;
  if (cudaMalloc(&a, 1024) != cudaSuccess || cudaMalloc(&c, 1024) != cudaSuccess) return 9;
  printf("before: %s\n", fills(c) ? "right" : "wrong");
  matrix_product<<<1, 32>>>(a, a, c);
  cudaError_t error = cudaGetLastError();
  printf("refused: %s\n", cudaGetErrorName(error));
  printf("after: %s\n", fills(c) ? "right" : "wrong");
  return 0;
}
