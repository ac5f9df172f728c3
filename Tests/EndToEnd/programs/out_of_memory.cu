// Asks for more device memory than there is, in one piece and in many, and goes on computing with what it has.
#include <cuda_runtime.h>

#include <cstdio>
#include <vector>

__global__ void count_up(int *p, int count) {
  int i = blockIdx.x * blockDim.x + threadIdx.x;
  if (i < count) p[i] += i;
}

#define EXPECT(call, expected)                                                                                  \
  do {                                                                                                          \
    cudaError_t got_ = (call);                                                                                  \
    if (got_ != (expected)) {                                                                                   \
      printf("why: %s answers %s, expected %s\n", #call, cudaGetErrorName(got_), cudaGetErrorName(expected));   \
      return 1;                                                                                                 \
    }                                                                                                           \
  } while (0)

int main() {
  const int count = 5000;
  int *kept = nullptr;
  void *huge = reinterpret_cast<void *>(1);
  size_t before = 0, after = 0, total = 0;
  EXPECT(cudaMalloc(&kept, count * sizeof(int)), cudaSuccess);
  EXPECT(cudaMemset(kept, 0, count * sizeof(int)), cudaSuccess);
  EXPECT(cudaMemGetInfo(&before, &total), cudaSuccess);
  EXPECT(cudaMalloc(&huge, total + (size_t(1) << 20)), cudaErrorMemoryAllocation);
  EXPECT(cudaGetLastError(), cudaErrorMemoryAllocation);
  EXPECT(cudaGetLastError(), cudaSuccess);
  // Until nothing is left.
  std::vector<void *> blocks;
  const size_t step = size_t(16) << 20;
  for (;;) {
    void *block = nullptr;
    cudaError_t error = cudaMalloc(&block, step);
    if (error != cudaSuccess) {
      EXPECT(error, cudaErrorMemoryAllocation);
      break;
    }
    blocks.push_back(block);
    if (blocks.size() * step > total) {
      printf("why: %zu bytes were given out of %zu\n", blocks.size() * step, total);
      return 1;
    }
  }
  EXPECT(cudaGetLastError(), cudaErrorMemoryAllocation);
  if (blocks.empty()) {
    printf("why: not one block of %zu bytes out of %zu\n", step, total);
    return 1;
  }
  count_up<<<(count + 63) / 64, 64>>>(kept, count);
  EXPECT(cudaGetLastError(), cudaSuccess);
  EXPECT(cudaDeviceSynchronize(), cudaSuccess);
  for (void *block : blocks) EXPECT(cudaFree(block), cudaSuccess);
  EXPECT(cudaMemGetInfo(&after, &total), cudaSuccess);
  if (after + (size_t(4) << 20) < before) {
    printf("why: %zu bytes were free before and %zu are after everything was given back\n", before, after);
    return 1;
  }
  std::vector<int> host(count);
  EXPECT(cudaMemcpy(host.data(), kept, count * sizeof(int), cudaMemcpyDeviceToHost), cudaSuccess);
  for (int i = 0; i < count; i++)
    if (host[i] != i) {
      printf("why: element %d is %d\n", i, host[i]);
      return 1;
    }
  printf("%zu blocks of %zu bytes, then right answers\n", blocks.size(), step);
  return 0;
}
