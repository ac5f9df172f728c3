// Device code in two files (nvcc -rdc=true): calls, extern variables, pointers and virtual functions across them.  Both files have
// a `bias` and a `helper` of their own.
#include "shapes.h"
#include <cstdio>
static __device__ int bias = 1000;
static __device__ int helper(int x) { return x + bias; }
__global__ void first(int *out, int n) {
  int i = blockIdx.x * blockDim.x + threadIdx.x;
  if (i >= n) return;
  atomicAdd(&total, 1);
  out[i] = operations[i % 3](twice(i), helper(i));
}
struct Square : Shape {
  float side;
  __device__ Square(float s) : side(s) {}
  __device__ float area() const override { return side * side * scale; }
  __device__ int sides() const override { return 4; }
};
__global__ void areas(float *out, int n) {
  int i = threadIdx.x;
  if (i < n) { Square s(i + 0.5f); out[i] = measure(&s); }
}
#define CHECK(call) do { cudaError_t e = (call); if (e != cudaSuccess) { printf("%s: %s\n", #call, cudaGetErrorName(e)); return 1; } } while (0)
int main() {
  const int n = 100;
  int *out, host[n], expected = 0;
  CHECK(cudaMalloc(&out, n * sizeof(int)));
  first<<<4, 32>>>(out, n);
  CHECK(cudaMemcpy(host, out, sizeof host, cudaMemcpyDeviceToHost));
  for (int i = 0; i < n; i++) {
    int a = 2 * i, b = i + 1000;
    int want = i % 3 == 0 ? a + b : i % 3 == 1 ? a - b : a * b;
    if (host[i] != want) { printf("first[%d] is %d, not %d\n", i, host[i], want); return 1; }
  }
  launch_other(out, n);
  CHECK(cudaMemcpy(host, out, sizeof host, cudaMemcpyDeviceToHost));
  for (int i = 0; i < n; i++) if (host[i] != i * 2 + 7 + 2000) { printf("other[%d] is %d\n", i, host[i]); return 1; }
  CHECK(cudaMemcpyFromSymbol(&expected, total, sizeof expected));
  if (expected != 2 * n) { printf("total is %d\n", expected); return 1; }
  float factor = 3, *sizes, answer[8];
  CHECK(cudaMemcpyToSymbol(scale, &factor, sizeof factor));
  CHECK(cudaMalloc(&sizes, sizeof answer));
  areas<<<1, 32>>>(sizes, 8);
  CHECK(cudaMemcpy(answer, sizes, sizeof answer, cudaMemcpyDeviceToHost));
  for (int i = 0; i < 8; i++) if (answer[i] != (i + 0.5f) * (i + 0.5f) * 3 + 4) { printf("area[%d] is %g\n", i, answer[i]); return 1; }
  printf("device code of two files is linked\n");
}
