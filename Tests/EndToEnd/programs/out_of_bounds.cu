// One thread of many stores far past an allocation.  Prints the address, then what each call answers.
#include <cuda_runtime.h>

#include <cstdio>

__global__ void store_outside(int *p, int count, long long far) {
  int i = blockIdx.x * blockDim.x + threadIdx.x;
  if (i < count) p[i] = i;
  if (blockIdx.x == 3 && threadIdx.x == 37) p[far] = 1;
}

static void say(const char *step, cudaError_t error) { printf("%s: %s\n", step, cudaGetErrorName(error)); }

int main() {
  const int count = 512;
  const long long far = (1ll << 38) / 4 + 5;  // no allocation of ours is near
  int *p = nullptr;
  void *q = nullptr;
  say("malloc", cudaMalloc(&p, count * sizeof(int)));
  printf("address: %p\n", static_cast<void *>(p + far));
  store_outside<<<4, 128>>>(p, count, far);
  say("launch", cudaGetLastError());
  say("synchronize", cudaDeviceSynchronize());
  say("malloc after", cudaMalloc(&q, 16));
  return 0;
}
